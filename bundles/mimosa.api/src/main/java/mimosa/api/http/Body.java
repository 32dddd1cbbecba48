package mimosa.api.http;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A request body that has been received completely. Small ones are in memory, larger ones in a temporary file, which
 * goes with the exchange. May be read any number of times, by any thread.
 */
@ProviderType
public interface Body {
    /** Number of bytes. */
    long size();

    /** A new stream over the bytes from the first one; the caller closes it. */
    InputStream open() throws IOException;

    /** All bytes, for a body whose size the caller has limited. */
    default byte[] bytes() throws IOException {
        try (InputStream in = open()) {
            return in.readAllBytes();
        }
    }
}
