package mimosa.api.client;

import java.time.Duration;
import java.util.List;
import mimosa.api.http.HeaderField;

/**
 * A request to be sent.
 *
 * @param method such as {@code GET}
 * @param url absolute http or https URL; without a scheme ({@code host:port/path}) http is meant
 * @param headers fields the caller wants; those of the connection ({@code Host}, {@code Content-Length} ...) are dropped
 * @param body the bytes to send; {@code null} for none
 * @param connectTimeout until the connection stands
 * @param idleTimeout longest time without a byte from the server
 * @param followRedirects whether to follow up to 5 redirects, each checked anew, or to hand them to the listener
 * @param hops how many mims have called each other on the way here; passed on to mims of this node
 */
public record OutboundRequest(
        String method,
        String url,
        List<HeaderField> headers,
        byte[] body,
        Duration connectTimeout,
        Duration idleTimeout,
        boolean followRedirects,
        int hops) {
    /** Carries {@link #hops} between mims of one node. */
    public static final String HOPS_HEADER = "x-mimosa-hops";
}
