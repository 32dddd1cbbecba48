package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
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

    /** A copy of the distribution where a build puts it, with a free port: all that the reader's machine has. */
    @BeforeAll
    static void start() throws IOException {
        node = Node.create("readme", Map.of());
        String name = Node.DISTRIBUTION.getFileName().toString();
        folder = Files.createDirectories(node.home.resolve("distribution/target/" + name + "/" + name));
        StartTest.copyDistribution(folder);
        Files.copy(
                node.home.resolve("config/mimosa.gateway.cfg"),
                folder.resolve("config/mimosa.gateway.cfg"),
                StandardCopyOption.REPLACE_EXISTING);
        readme = Files.readString(folder.resolve("README.md"));
        run("node", node.home);
    }

    @AfterAll
    static void stop() {
        Node.run(new ProcessBuilder(folder.resolve("bin/mimosa").toString(), "stop"), folder);
    }

    /** The code block that follows a marker. */
    private static String block(String marker) {
        Matcher matcher = Pattern.compile("<!-- " + marker + " -->\\n```\\w*\\n(.*?)```", Pattern.DOTALL)
                .matcher(readme);
        assertTrue(matcher.find(), "README.md has no block " + marker);
        return matcher.group(1);
    }

    private static String run(String name) {
        return run(name, folder);
    }

    private static String run(String name, Path where) {
        String script = block("run: " + name).replace("127.0.0.1:8083", "127.0.0.1:" + node.port);
        Node.Result result = Node.run(new ProcessBuilder("sh", "-ec", script).directory(where.toFile()), node.home);
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
        String help = Node.run(new ProcessBuilder(folder.resolve("bin/mimosa").toString(), "shell", "help"), folder)
                .out();
        Matcher command = Pattern.compile("`(mim:\\w+)").matcher(readme);
        while (command.find()) {
            assertTrue(help.contains(command.group(1)), command.group(1) + " is not in: " + help);
        }
    }
}
