package mimosa.api.client;

import java.nio.ByteBuffer;
import java.util.List;
import mimosa.api.MimosaException;
import mimosa.api.http.HeaderField;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hears what becomes of an outbound request: {@code head data* end}, or {@code failed} at any point instead of the rest.
 * Calls come one after the other, each after the one before has returned, on threads of the client.
 */
@ConsumerType
public interface ResponseListener {
    /** Status and header fields of the final answer, names in lower case. */
    void head(int status, List<HeaderField> headers);

    /**
     * The next piece of the body.
     *
     * @param chunk valid until {@code more} is run; to be copied by who keeps it
     * @param more to be run once, by any thread, when the next piece may come: back-pressure
     */
    void data(ByteBuffer chunk, Runnable more);

    /** The answer is complete. */
    void end();

    /** The call failed; nothing follows. The message may be shown to the mim's author. */
    void failed(MimosaException failure);
}
