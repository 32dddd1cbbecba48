package mimosa.api.storage;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A file as it was when it was opened, whatever happens to it afterwards; stays readable until it is closed, also after
 * its session. Thread-safe.
 */
@ProviderType
public interface StoredFile extends AutoCloseable {
    /** Number of bytes. */
    long size();

    /** Reads bytes from a position on into what remains of the target; how many, -1 at the end of the file. */
    int read(long position, ByteBuffer target);

    @Override
    void close();
}
