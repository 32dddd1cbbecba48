package mimosa.api.storage;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One instance's view of its mim's store. Used by one thread at a time, except {@link #durable()}.
 *
 * <p>Outside a lock each call is atomic by itself and sees the last committed state. Inside a lock the session is alone
 * to write, sees its own changes, and all of them, files and embeddings included, are
 * committed together or not at all; others read the state before.
 *
 * <p>All methods throw {@link mimosa.api.MimosaException}: {@code INVALID} for an illegal key, value or tag,
 * {@code STORAGE_LIMIT} when a limit would be passed, {@code STORAGE} when the store cannot be read or written. After
 * any of them nothing has changed.
 */
@ProviderType
public interface Session extends AutoCloseable {
    /** The value, or {@code null} when the key is absent. */
    String get(String key);

    /** The item with value and tag, or {@code null}. */
    Item item(String key);

    /** Stores value and tag (empty: untagged); an existing key keeps its position, a new one goes to the end. */
    void put(String key, String value, String tag);

    /** Removes a key; whether it was there. */
    boolean remove(String key);

    /** Removes all items with this tag in one step; how many there were. */
    int removeTagged(String tag);

    /**
     * Visits the items in insertion order, as they are at the time of the call, whatever the visitor changes meanwhile.
     *
     * @param tag only items with this tag; {@code null} for all
     * @param visitor returns whether to go on
     */
    void each(String tag, Predicate<Item> visitor);

    /**
     * Answers a query over the items whose values are JSON; others are passed over. Sees what {@link #each} sees.
     *
     * @throws mimosa.api.MimosaException of kind {@code INVALID}, naming the path or operator that is not supported
     */
    JsonQuery.Page query(JsonQuery query);

    /**
     * Begins a file of the mim's file area. A path is relative to the area whether or not it begins with a slash;
     * {@code file://} in front is cut off; folders are made.
     *
     * @throws mimosa.api.MimosaException of kind {@code INVALID} {@code illegal path ...} for {@code ..}, {@code .},
     *     backslash, control characters, segments over 255 and paths over 1024 bytes
     */
    NewFile newFile(String path);

    /** Opens a file as this session sees it; {@code null} when there is none, or for a URL of another scheme. */
    StoredFile file(String path);

    /** Removes a file; whether it was there. */
    boolean removeFile(String path);

    /** Stores an embedding in place of an older one of that key. */
    void putEmbedding(Embedding embedding);

    /** The embedding, or {@code null}. */
    Embedding embedding(String key);

    /** Removes an embedding; whether it was there. */
    boolean removeEmbedding(String key);

    /** Removes all embeddings with this tag in one step; how many there were. */
    int removeEmbeddingsTagged(String tag);

    /**
     * The embeddings most similar to a vector, best first, ties by key; those of other dimensions are passed over.
     *
     * @param tag only embeddings with this tag; {@code null} for all
     */
    List<Embedding.Match> similar(float[] vector, String tag, int limit, Embedding.Metric metric);

    /** Waits until this session alone may write, or goes one level deeper; the depth reached, 1 and up. */
    int lock();

    /** Leaves one level; leaving the outermost one commits all changes made inside. The remaining depth. */
    int commit();

    /** Undoes all changes since the outermost {@link #lock} and gives the lock up, however deep. */
    void rollback();

    /** How deep this session holds the lock; 0 when it does not. */
    int depth();

    /**
     * Completes when every committed change that this session has made or could have read so far is durable; already
     * complete when it has touched nothing. Fails with kind {@code NOT_DURABLE}. May be called by any thread.
     */
    CompletionStage<Void> durable();

    /** Undoes an open lock and ends the session. Committed changes become durable all the same. */
    @Override
    void close();
}
