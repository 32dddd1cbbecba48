package mimosa.shell;

import java.util.Locale;

/** Makes text harmless for a terminal: what could move the cursor or turn the reading order round becomes visible. */
final class Printable {
    private Printable() {}

    /** On one line. */
    static String line(String text) {
        return escaped(text, false);
    }

    /** With its own lines and tabs. */
    static String lines(String text) {
        return escaped(text, true);
    }

    private static String escaped(String text, boolean keepsLines) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (keepsLines && (c == '\n' || c == '\t') || !isHarmful(c)) {
                out.append(c);
            } else {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return out.toString();
    }

    private static boolean isHarmful(char c) {
        return Character.isISOControl(c)
                || c == '\u2028'
                || c == '\u2029'
                || c >= '\u202a' && c <= '\u202e'
                || c >= '\u2066' && c <= '\u2069';
    }
}
