package mimosa.api.client;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Outbound HTTP. A bundle-scoped service: calls of a bundle are aborted when it gives the service back. The address
 * policy is enforced where the socket is dialled, on every address a name resolves to and on every redirect.
 * Thread-safe, never blocks.
 */
@ProviderType
public interface HttpClient {
    /**
     * Sends a request; what happens to it is told to the listener, on a thread of the client that must not be held up.
     *
     * @return to abort it; also when the request was refused at once, which the listener hears before this returns or
     *     afterwards
     */
    Call send(OutboundRequest request, ResponseListener listener);

    /** A request under way. */
    @ProviderType
    interface Call {
        /** Drops the connection; the listener hears nothing more. No effect when the call has ended. */
        void abort();
    }
}
