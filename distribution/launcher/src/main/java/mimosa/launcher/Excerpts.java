package mimosa.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shows the author's lines around the first position that a message or a stack names.
 *
 * <pre>
 *   src/index.js:12:9
 *       10 |
 *       11 | function total(items) {
 *     > 12 |   return items.lenght.toFixed();
 *          |         ^
 *       13 | }
 * </pre>
 */
final class Excerpts {
    /**
     * {@code src/a.js:3:4} and {@code webpack://x/./src/a.js:3}; then {@code ./src/a.js 3:4-9} and {@code /x/a.js: what is
     * wrong (3:4)}. Bounded, because a tool may print a line of any length.
     */
    private static final Pattern PLACE = Pattern.compile("([\\w@$~.:/\\\\?=-]{1,300}?\\.[cm]?[jt]sx?)"
            + "(?::(\\d{1,8})(?::(\\d{1,8}))?|(?: |\\b[^\\n(]{0,300}\\()(\\d{1,8}):(\\d{1,8})[-)])");

    /** Such lines a tool prints that shows an excerpt itself. */
    private static final Pattern FRAME = Pattern.compile("(?m)^\\s*>\\s*\\d+ \\|");

    private static final int AROUND = 2;
    private static final int WIDEST = 160;

    private final MimProject project;

    Excerpts(MimProject project) {
        this.project = project;
    }

    /**
     * Empty when the message names no place in the project, or shows its lines already.
     *
     * @param ofProgram whether positions in {@code index.js} are those of the packed program, unmapped
     */
    String of(String message, boolean ofProgram) {
        if (FRAME.matcher(message).find()) {
            return "";
        }
        Matcher place = PLACE.matcher(message);
        while (place.find()) {
            boolean byTool = place.group(2) == null;
            // Tools that write their position in one of the latter two ways count columns from 0.
            int line = number(place.group(byTool ? 4 : 2));
            int column = byTool ? number(place.group(5)) + 1 : number(place.group(3));
            Optional<Position> found = locate(new Position(place.group(1), line, column), ofProgram);
            String excerpt = found.map(this::excerpt).orElse("");
            if (!excerpt.isEmpty()) {
                return excerpt;
            }
        }
        return "";
    }

    private static int number(String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    /** In the author's files, with a name relative to the project. */
    private Optional<Position> locate(Position given, boolean ofProgram) {
        Optional<Position> own = inProject(given);
        boolean bundled = !project.isPlain() && given.file().matches("(target[/\\\\])?index\\.js");
        if (!bundled || own.isPresent() && !ofProgram && !given.file().startsWith("target")) {
            return own;
        }
        Path target = project.folder().resolve("target");
        Optional<Position> mapped = BundleMap.read(target.resolve("index.js.map"))
                .flatMap(map -> map.original(given.line(), given.column()))
                .flatMap(this::inProject);
        if (mapped.isPresent()) {
            return mapped;
        }
        // Without a map the program is packed as it was written, or the bundle is all there is to show.
        return List.of("target/index.js", "src/index.js", "index.js").stream()
                .map(name -> new Position(name, given.line(), given.column()))
                .flatMap(position -> inProject(position).stream())
                .findFirst();
    }

    private Optional<Position> inProject(Position given) {
        String name = given.file()
                .replaceFirst("^webpack://[^/]*/", "")
                .replaceFirst("\\?[^/]*$", "")
                .replaceFirst("^(\\./)+", "");
        Path folder = project.folder();
        Path file = folder.resolve(name).normalize();
        if (!file.startsWith(folder) || !Files.isRegularFile(file) || name.contains("node_modules/")) {
            return Optional.empty();
        }
        return Optional.of(new Position(folder.relativize(file).toString(), given.line(), given.column()));
    }

    private String excerpt(Position place) {
        List<String> lines;
        try {
            lines = Files.readAllLines(project.folder().resolve(place.file()));
        } catch (IOException e) {
            return ""; // Removed meanwhile, or no text: the message alone has to do.
        }
        // An input that ends too early is wrong after its last line.
        int line = Math.min(place.line(), lines.size());
        if (line < 1) {
            return "";
        }
        StringBuilder text = new StringBuilder(
                "  " + place.file() + ":" + place.line() + (place.column() > 0 ? ":" + place.column() : "") + "\n");
        int width = String.valueOf(Math.min(lines.size(), line + AROUND)).length();
        for (int n = Math.max(1, line - AROUND); n <= Math.min(lines.size(), line + AROUND); n++) {
            String source = shown(lines.get(n - 1));
            text.append(String.format(Locale.ROOT, "  %s %" + width + "d | %s%n", n == line ? ">" : " ", n, source));
            if (n == line) {
                text.append("    ").append(" ".repeat(width)).append(" | ");
                text.append(indent(source, place.column())).append("^\n");
            }
        }
        return text.toString();
    }

    /** What leads to the column; without one, to the first character that is not blank. */
    private static String indent(String source, int column) {
        int end = column > 0
                ? column - 1
                : source.length() - source.stripLeading().length();
        return source.substring(0, Math.min(end, source.length())).replaceAll("[^\t]", " ");
    }

    private static String shown(String source) {
        String plain = source.replaceAll("[\\p{Cntrl}&&[^\t]]", "?");
        return plain.length() > WIDEST ? plain.substring(0, WIDEST) + "…" : plain;
    }
}
