package mimosa.engine.js;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Leads from a line of the program back to the author's file and line (source map, revision 3). Rhino knows no columns
 * of its calls, so a line stands for the first position on it that has a source and is not that of the line before again,
 * which is how transpilers mark what they have added.
 */
final class SourceMap {
    /** For a program without a map: every position stands for itself. */
    static final SourceMap NONE = new SourceMap("", List.of(), new long[0], false);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern INLINE =
            Pattern.compile("//[#@]\\s*sourceMappingURL=data:application/json[^,\\s]*;base64,([A-Za-z0-9+/=_-]+)");
    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private final String program;
    private final List<String> sources;

    /** For each line of the program: source index and original line, packed; -1 where there is none. */
    private final long[] lines;

    private final boolean transpiled;

    private SourceMap(String program, List<String> sources, long[] lines, boolean transpiled) {
        this.program = program;
        this.sources = sources;
        this.lines = lines;
        this.transpiled = transpiled;
    }

    /**
     * The map that the program carries itself, or else the one beside it.
     *
     * @param adjacent may be {@code null}
     * @return the JSON; {@code null} when there is none, or none that can be read: a wrong map is no reason to refuse a
     *     program
     */
    static String json(String text, byte[] adjacent) {
        Matcher inline = INLINE.matcher(text);
        String last = null;
        while (inline.find()) {
            last = inline.group(1);
        }
        try {
            byte[] json = last == null
                    ? adjacent
                    : Base64.getMimeDecoder().decode(last.replace('-', '+').replace('_', '/'));
            return json == null ? null : new String(json, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) { // what people or tools have written
            return null;
        }
    }

    /**
     * @param json may be {@code null}
     * @param transpiled whether the program is the result of our own down-levelling, which its author has never seen
     * @return {@link #NONE} when it cannot be read
     */
    static SourceMap of(String program, String json, boolean transpiled) {
        try {
            return json == null ? NONE : parse(program, json, transpiled);
        } catch (IOException | RuntimeException e) { // boundary to text that people or tools have written
            return NONE;
        }
    }

    /** @throws IOException when the text is not JSON; other defects of a map end as unchecked exceptions */
    private static SourceMap parse(String program, String json, boolean transpiled) throws IOException {
        JsonNode map = JSON.readTree(json);
        String root = map.path("sourceRoot").asText("");
        List<String> sources = new ArrayList<>();
        map.path("sources").forEach(source -> sources.add(tidy(root + source.asText(""))));
        long[] lines = decode(map.path("mappings").asText(""), sources.size());
        return new SourceMap(program, sources, lines, transpiled);
    }

    /** Bundlers put a scheme of their own in front of the names that the author knows. */
    private static String tidy(String source) {
        return source.replaceFirst("^webpack://[^/]*/", "").replaceFirst("^\\./", "");
    }

    private static long[] decode(String mappings, int sources) {
        String[] groups = mappings.split(";", -1);
        long[] lines = new long[groups.length];
        long[] sum = new long[4];
        for (int line = 0; line < groups.length; line++) {
            lines[line] = -1;
            sum[0] = 0;
            boolean repeated = false;
            for (String segment : groups[line].split(",")) {
                long[] before = sum.clone();
                int fields = add(segment, sum);
                if (fields >= 4 && (lines[line] < 0 || repeated) && sum[1] >= 0 && sum[1] < sources) {
                    boolean repeats = sum[1] == before[1] && sum[2] == before[2] && sum[3] == before[3];
                    if (lines[line] < 0 || !repeats) {
                        lines[line] = sum[1] << 32 | sum[2];
                        repeated = repeats;
                    }
                }
            }
        }
        return lines;
    }

    /** Adds the base 64 variable-length fields of a segment to the running sums; how many there were. */
    private static int add(String segment, long[] sum) {
        int field = 0;
        long value = 0;
        int shift = 0;
        for (int i = 0; i < segment.length(); i++) {
            int digit = DIGITS.indexOf(segment.charAt(i));
            if (digit < 0 || shift > 35) {
                throw new IllegalArgumentException("malformed mappings");
            }
            value |= (long) (digit & 31) << shift;
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

    boolean isPresent() {
        return lines.length > 0;
    }

    /** {@code <file>:<line>} in the author's terms, both counted from 1. */
    String position(String file, int line) {
        if (file != null && file.equals(program) && line >= 1 && line <= lines.length && lines[line - 1] >= 0) {
            long original = lines[line - 1];
            return sources.get((int) (original >> 32)) + ":" + ((original & 0xffff_ffffL) + 1);
        }
        return file + ":" + line;
    }

    /** One frame of a stack; the function may be {@code null} or empty. */
    String frame(String function, String file, int line) {
        String position = position(file, line);
        return function == null || function.isEmpty() ? position : function + " (" + position + ")";
    }

    /** Whether the line was put there by our down-levelling; its number would be taken for one of the author's file. */
    boolean isAdded(String file, int line) {
        return transpiled && program.equals(file) && (line < 1 || line > lines.length || lines[line - 1] < 0);
    }
}
