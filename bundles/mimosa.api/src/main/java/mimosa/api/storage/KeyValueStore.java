package mimosa.api.storage;

import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The durable key-value store of one mim: keys to values with an optional tag, in insertion order. A bundle-scoped
 * service: each bundle gets its own store, found by its symbolic name, and cannot name another one's. The store is
 * opened on first use and closed when idle. Thread-safe.
 */
@ProviderType
public interface KeyValueStore {
    /**
     * Opens the view of one instance. Costs nothing before its first use, and stays usable until it is closed, also
     * when the service has been given back meanwhile.
     *
     * @param waiting how the session waits for its turn to write
     */
    Session session(Waiting waiting);

    /** Bytes in use by keys and values (in UTF-8), files and embeddings. */
    long usedBytes();

    /**
     * Sets options of the store that hold from its next opening; known: {@code encrypted} ({@code true} or
     * {@code false}).
     *
     * @throws mimosa.api.MimosaException of kind {@code INVALID} when existing data contradicts them
     */
    void configure(Map<String, String> options);

    /** Removes all data for good; open sessions fail with kind {@code STORAGE} afterwards. */
    void destroy();
}
