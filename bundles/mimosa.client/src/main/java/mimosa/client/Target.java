package mimosa.client;

import java.net.IDN;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mimosa.api.MimosaException;

/**
 * Where a request goes, read from a URL the way browsers read one: odd spellings of a host mean one host, characters
 * that a URL must not contain are escaped.
 *
 * @param scheme {@code http} or {@code https}
 * @param host canonical: lower case, ASCII, without trailing dot; an address in its usual form, IPv6 in brackets
 * @param port never absent
 * @param pathAndQuery escaped, beginning with a slash
 * @param spelling the host as it was written, for messages
 */
record Target(String scheme, String host, int port, String pathAndQuery, String spelling) {
    private static final Pattern URL = Pattern.compile("(?:([A-Za-z][A-Za-z0-9+.-]*):)?//([^/?#]*)([^#]*)(?:#.*)?");
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[^\\]]*\\]|[^:\\[\\]]+)(?::([0-9]*))?");
    private static final Pattern NUMERIC = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0[xX][0-9a-fA-F]*)");
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?" + "(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*");
    private static final String ALLOWED_IN_PATH = "-._~!$&'()*+,;=:@/?%";

    /** @throws MimosaException of kind {@code INVALID} when the text is no URL that may be called */
    static Target parse(String text) {
        String url = text.strip();
        Matcher parts = URL.matcher(hasScheme(url) || url.startsWith("//") ? url : "http://" + url);
        if (!parts.matches() || url.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw invalid(text, "expected http://host[:port]/path");
        }
        String scheme = parts.group(1) == null ? "http" : parts.group(1).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw invalid(text, "the scheme must be http or https");
        }
        if (parts.group(2).contains("@")) {
            throw invalid(text, "user and password do not belong into a URL; use the Authorization header");
        }
        Matcher authority = AUTHORITY.matcher(parts.group(2));
        if (!authority.matches()) {
            throw invalid(text, "expected http://host[:port]/path");
        }
        String spelling = authority.group(1);
        return new Target(
                scheme,
                canonicalHost(spelling, text),
                port(authority.group(2), scheme, text),
                escaped(parts.group(3)),
                spelling);
    }

    private static boolean hasScheme(String url) {
        int colon = url.indexOf("://");
        return colon > 0 && url.substring(0, colon).matches("[A-Za-z][A-Za-z0-9+.-]*");
    }

    private static int port(String digits, String scheme, String url) {
        if (digits == null || digits.isEmpty()) {
            return scheme.equals("https") ? 443 : 80;
        }
        int port = digits.length() > 5 ? 0 : Integer.parseInt(digits);
        if (port < 1 || port > 65535) {
            throw invalid(url, "the port must be from 1 to 65535");
        }
        return port;
    }

    private static String canonicalHost(String spelling, String url) {
        try {
            String host = canonicalHost(spelling);
            if (host.startsWith("[") || NAME.matcher(host).matches()) {
                return host;
            }
        } catch (IllegalArgumentException notAHost) { // told below
        }
        throw invalid(url, "'" + spelling + "' is not a host");
    }

    /** @throws IllegalArgumentException for something that is neither a name nor an address */
    static String canonicalHost(String spelling) {
        if (spelling.startsWith("[")) {
            var address = Inet6Address.ofLiteral(spelling.substring(1, spelling.length() - 1));
            return address instanceof Inet4Address // an IPv4 address mapped into IPv6
                    ? address.getHostAddress()
                    : "[" + address.getHostAddress() + "]";
        }
        String host = IDN.toASCII(spelling).toLowerCase(Locale.ROOT);
        if (host.endsWith(".")) {
            host = host.substring(0, host.length() - 1);
        }
        // Whatever ends in a number is an address to browsers and to the C library: 2130706433, 0x7f.1, 0177.0.0.1
        return NUMERIC.matcher(host).matches()
                ? Inet4Address.ofPosixLiteral(host).getHostAddress()
                : host;
    }

    private static String escaped(String pathAndQuery) {
        String text = pathAndQuery.startsWith("/") ? pathAndQuery : "/" + pathAndQuery;
        StringBuilder escaped = new StringBuilder(text.length());
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            char c = (char) (bytes[i] & 0xff);
            if (c == '%' ? isEscape(bytes, i) : isAllowed(c)) {
                escaped.append(c);
            } else {
                escaped.append('%').append(String.format(Locale.ROOT, "%02X", (int) c));
            }
        }
        return escaped.toString();
    }

    private static boolean isAllowed(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || ALLOWED_IN_PATH.indexOf(c) >= 0;
    }

    private static boolean isEscape(byte[] bytes, int percent) {
        return percent + 2 < bytes.length
                && Character.digit(bytes[percent + 1], 16) >= 0
                && Character.digit(bytes[percent + 2], 16) >= 0;
    }

    private static MimosaException invalid(String url, String expected) {
        String shown = url.length() > 200 ? url.substring(0, 200) + "..." : url;
        return MimosaException.invalid("cannot call '" + shown + "': " + expected);
    }

    /** Where a {@code Location} header of this target's answer leads. */
    Target redirectedTo(String location) {
        String to = location.strip();
        if (hasScheme(to)) {
            return parse(to);
        }
        if (to.startsWith("//")) {
            return parse(scheme + ":" + to);
        }
        if (to.startsWith("/")) {
            return parse(origin() + to);
        }
        if (to.startsWith("?")) {
            return parse(origin() + path() + to);
        }
        return parse(uri().resolve(relative(to)).toString());
    }

    /** A relative reference whose first segment cannot be taken for a scheme. */
    private static String relative(String reference) {
        String escaped = escaped("/" + reference.replaceFirst("#.*", ""));
        return "./" + escaped.substring(1);
    }

    private String path() {
        int query = pathAndQuery.indexOf('?');
        return query < 0 ? pathAndQuery : pathAndQuery.substring(0, query);
    }

    /** Scheme, host and port. */
    String origin() {
        return scheme + "://" + host + ":" + port;
    }

    /** Has no host, in Java's eyes, where the name is unusual. */
    URI uri() {
        boolean usual = port == (scheme.equals("https") ? 443 : 80);
        return URI.create((usual ? scheme + "://" + host : origin()) + pathAndQuery);
    }

    /** Host and port for messages. */
    String place() {
        return spelling + ":" + port;
    }
}
