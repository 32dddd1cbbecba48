package mimosa.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import mimosa.distribution.Unpacked.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts that succeed, and starts that fail with one sentence. */
final class StartIT {
    private static final Path SCRIPT = Unpacked.ROOT.resolve("bin/mimosa");

    @TempDir
    private Path folder;

    @Test
    void aNodeStartsAnswersAndStops() throws Exception {
        Map<String, String> environment = environment("mimosa.gateway", "port = 0");
        Result started = Unpacked.run(environment, SCRIPT, "start");
        assertEquals(0, started.exit(), started.err());
        try {
            String url = started.out().strip().replaceFirst("^started, pid \\d+, ", "");
            assertEquals(200, status(url + "/health/ready"));
            assertTrue(Files.readString(folder.resolve("logs/mimosa.log"))
                    .matches("(?s).*Mimosa \\S+ ready in \\d+ ms, 0 mims, " + url + "\n.*"));

            Result status = Unpacked.run(environment, SCRIPT, "status");
            assertEquals(0, status.exit());
            assertTrue(status.out().endsWith(url + "\n"), status.out());

            Result second = Unpacked.run(environment, SCRIPT, "run");
            assertFails(second, "the data folder " + folder.resolve("data") + " is in use by another node");
            assertFails(Unpacked.run(environment, SCRIPT, "start"), "a node is already running on");
            shell(environment);
        } finally {
            assertEquals("stopped\n", Unpacked.run(environment, SCRIPT, "stop").out());
        }
        assertEquals(3, Unpacked.run(environment, SCRIPT, "status").exit());
        try (Stream<Path> left = Files.list(folder.resolve("data/run"))) {
            assertTrue(left.allMatch(file -> file.endsWith("lock")));
        }
    }

    /** In a folder with a space, as users have them; the copy brings no cache along. */
    @Test
    void withoutAClassCacheOneIsMadeBesideAndTheNextStartUsesIt() throws Exception {
        Path copy = Unpacked.copyTo(Files.createDirectory(folder.resolve("my mimosa")));
        Path script = copy.resolve("bin/mimosa");
        Path description = copy.resolve("cache/classes.aot.txt");
        Path loaded = folder.resolve("loaded.txt");
        Map<String, String> environment = new HashMap<>(environment("mimosa.gateway", "port = 0"));
        environment.put("MIMOSA_OPTS", "-Xlog:class+load:file=" + loaded);

        assertEquals(0, Unpacked.run(environment, script, "start").exit());
        try {
            long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
            while (!Files.exists(description)) {
                assertTrue(System.nanoTime() < deadline, "no class cache; " + folder.resolve("logs/class-cache.log"));
                Thread.sleep(100);
            }
        } finally {
            assertEquals(0, Unpacked.run(environment, script, "stop").exit());
        }
        Files.delete(loaded);
        assertEquals(0, Unpacked.run(environment, script, "start").exit());
        assertEquals(0, Unpacked.run(environment, script, "stop").exit());
        assertTrue(
                Files.readString(loaded)
                        .lines()
                        .anyMatch(line -> line.contains(" org.apache.felix.scr.impl.Activator source: shared")),
                "the classes of bundles do not come from the cache");
    }

    private static void shell(Map<String, String> environment) throws Exception {
        Result bundles = Unpacked.run(environment, SCRIPT, "shell", "lb", "-s");
        assertEquals(0, bundles.exit(), bundles.err());
        assertTrue(bundles.out().contains("mimosa.terminal"), bundles.out());

        Result script = Unpacked.run(environment, "x = 1\necho $x two\n", SCRIPT, "shell");
        assertEquals(new Result(0, "1 two\n", ""), script);

        Result unknown = Unpacked.run(environment, SCRIPT, "shell", "nosuch");
        assertEquals(new Result(1, "", "error: Command not found: nosuch\n"), unknown);
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Result result =
                    Unpacked.run(environment("mimosa.gateway", "port = " + taken.getLocalPort()), SCRIPT, "run");

            assertFails(result, Integer.toString(taken.getLocalPort()));
        }
    }

    @Test
    void aMisspeltPropertyIsNamed() throws Exception {
        Result result = Unpacked.run(environment("mimosa.gateway", "prt = 1"), SCRIPT, "run");

        assertFails(result, "config/mimosa.gateway.cfg: unknown property 'prt', expected one of ");
    }

    @Test
    void aMissingBundleIsNamed() throws Exception {
        Path copy = Unpacked.copyTo(folder.resolve("copy"));
        String jar = Unpacked.jarsOfFeatures().stream()
                .filter(name -> name.startsWith("jetty-io"))
                .findFirst()
                .orElseThrow();
        Files.delete(copy.resolve("bundles").resolve(jar));

        assertFails(
                Unpacked.run(Map.of(), copy.resolve("bin/mimosa"), "run"),
                "features/platform.json lists org.eclipse.jetty:jetty-io:");
        assertFails(Unpacked.run(Map.of(), copy.resolve("bin/mimosa"), "start"), "bundles/" + jar + " is missing");
    }

    @Test
    void aBundleThatCannotBeResolvedIsNamed() throws Exception {
        Path copy = Unpacked.copyTo(folder.resolve("copy"));
        Path feature = copy.resolve("features/platform.json");
        Files.writeString(
                feature, Files.readString(feature).replaceFirst("\\{\"id\": \"org.eclipse.jetty:jetty-io[^}]*},", ""));

        assertFails(
                Unpacked.run(Map.of(), copy.resolve("bin/mimosa"), "run"), "(osgi.wiring.package=org.eclipse.jetty.io");
    }

    @Test
    void aBrokenFeatureIsNamed() throws Exception {
        Path copy = Unpacked.copyTo(folder.resolve("copy"));
        Files.writeString(copy.resolve("features/mimosa.json"), "{\"id\":");

        assertFails(Unpacked.run(Map.of(), copy.resolve("bin/mimosa"), "run"), "features/mimosa.json is not a feature");
    }

    private static void assertFails(Result result, String expected) {
        assertEquals(1, result.exit());
        assertEquals(1, result.err().lines().count(), result.err());
        assertTrue(result.err().startsWith("mimosa: ") && result.err().contains(expected), result.err());
    }

    private static int status(String url) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.discarding())
                .statusCode();
    }

    /** A node of its own in the temporary folder, configured with one property. */
    private Map<String, String> environment(String pid, String line) throws Exception {
        Path config = Files.createDirectories(folder.resolve("config"));
        Files.copy(Unpacked.ROOT.resolve("config/logging.xml"), config.resolve("logging.xml"));
        Files.writeString(config.resolve(pid + ".cfg"), line + "\n");
        return Map.of("MIMOSA_HOME", folder.toString());
    }
}
