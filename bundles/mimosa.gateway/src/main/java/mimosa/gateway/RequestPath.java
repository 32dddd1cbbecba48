package mimosa.gateway;

/**
 * Whether a raw request path means the same to everybody. Paths that one program reads as a way up, as an empty segment
 * or as a separator, and another one does not, are how access rules are passed by.
 */
final class RequestPath {
    /** Where nothing else is in a path there is nothing to look at more closely, but for empty segments. */
    private static final Alphabet PLAIN = new Alphabet("/-_");

    private RequestPath() {}

    /**
     * @param path raw, beginning with a slash
     * @param ambiguous whether {@code //} and {@code %2F} are let through
     * @return what is wrong, for the client; {@code null} when nothing is
     */
    static String problem(String path, boolean ambiguous) {
        boolean plain = PLAIN.spells(path) && !path.contains("//");
        return plain ? null : problemIn(path, ambiguous);
    }

    private static String problemIn(String path, boolean ambiguous) {
        Segment segment = new Segment();
        for (int i = 1; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean encoded = c == '%';
            if (encoded) {
                int decoded = decode(path, i);
                if (decoded < 0) {
                    return "request path has a malformed percent-encoding";
                }
                c = (char) decoded;
                i += 2;
            }
            String problem = illegal(c, encoded, ambiguous);
            if (problem != null) {
                return problem;
            }
            if (c != '/') {
                segment.add(c);
                continue;
            }
            problem = segment.problem(ambiguous);
            if (problem != null) {
                return problem;
            }
            segment = new Segment();
        }
        // A path may end with a slash, so an empty last segment is none.
        return segment.problem(true);
    }

    private static String illegal(char c, boolean encoded, boolean ambiguous) {
        if (c == '\\') {
            return "request path has a backslash";
        }
        if (c < 0x20 || c == 0x7f) {
            return "request path has an encoded control character";
        }
        if (encoded && c == '/' && !ambiguous) {
            return "request path has an encoded slash (%2F)";
        }
        return null;
    }

    private static int decode(String path, int percent) {
        if (percent + 2 >= path.length()) {
            return -1;
        }
        int high = Character.digit(path.charAt(percent + 1), 16);
        int low = Character.digit(path.charAt(percent + 2), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    /** One segment: its length and how it begins, up to path parameters, which some programs cut off. */
    private static final class Segment {
        private int length;
        private int dots;
        private boolean onlyDots = true;
        private boolean inParameters;

        void add(char c) {
            length++;
            inParameters |= c == ';';
            if (inParameters) {
                return;
            }
            onlyDots &= c == '.';
            dots++;
        }

        String problem(boolean emptyAllowed) {
            if (length == 0) {
                return emptyAllowed ? null : "request path has an empty segment (//)";
            }
            return onlyDots && (dots == 1 || dots == 2) ? "request path has a dot segment" : null;
        }
    }
}
