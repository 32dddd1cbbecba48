package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The way of an author from nothing to a mim, with {@code bin/mimosa} and npm alone. */
class DeveloperTest {
    private static final Duration PATIENCE = Duration.ofSeconds(240);
    private static final Map<String, String> PATIENT =
            Map.of("mimosa.engine.js", "checkMs = 60000\ntranspileMs = 240000");
    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.create("developer", PATIENT);
        node.run();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** A run of {@code mimosa dev}, and what it has shown since the last look. */
    private static final class Session implements AutoCloseable {
        private final Process process;
        private final Path terminal;
        private int seen;

        Session(Node node, Path project) throws IOException {
            terminal = project.resolveSibling(project.getFileName() + "-terminal.txt");
            Files.writeString(terminal, "");
            process = node.command("dev", project.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(terminal.toFile())
                    .start();
        }

        /** Waits until this is shown, below what was waited for before; all of it. */
        String await(String... parts) {
            Node.await(List.of(parts) + " is shown", PATIENCE, () -> {
                assertTrue(process.isAlive(), () -> "mimosa dev has ended: " + text());
                return Arrays.stream(parts).allMatch(text().substring(seen)::contains);
            });
            String shown = text().substring(seen);
            seen = text().length();
            return shown;
        }

        private String text() {
            try {
                return Files.readString(terminal);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        /** As Ctrl-C does; nothing that the session has started may go on. */
        @Override
        public void close() {
            List<ProcessHandle> children = process.descendants().toList();
            process.destroy();
            Node.await(
                    "mimosa dev and its processes end",
                    PATIENCE,
                    () -> !process.isAlive() && children.stream().noneMatch(ProcessHandle::isAlive));
        }
    }

    /** A command in the folder of a project, to its successful end; what it has printed. */
    private static String run(Path folder, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(node.home, "npm", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        String said = Files.readString(output);
        assertEquals(0, process.waitFor(), () -> String.join(" ", command) + ": " + said);
        return said;
    }

    private static void edit(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertTrue(text.contains(from), () -> from + " is not in: " + text);
        Files.writeString(file, text.replace(from, to));
    }

    private static HttpResponse<String> put(String path, String body) {
        return node.send(HttpRequest.newBuilder(node.uri(path)).PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** All that a newcomer does: lay out, install, test, deploy, change, make two mistakes and correct them. */
    @Test
    void aNewProjectIsDeployedAndDeveloped() throws Exception {
        Path work = Files.createDirectories(node.home.resolve("projects"));
        Path project = work.resolve("greet-v2");
        String made = run(
                work,
                Map.of("MIMOSA_HOME", node.home.toString()),
                Node.DISTRIBUTION + "/bin/mimosa",
                "new",
                "greet-v2");
        assertTrue(made.contains("made " + project), made);

        run(project, Map.of(), "npm", "ci", "--prefer-offline", "--no-progress", "--loglevel=error");
        String tested = run(project, Map.of(), "npm", "test");
        assertTrue(tested.contains("# fail 0"), tested);
        String deployed = run(
                project,
                Map.of(
                        "MIMOSA_URL",
                        "http://127.0.0.1:" + node.port,
                        "MIMOSA_API_KEY_FILE",
                        node.home.resolve("mimosa-api-key.env").toString()),
                "npm",
                "run",
                "deploy");
        assertTrue(Files.size(project.resolve("target/greet-v2-1.0.0.tar")) > 10_000);
        assertTrue(deployed.contains("api-greet-v2 is started at " + node.uri("/api/greet/v2")), deployed);
        assertEquals(200, put("/api/greet/v2/items/a", "first").statusCode());
        assertEquals(
                "{\"mim\":\"api-greet-v2\",\"items\":[\"a\"]}",
                node.get("/api/greet/v2").body());

        Path source = project.resolve("src/index.js");
        try (Session session = new Session(node, project)) {
            session.await("api-greet-v2 serves at " + node.uri("/api/greet/v2"));
            put("/api/greet/v2/items/b", "second");
            session.await("INFO  kept b");

            edit(source, "const names = [];", "const names = [;");
            String refused = session.await("src/index.js was saved", "ERROR not deployed", "compiled with 1 error");
            int line = lineOf(source, "const names");
            assertTrue(refused.contains("src/index.js: Unexpected token (" + line + ":19)"), refused);
            assertTrue(refused.contains("> " + line + " |     const names = [;"), refused);
            assertFalse(refused.contains("node_modules/@babel/"), refused);
            assertEquals(200, node.get("/api/greet/v2").statusCode(), "what served before goes on");

            edit(source, "const names = [;", "const names = [];\n    names.total.push(1);");
            session.await("src/index.js was saved", "serves at");
            assertEquals(500, node.get("/api/greet/v2").statusCode());
            line = lineOf(source, "names.total");
            String thrown = session.await("ERROR TypeError: ", "names.total.push(1);");
            assertTrue(thrown.contains("at src/index.js:" + line + "\n"), thrown);
            assertTrue(thrown.contains("  > " + line + " |     names.total.push(1);"), thrown);

            edit(source, "names.total.push(1);", "names.push('more');");
            session.await("src/index.js was saved", "serves at");
            assertTrue(node.get("/api/greet/v2").body().contains("[\"more\",\"a\",\"b\"]"));
        }
        assertTrue(node.isAlive(), "the node is not the session's");
    }

    private static int lineOf(Path file, String text) throws IOException {
        return Files.readAllLines(file).stream()
                        .map(line -> line.contains(text))
                        .toList()
                        .indexOf(true)
                + 1;
    }

    /** Without packages and tools: a folder with one modern file, and a node only for as long as it is developed. */
    @Test
    void aFileAloneIsDevelopedOnANodeOfItsOwn() throws Exception {
        try (Node own = Node.create("developer-own", PATIENT)) {
            Path project = Files.createDirectories(own.home.resolve("hello"));
            Path source = project.resolve("index.js");
            Files.writeString(
                    source,
                    """
                    class Greeter {
                      greet(name) {
                        return `hello ${name}`;
                      }
                    }

                    mimikModule.exports = (context, { url }, response) => {
                      console.log('asked for', url);
                      response.end(new Greeter().greet(url.slice(1)));
                    };
                    """);
            try (Session session = new Session(own, project)) {
                session.await("no node is running here", "api-hello serves at " + own.uri("/api/hello/v1"));
                assertEquals("hello Ada", own.get("/api/hello/v1/Ada").body());
                session.await("INFO  asked for /Ada");

                edit(source, "return `", "retrun x `");
                String refused = session.await("index.js was saved", "ERROR not deployed", "      | ");
                assertTrue(refused.contains("index.js:3:11: "), refused);
                assertTrue(refused.contains("  > 3 |     retrun x `hello ${name}`;\n      |           ^\n"), refused);
                assertEquals("hello Bob", own.get("/api/hello/v1/Bob").body());
                session.await("INFO  asked for /Bob");

                edit(source, "retrun x `hello ${name}`", "return name.first.length");
                session.await("index.js was saved", "serves at");
                assertEquals(500, own.get("/api/hello/v1/Ada").statusCode());
                String thrown = session.await("ERROR TypeError: ", "      | ");
                assertTrue(thrown.contains("at greet (index.js:3)"), thrown);
                assertTrue(thrown.contains("  > 3 |     return name.first.length;"), thrown);
                assertFalse(thrown.contains("index.js:1)"), thrown);

                // A file beside the program is no reason to show it again, an editor's least of all.
                Files.writeString(project.resolve(".index.js.swp"), "x", StandardOpenOption.CREATE);
                edit(source, "name.first.length", "name.length");
                assertFalse(session.await("serves at").contains(".swp"));
                assertEquals("3", own.get("/api/hello/v1/Ada").body());
            }
            assertEquals(3, own.mimosa("status").exit(), "its node has stopped with it");
        }
    }
}
