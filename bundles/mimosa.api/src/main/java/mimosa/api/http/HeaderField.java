package mimosa.api.http;

import java.util.BitSet;
import java.util.Objects;

/** One header field: its name and its value as text. */
public record HeaderField(String name, String value) {
    private static final BitSet NAME_CHARS = new BitSet();

    static {
        NAME_CHARS.set('a', 'z' + 1);
        NAME_CHARS.set('A', 'Z' + 1);
        NAME_CHARS.set('0', '9' + 1);
        "!#$%&'*+-.^_`|~".chars().forEach(NAME_CHARS::set);
    }

    public HeaderField {
        Objects.requireNonNull(name);
        Objects.requireNonNull(value);
    }

    /** Whether a text can be the name of a header field: a token (RFC 9110, 5.6.2). */
    public static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!NAME_CHARS.get(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
