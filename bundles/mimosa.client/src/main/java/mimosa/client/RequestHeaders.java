package mimosa.client;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import mimosa.api.MimosaException;
import mimosa.api.client.OutboundRequest;
import mimosa.api.http.HeaderField;

/** Which header fields of a caller are sent. */
final class RequestHeaders {
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Set<String> OF_THE_CONNECTION = Set.of(
            "host",
            "connection",
            "content-length",
            "transfer-encoding",
            "upgrade",
            "te",
            "trailer",
            "expect",
            OutboundRequest.HOPS_HEADER);
    private static final Set<String> OF_THE_BODY =
            Set.of("content-type", "content-encoding", "content-language", "content-location");
    private static final Set<String> FOR_ONE_ORIGIN = Set.of("authorization", "cookie", "proxy-authorization");

    private RequestHeaders() {}

    /** @throws MimosaException of kind {@code INVALID} when a name or value could begin another field */
    static List<HeaderField> checked(List<HeaderField> fields) {
        for (HeaderField field : fields) {
            if (!NAME.matcher(field.name()).matches() || field.value().chars().anyMatch(RequestHeaders::isControl)) {
                throw MimosaException.invalid("illegal header");
            }
        }
        return without(OF_THE_CONNECTION, fields).stream()
                .map(field -> new HeaderField(field.name(), inBytes(field.value())))
                .toList();
    }

    private static boolean isControl(int c) {
        return c < ' ' && c != '\t' || c == 0x7f;
    }

    /** A header is sent a byte a character; what does not fit is sent as UTF-8. */
    private static String inBytes(String value) {
        return value.chars().allMatch(c -> c <= 0xff)
                ? value
                : new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    static List<HeaderField> withoutBody(List<HeaderField> fields) {
        return without(OF_THE_BODY, fields);
    }

    /** For a redirect to another origin, which must not get the credentials. */
    static List<HeaderField> withoutCredentials(List<HeaderField> fields) {
        return without(FOR_ONE_ORIGIN, fields);
    }

    private static List<HeaderField> without(Set<String> names, List<HeaderField> fields) {
        return fields.stream()
                .filter(field -> !names.contains(field.name().toLowerCase(Locale.ROOT)))
                .toList();
    }
}
