package mimosa.api.storage;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/** A file that is being written and appears as a whole, or not at all. Used by one thread at a time. */
@ProviderType
public interface NewFile extends AutoCloseable {
    /**
     * Adds bytes at the end.
     *
     * @throws mimosa.api.MimosaException of kind {@code STORAGE_LIMIT} when the mim's storage would be over its limit
     */
    void write(ByteBuffer bytes);

    /** Bytes written so far. */
    long size();

    /** Makes the file appear at its path, in place of an older one; inside a lock when that is committed. */
    void commit();

    /** Drops the file unless it was committed. */
    @Override
    void close();
}
