package mimosa.runtime;

/** Makes texts of unknown origin fit to be shown. */
final class Texts {
    private Texts() {}

    /** Control characters, which could move a terminal's cursor or fake a log line, become visible escapes. */
    static String harmless(String text) {
        int length = text.length();
        int i = 0;
        while (i < length && !isControl(text.charAt(i))) {
            i++;
        }
        if (i == length) {
            return text;
        }
        StringBuilder out = new StringBuilder(length + 16).append(text, 0, i);
        for (; i < length; i++) {
            char c = text.charAt(i);
            if (!isControl(c)) {
                out.append(c);
            } else if (c == '\n') {
                out.append("\\n");
            } else if (c == '\r') {
                out.append("\\r");
            } else if (c == '\t') {
                out.append("\\t");
            } else {
                out.append(String.format("\\u%04x", (int) c));
            }
        }
        return out.toString();
    }

    private static boolean isControl(char c) {
        // Line and paragraph separators and the direction marks can disguise text just as well.
        return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    }
}
