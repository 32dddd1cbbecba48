package mimosa.distribution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The distribution as it was built, and processes of its scripts. */
final class Unpacked {
    static final Path ROOT = Path.of(System.getProperty("mimosa.distribution"));
    private static final Pattern BUNDLE =
            Pattern.compile("\"id\": *\"([^:\"]+):([^:\"]+):([^:\"]+)\", *\"bundleStartLevel\"");
    private static final long DEADLINE_SECONDS = 120;

    private Unpacked() {}

    /** How a process ended. */
    record Result(int exit, String out, String err) {}

    /** The names of the jars that the features list. */
    static List<String> jarsOfFeatures() throws IOException {
        List<String> jars = new ArrayList<>();
        try (Stream<Path> features = Files.list(ROOT.resolve("features"))) {
            for (Path feature : features.sorted().toList()) {
                Matcher matcher = BUNDLE.matcher(Files.readString(feature));
                while (matcher.find()) {
                    jars.add(matcher.group(2) + "-" + matcher.group(3) + ".jar");
                }
            }
        }
        return jars;
    }

    /** A copy to be damaged. */
    static Path copyTo(Path target) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            files.filter(file -> Stream.of("data", "cache", "logs", "examples")
                            .noneMatch(name -> file.startsWith(ROOT.resolve(name))))
                    .forEach(file ->
                            copy(file, target.resolve(ROOT.relativize(file).toString())));
        }
        return target;
    }

    private static void copy(Path file, Path copy) {
        try {
            if (Files.isDirectory(file)) {
                Files.createDirectories(copy);
            } else {
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a script to its end, with nothing on standard input. */
    static Result run(Map<String, String> environment, Path script, String... arguments) throws Exception {
        return run(environment, "", script, arguments);
    }

    static Result run(Map<String, String> environment, String input, Path script, String... arguments)
            throws Exception {
        Path out = Files.createTempFile("mimosa", ".out");
        Path err = Files.createTempFile("mimosa", ".err");
        try {
            Process process = start(environment, script, arguments)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try (var stdin = process.outputWriter()) {
                stdin.write(input);
            }
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(script + " " + List.of(arguments) + " has not ended; it said "
                        + Files.readString(out) + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** In another folder, and with the least of an environment, so that nothing of the build's own is needed. */
    private static ProcessBuilder start(Map<String, String> environment, Path script, String... arguments) {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(new java.io.File("/"));
        Map<String, String> variables = new LinkedHashMap<>(environment);
        variables.putIfAbsent("JAVA_HOME", System.getProperty("java.home"));
        variables.putIfAbsent("PATH", System.getenv("PATH"));
        variables.putIfAbsent("HOME", System.getProperty("java.io.tmpdir"));
        builder.environment().clear();
        builder.environment().putAll(variables);
        return builder;
    }
}
