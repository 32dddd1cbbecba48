package mimosa.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.http.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets in who knows the API key, before anything else of the request is looked at. */
final class Gate {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);
    private static final Pattern BEARER = Pattern.compile("bearer +(\\S.*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern CLIENT_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
    private static final Set<String> RESERVED =
            Set.of("mcm", "jsonrpc", "health", "ws", "mds", "info", "metrics", "system", "console");

    private final byte[] apiKey;

    /** @param apiKey nobody is let in while it is empty */
    Gate(String apiKey) {
        this.apiKey = apiKey.getBytes(StandardCharsets.UTF_8);
    }

    Caller admit(Exchange exchange) {
        if (apiKey.length == 0) {
            throw new MimosaException(
                    Kind.UNAVAILABLE, "the management API is off: this node has no API key; its log says why");
        }
        String credentials = exchange.header("authorization");
        Matcher bearer = BEARER.matcher(credentials == null ? "" : credentials.trim());
        if (!bearer.matches()) {
            exchange.setHeader("WWW-Authenticate", "Bearer");
            throw new MimosaException(
                    Kind.UNAUTHENTICATED, "no credentials: expected the header 'Authorization: Bearer <API key>'");
        }
        // Compared in constant time: how long it takes tells nothing of the key.
        if (!MessageDigest.isEqual(bearer.group(1).getBytes(StandardCharsets.UTF_8), apiKey)) {
            LOG.warn(
                    "a management call from {} was refused, wrong API key: {} {}",
                    exchange.remote(),
                    exchange.method(),
                    exchange.path());
            throw new MimosaException(Kind.FORBIDDEN, "wrong credentials: this is not the API key of this node");
        }
        return new Caller(clientId(exchange.header("x-client-id")));
    }

    private static String clientId(String given) {
        if (given == null) {
            return null;
        }
        if (!CLIENT_ID.matcher(given).matches()) {
            throw MimosaException.invalid(
                    "x-client-id: illegal client id, expected 1 to 64 letters, digits, '_' or '-', beginning with a letter or digit");
        }
        if (RESERVED.contains(given)) {
            throw MimosaException.invalid("x-client-id: '" + given + "' is reserved");
        }
        return given;
    }
}
