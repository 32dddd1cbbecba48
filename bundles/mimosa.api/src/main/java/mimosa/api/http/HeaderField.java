package mimosa.api.http;

import java.util.Objects;

/** One header field: its name and its value as text. */
public record HeaderField(String name, String value) {
    public HeaderField {
        Objects.requireNonNull(name);
        Objects.requireNonNull(value);
    }
}
