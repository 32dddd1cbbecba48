package mimosa.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Leads from a position in a bundled program back to the author's file (source map, revision 3). */
final class BundleMap {
    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private final List<String> sources;
    private final String[] lines;

    private BundleMap(List<String> sources, String[] lines) {
        this.sources = sources;
        this.lines = lines;
    }

    /** Empty when the file is missing or is not a source map: positions then stay those of the bundle. */
    static Optional<BundleMap> read(Path file) {
        try {
            Map<?, ?> map = Json.object(Files.readAllBytes(file));
            if (!(map.get("sources") instanceof List<?> names) || !(map.get("mappings") instanceof String mappings)) {
                return Optional.empty();
            }
            String root = map.get("sourceRoot") instanceof String given ? given : "";
            List<String> sources = new ArrayList<>();
            names.forEach(name -> sources.add(root + name));
            return Optional.of(new BundleMap(sources, mappings.split(";", -1)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Where that was written; without a column the first thing on the line counts. Empty for the bundler's own code. */
    Optional<Position> original(int line, int column) {
        if (line < 1 || line > lines.length) {
            return Optional.empty();
        }
        int[] sum = new int[4];
        int[] found = null;
        for (int row = 0; row < line; row++) {
            sum[0] = 0;
            for (String segment : lines[row].split(",")) {
                boolean mapped = add(segment, sum) >= 4;
                boolean before = sum[0] < Math.max(1, column);
                if (row == line - 1 && mapped && (before || found == null)) {
                    found = sum.clone();
                }
            }
        }
        if (found == null || found[1] < 0 || found[1] >= sources.size()) {
            return Optional.empty();
        }
        return Optional.of(new Position(sources.get(found[1]), found[2] + 1, found[3] + 1));
    }

    /** Adds the base 64 variable-length fields of a segment to the running sums; how many there were. */
    private static int add(String segment, int[] sum) {
        int field = 0;
        int value = 0;
        int shift = 0;
        for (int i = 0; i < segment.length(); i++) {
            int digit = DIGITS.indexOf(segment.charAt(i));
            value |= (digit & 31) << shift;
            shift += 5;
            if ((digit & 32) == 0) {
                if (field < sum.length) {
                    sum[field] += (value & 1) == 0 ? value >> 1 : -(value >> 1);
                }
                field++;
                value = 0;
                shift = 0;
            }
        }
        return field;
    }
}
