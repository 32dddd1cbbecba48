package mimosa.api.engine;

import java.util.Map;
import mimosa.api.client.HttpClient;
import mimosa.api.storage.Session;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Everything that the guest code of one instance can reach, and nothing else.
 *
 * <p>The exchange, the client and the storage session of one instance belong together: response bytes and outbound
 * requests are held back until the storage changes made before them are durable (output gate), in the order of the
 * calls. An engine need not do anything for that.
 */
@ProviderType
public interface Host extends AutoCloseable {
    Info info();

    /** The mim's variables, {@code MCM.*} included; unmodifiable. */
    Map<String, String> env();

    /** This instance's view of the mim's store. */
    Session storage();

    /** Outbound HTTP, within this instance's limits: a call too many fails with kind {@code CALL_LIMIT}. */
    HttpClient client();

    /**
     * Writes one record to the mim's log. Control characters are made harmless, long texts are cut, and past the
     * instance's share one marker is written instead. Never throws.
     */
    void log(Level level, String text);

    /**
     * Pushes an event to every client connected to the mim's WebSocket, after the storage changes made before it are
     * durable and in the order of the calls; no effect when the mim has no WebSocket support.
     *
     * @param frame the text of the frame, JSON
     */
    void publish(String frame);

    /** What integrators add to {@code context}, by name; as it was when the instance started. */
    Map<String, ContextExtension> extensions();

    /** The request's id, as in {@link mimosa.api.http.Exchange#requestId}. */
    String requestId();

    /** Called by the engine when the instance has closed: undoes an open lock, aborts outbound calls. */
    @Override
    void close();

    /** Severity of a log record. */
    enum Level {
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    /**
     * Who and where the mim is.
     *
     * @param serviceType the mim's id, {@code <clientId>-<name>}
     * @param apiRoot effective path, {@code /<clientId><base path>}
     * @param httpPort port of the node
     * @param accountId empty on a node without account
     * @param nodeId made at the node's first start, stable afterwards
     */
    record Info(String serviceType, String apiRoot, int httpPort, String accountId, String nodeId) {}
}
