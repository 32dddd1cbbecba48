package mimosa.admin;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A header value with parameters, such as {@code form-data; name="image"; filename="hello.tar"}.
 *
 * @param value what comes before the first semicolon, trimmed
 * @param parameters by name in lower case; of a repeated one the first
 */
record HeaderValue(String value, Map<String, String> parameters) {
    private static final Pattern PARAMETER =
            Pattern.compile(";\\s*([^\\s=;\"]+)\\s*=\\s*(?:\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"|([^;\"]*))");
    /** Only these are escaped by those who send forms; other backslashes belong to the text. */
    private static final Pattern ESCAPED = Pattern.compile("\\\\([\"\\\\])");

    static HeaderValue parse(String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        Matcher matcher = PARAMETER.matcher(text);
        while (matcher.find()) {
            String quoted = matcher.group(2);
            String value = quoted == null
                    ? matcher.group(3).trim()
                    : ESCAPED.matcher(quoted).replaceAll("$1");
            parameters.putIfAbsent(matcher.group(1).toLowerCase(Locale.ROOT), value);
        }
        int semicolon = text.indexOf(';');
        return new HeaderValue((semicolon < 0 ? text : text.substring(0, semicolon)).trim(), parameters);
    }
}
