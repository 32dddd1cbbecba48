package mimosa.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a node takes up after a collection, as an operator would find out with jcmd. */
record Footprint(long heapBytes, long metaspaceBytes, long classes, long threads, long files) {
    static Footprint of(Node node) throws IOException {
        jcmd(node, "GC.run");
        jcmd(node, "GC.run");
        Map<String, Long> counters = new TreeMap<>();
        for (String line : jcmd(node, "PerfCounter.print").lines().toList()) {
            int equals = line.indexOf('=');
            if (equals > 0 && line.substring(equals + 1).matches("\\d+")) {
                counters.put(line.substring(0, equals), Long.valueOf(line.substring(equals + 1)));
            }
        }
        return new Footprint(
                counters.get("sun.gc.generation.0.space.0.used") + counters.get("sun.gc.generation.1.space.0.used"),
                counters.get("sun.gc.metaspace.used"),
                counters.get("java.cls.loadedClasses") - counters.get("java.cls.unloadedClasses"),
                counters.get("java.threads.live"),
                files(node.home.resolve("data")));
    }

    private static long files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.count();
        }
    }

    private static String jcmd(Node node, String command) {
        String pid = String.valueOf(node.pid());
        Path tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Node.Result result = Node.run(new ProcessBuilder(tool.toString(), pid, command), node.home);
        if (result.exit() != 0) {
            throw new UncheckedIOException(new IOException("jcmd " + command + ": " + result.err()));
        }
        return result.out();
    }
}
