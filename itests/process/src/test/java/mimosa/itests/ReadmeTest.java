package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The README is true: its files and commands, one after the other, as a reader would. */
class ReadmeTest {
    private static Node node;
    private static Path folder;
    private static String readme;

    @BeforeAll
    static void start() throws IOException {
        node = Node.start("readme");
        folder = Files.createDirectories(node.home.resolve("reader"));
        Files.createSymbolicLink(folder.resolve("bin"), Node.DISTRIBUTION.resolve("bin"));
        readme = Files.readString(Node.DISTRIBUTION.resolve("README.md"));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** The code block that follows a marker. */
    private static String block(String marker) {
        Matcher matcher = Pattern.compile("<!-- " + marker + " -->\\n```\\w*\\n(.*?)```", Pattern.DOTALL)
                .matcher(readme);
        assertTrue(matcher.find(), "README.md has no block " + marker);
        return matcher.group(1);
    }

    private static String run(String name) {
        String script = block("run: " + name).replace("127.0.0.1:8083", "127.0.0.1:" + node.port);
        ProcessBuilder builder = new ProcessBuilder("sh", "-ec", script);
        builder.environment().put("MIMOSA_HOME", node.home.toString());
        builder.directory(folder.toFile());
        Node.Result result = Node.run(builder, node.home);
        assertEquals(0, result.exit(), () -> name + ": " + result);
        return result.out();
    }

    @Test
    void aReaderDeploysAMimInThreeWays() throws IOException {
        Files.writeString(folder.resolve("index.js"), block("file: index.js"));
        run("pack");
        run("drop");
        Node.await("the dropped mim serves", Duration.ofSeconds(20), () -> run("call")
                .contains("\"visits\""));
        assertTrue(run("upload").contains("\"api-uploaded\""));
        assertEquals(200, node.get("/api/uploaded/v1").statusCode());
        assertTrue(run("shell").contains("/api/typed/v1"));
        assertTrue(node.get("/api/typed/v1/x").body().contains("\"hello\":\"/x\""));
    }

    /** Every table of shell commands names commands that exist. */
    @Test
    void theShellKnowsTheCommandsOfTheReadme() {
        String help = node.mimosa("shell", "help").out();
        Matcher command = Pattern.compile("`(mim:\\w+)").matcher(readme);
        while (command.find()) {
            assertTrue(help.contains(command.group(1)), command.group(1) + " is not in: " + help);
        }
    }
}
