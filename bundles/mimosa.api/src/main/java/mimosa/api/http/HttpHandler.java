package mimosa.api.http;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * An HTTP end point. Register it as a service with the property {@link #PATH}; the gateway sends it every request at or
 * below that path, unless another handler has a longer matching path. It appears and disappears with the service.
 *
 * <pre>
 *   socket -> gateway -> longest mimosa.path that ends at a segment boundary -> HttpHandler.handle(exchange)
 * </pre>
 *
 * Two handlers with the same path: the higher service ranking wins, then the lower service id.
 */
@ConsumerType
public interface HttpHandler {
    /**
     * Service property, {@code String} or {@code String[]}, required: absolute paths without a trailing slash, such as
     * {@code /api/hello/v1}; {@code /} takes whatever nobody else takes. Compared with the raw path, case matters.
     */
    String PATH = "mimosa.path";

    /**
     * Handles one request. Called on a thread of the gateway that may block for a short while (disk, lock), but must
     * not wait for the client or for time to pass; whatever waits goes on later and on another thread. The handler
     * may return before the answer exists; the exchange then stays open until {@link Exchange#end} or
     * {@link Exchange#fail} is called.
     *
     * @throws Exception is answered as by {@link Exchange#fail}
     */
    void handle(Exchange exchange) throws Exception;
}
