package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Starting and stopping, with the mistakes that operators make. */
@Isolated
class StartTest {
    private static final Pattern READY = Pattern.compile("ready in (\\d+) ms, 5 mims");

    private static void assertOneSentence(Node.Result result, String... parts) {
        assertEquals(1, result.exit(), result::toString);
        assertEquals(1, result.err().strip().lines().count(), () -> "not one sentence: " + result.err());
        for (String part : parts) {
            assertTrue(result.err().contains(part), () -> "'" + part + "' is not in: " + result.err());
        }
    }

    @Test
    void aTakenPortIsSaidInOneSentence() throws IOException {
        Node node = Node.create("port-taken", Map.of());
        try (ServerSocket taken = new ServerSocket(node.port, 1, InetAddress.getByName("127.0.0.1"))) {
            assertOneSentence(node.mimosa("run"), String.valueOf(taken.getLocalPort()), "mimosa.gateway.cfg");
        }
    }

    @Test
    void aBrokenValueIsSaidInOneSentence() {
        Node node = Node.create("broken-value", Map.of("mimosa.limits", "wallMs = soon"));
        assertOneSentence(node.mimosa("run"), "mimosa.limits", "wallMs", "soon");
    }

    @Test
    void aMisspelledPropertyIsSaidInOneSentence() {
        Node node = Node.create("misspelled", Map.of("mimosa.gateway", "prt = 1"));
        assertOneSentence(node.mimosa("run"), "mimosa.gateway.cfg", "prt", "port");
    }

    @Test
    void aMissingBundleIsSaidInOneSentence() throws IOException {
        Path copy = Files.createTempDirectory(Node.create("missing", Map.of()).home, "distribution");
        copyDistribution(copy);
        try (Stream<Path> bundles = Files.list(copy.resolve("bundles"))) {
            Files.delete(bundles.filter(b -> b.getFileName().toString().startsWith("mimosa.storage-"))
                    .findFirst()
                    .orElseThrow());
        }
        ProcessBuilder builder = new ProcessBuilder(copy.resolve("bin/mimosa").toString(), "run");
        assertOneSentence(Node.run(builder, copy), "mimosa.storage");
    }

    static void copyDistribution(Path target) throws IOException {
        try (Stream<Path> files = Files.walk(Node.DISTRIBUTION)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path relative = Node.DISTRIBUTION.relativize(file);
                if (!relative.startsWith("examples")
                        && !relative.startsWith("cache")
                        && !relative.toString().isEmpty()) {
                    Files.copy(file, target.resolve(relative.toString()));
                }
            }
        }
        assertTrue(target.resolve("bin/mimosa").toFile().setExecutable(true));
    }

    @Test
    void withoutAJavaItSaysWhatIsMissing() {
        Node node = Node.create("no-java", Map.of());
        ProcessBuilder builder = node.command("run");
        builder.environment().remove("JAVA_HOME");
        builder.environment().put("MIMOSA_JVMS", "/nonexistent");
        builder.environment().put("PATH", toolsWithoutJava(node.home));
        assertOneSentence(Node.run(builder, node.home), "Java 25");
    }

    /** The script's own tools stay, any Java goes. */
    private static String toolsWithoutJava(Path home) {
        try {
            Path tools = Files.createDirectories(home.resolve("tools"));
            for (String tool : new String[] {"sh", "sed", "dirname", "readlink", "cat", "mkdir", "tr", "grep"}) {
                for (String folder : System.getenv("PATH").split(":")) {
                    Path found = Path.of(folder, tool);
                    if (Files.isExecutable(found) && !Files.exists(tools.resolve(tool))) {
                        Files.createSymbolicLink(tools.resolve(tool), found);
                    }
                }
            }
            return tools.toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void anUnknownVerbIsAnsweredWithTheUsage() {
        Node.Result result = Node.create("usage", Map.of()).mimosa("strat");
        assertEquals(2, result.exit());
        assertTrue(result.err().contains("usage: mimosa"), result::toString);
    }

    @Test
    void startStatusAndStopAgree() {
        Node node = Node.create("background", Map.of());
        assertEquals(3, node.mimosa("status").exit());
        Node.Result started = node.mimosa("start");
        assertEquals(0, started.exit(), started::toString);
        try {
            assertTrue(started.out().contains(":" + node.port), started::toString);
            assertEquals(0, node.mimosa("status").exit());
            assertEquals(200, node.get("/health/live").statusCode());
            assertEquals(1, node.mimosa("start").exit());
        } finally {
            assertEquals(0, node.mimosa("stop").exit());
        }
        assertEquals(3, node.mimosa("status").exit());
        Node.Result again = node.mimosa("stop");
        assertTrue(again.out().contains("not running"), again::toString);
    }

    @Test
    void aSecondNodeOnTheSameDataIsRefused() {
        Node node = Node.create("twice", Map.of());
        try (node) {
            node.run();
            assertOneSentence(node.mimosa("run"), "data");
        }
    }

    @Test
    void versionSaysTheVersion() {
        assertTrue(Node.create("version", Map.of()).mimosa("version").out().startsWith("Mimosa "));
    }

    /** The figure that counts for an operator: from the command to the first answer, with five mims. */
    @Test
    void theLogSaysHowLongTheStartTook() {
        Node node = Node.create("five", Map.of());
        try (node) {
            node.run();
            for (int i = 0; i < 5; i++) {
                node.serve("five" + i, Node.handler("response.end('five')"));
            }
            assertEquals(0, node.stop());
            long begin = System.nanoTime();
            node.run();
            assertEquals("five", node.get("/api/five4/v1").body());
            long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
            Matcher ready = READY.matcher(node.logFile() + node.console());
            assertTrue(ready.find(), node::logFile);
            System.out.println("from bin/mimosa run to the first answer with 5 mims: " + millis + " ms; the log says "
                    + ready.group());
        }
    }
}
