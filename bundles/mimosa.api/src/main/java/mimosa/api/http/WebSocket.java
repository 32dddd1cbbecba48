package mimosa.api.http;

import org.osgi.annotation.versioning.ProviderType;

/** An open WebSocket connection on which the node pushes. Thread-safe, never blocks. */
@ProviderType
public interface WebSocket {
    /**
     * Sends a text frame behind those sent before. A client that does not keep up (more than 1 MiB or 256 frames unsent)
     * is closed with 1013. No effect once closed.
     */
    void send(String text);

    /** Closes the connection; no effect once closed. */
    void close(int code, String reason);
}
