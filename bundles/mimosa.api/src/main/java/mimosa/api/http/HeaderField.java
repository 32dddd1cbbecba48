package mimosa.api.http;

import java.util.Objects;

/** One header field: its name and its value as text. */
public record HeaderField(String name, String value) {
    private static final String NAME_MARKS = "!#$%&'*+-.^_`|~";

    public HeaderField {
        Objects.requireNonNull(name);
        Objects.requireNonNull(value);
    }

    /** Whether a text can be the name of a header field: a token (RFC 9110, 5.6.2). */
    public static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean legal =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || NAME_MARKS.indexOf(c) >= 0;
            if (!legal) {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
