package mimosa.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the acceptance cases that tests say they show, in their sources: tags of methods and classes, and ids that are the
 * first argument of the call that makes a table row. The sources are formatted by a tool, so that a line and its indentation
 * say enough.
 */
final class TestedCases {
    private static final String ID = "[A-Z]\\d+\\.\\d+";
    private static final Pattern TAG = Pattern.compile("(?m)^( *)@Tag\\(\"(" + ID + ")\"\\)");
    private static final Pattern DECLARATION =
            Pattern.compile("(?m)^( *)(?:(?:[\\w.<>\\[\\],?]+ )+(?:class|record) (\\w+)|class (\\w+)"
                    + "|(?:[\\w.<>\\[\\],?]+ )+(\\w+)\\()");
    private static final Pattern ROW = Pattern.compile("(?<!@)\\b\\w+\\(\\s*\"(" + ID + "(?: " + ID + ")*)\"");

    private TestedCases() {}

    /**
     * A case that a test shows.
     *
     * @param test class and method, of a unit test behind its module; the class alone when all of it shows the case
     * @param http whether it does so over HTTP, against the unpacked distribution
     */
    record Shown(String id, String test, boolean http) {}

    /** All tests below a folder. */
    static List<Shown> below(Path root) {
        try (Stream<Path> sources = Stream.concat(modules(root.resolve("bundles")), modules(root.resolve("itests")))) {
            return sources.flatMap(TestedCases::sources)
                    .flatMap(source -> shownIn(source).stream())
                    .distinct()
                    .toList();
        }
    }

    private static Stream<Path> modules(Path folder) {
        try {
            return Files.list(folder)
                    .map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> sources(Path folder) {
        try {
            return Files.walk(folder).filter(file -> file.toString().endsWith(".java"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Shown> shownIn(Path source) {
        String text = read(source);
        String path = source.toString().replace('\\', '/');
        boolean http = path.contains("/itests/process/");
        String module =
                http ? "" : path.replaceAll(".*/([^/]+)/src/test/java/.*", "$1").replace("mimosa.", "") + ":";
        String type = module + source.getFileName().toString().replace(".java", "");
        List<MatchResult> declarations = DECLARATION.matcher(text).results().toList();
        List<Shown> shown = new ArrayList<>();
        TAG.matcher(text)
                .results()
                .forEach(tag -> shown.add(new Shown(tag.group(2), type + tagged(declarations, tag, source), http)));
        ROW.matcher(text).results().forEach(row -> {
            for (String id : row.group(1).split(" ")) {
                shown.add(new Shown(id, type + around(declarations, row), http));
            }
        });
        return shown;
    }

    /** The declaration that a tag stands before. */
    private static String tagged(List<MatchResult> declarations, MatchResult tag, Path source) {
        return declarations.stream()
                .filter(each -> each.start() > tag.start() && each.group(1).equals(tag.group(1)))
                .findFirst()
                .map(TestedCases::name)
                .orElseThrow(
                        () -> new IllegalStateException("nothing is declared behind " + tag.group() + " in " + source));
    }

    /** The method that a table row is in. */
    private static String around(List<MatchResult> declarations, MatchResult row) {
        String name = "";
        for (MatchResult each : declarations) {
            if (each.start() < row.start() && each.group(1).length() == 4) {
                name = name(each);
            }
        }
        return name;
    }

    /** Nothing for a class, whose name is told already. */
    private static String name(MatchResult declaration) {
        return declaration.group(4) == null ? "" : "." + declaration.group(4);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
