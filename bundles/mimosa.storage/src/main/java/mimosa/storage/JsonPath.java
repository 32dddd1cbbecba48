package mimosa.storage;

import java.util.ArrayList;
import java.util.List;
import mimosa.api.MimosaException;

/**
 * A path into JSON, as {@link mimosa.api.storage.JsonQuery} describes it.
 *
 * @param steps names of members ({@link String}) and indexes of elements ({@link Integer})
 */
record JsonPath(List<Object> steps) {
    private static final int LONGEST = 256;
    private static final int MOST_STEPS = 32;

    /** Characters that a name after a dot has not, apart from white space: they mean something in other dialects. */
    private static final String SPECIAL = ".[]()'\"?*@,:";

    /** @throws MimosaException of kind {@code INVALID}, naming the path, if it is none */
    static JsonPath of(String path) {
        List<Object> steps = path == null || path.length() > LONGEST ? null : new Parser(path).steps();
        if (steps == null || steps.size() > MOST_STEPS) {
            throw MimosaException.invalid(
                    "jsonPath \"" + shown(path) + "\": only $, .name, ['name'] and [n] are supported");
        }
        return new JsonPath(List.copyOf(steps));
    }

    private static String shown(String path) {
        return path == null || path.length() <= 2 * LONGEST ? path : path.substring(0, 2 * LONGEST) + "...";
    }

    /** Reads a path from left to right; whatever is read as {@code null} makes the path none. */
    private static final class Parser {
        private final String path;
        private int at;

        Parser(String path) {
            this.path = path;
        }

        List<Object> steps() {
            List<Object> steps = new ArrayList<>();
            if (!skip("$")) {
                return null;
            }
            while (at < path.length()) {
                Object step = skip("['") ? quotedName() : skip("[") ? index() : skip(".") ? name() : null;
                if (step == null) {
                    return null;
                }
                steps.add(step);
            }
            return steps;
        }

        private boolean skip(String text) {
            boolean found = path.startsWith(text, at);
            at += found ? text.length() : 0;
            return found;
        }

        private String name() {
            int start = at;
            while (at < path.length() && isPlain(path.charAt(at))) {
                at++;
            }
            return at == start ? null : path.substring(start, at);
        }

        private static boolean isPlain(char c) {
            return SPECIAL.indexOf(c) < 0 && !Character.isWhitespace(c) && !Character.isSpaceChar(c) && c != '\ufeff';
        }

        private String quotedName() {
            StringBuilder name = new StringBuilder();
            while (!skip("']")) {
                if (skip("\\")) {
                    if (!path.startsWith("'", at) && !path.startsWith("\\", at)) {
                        return null;
                    }
                } else if (path.startsWith("'", at)) {
                    return null;
                }
                if (at == path.length()) {
                    return null;
                }
                name.append(path.charAt(at++));
            }
            return name.toString();
        }

        private Integer index() {
            int start = at;
            while (at < path.length() && path.charAt(at) >= '0' && path.charAt(at) <= '9') {
                at++;
            }
            String digits = path.substring(start, at);
            if (digits.isEmpty() || digits.length() > 1 && digits.startsWith("0") || !skip("]")) {
                return null;
            }
            // No array is that long.
            return digits.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(digits);
        }
    }
}
