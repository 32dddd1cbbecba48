package mimosa.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;

/**
 * Turns the name of a host into the addresses that are dialled. Jetty asks it once for each connection and dials exactly
 * what it answers, so that a name cannot mean something else between check and use.
 */
final class GuardedResolver implements SocketAddressResolver {
    private final Lookup lookup;
    private final Executor threads;
    private final Guard guard;

    /** The system's name service; blocks. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /** The policy in force. */
    @FunctionalInterface
    interface Guard {
        boolean permits(String host, InetSocketAddress address);
    }

    GuardedResolver(Lookup lookup, Executor threads, Guard guard) {
        this.lookup = lookup;
        this.threads = threads;
        this.guard = guard;
    }

    @Override
    public void resolve(String host, int port, Map<String, Object> context, Promise<List<InetSocketAddress>> promise) {
        threads.execute(() -> {
            try {
                promise.succeeded(permitted(host, port));
            } catch (Throwable failure) { // boundary to Jetty, which waits for the promise
                promise.failed(failure);
            }
        });
    }

    private List<InetSocketAddress> permitted(String host, int port)
            throws UnknownHostException, DeniedAddressException {
        List<InetSocketAddress> found = Stream.of(lookup.addresses(host))
                .map(address -> new InetSocketAddress(address, port))
                .toList();
        for (InetSocketAddress address : found) {
            if (!guard.permits(host, address)) {
                throw new DeniedAddressException(address.toString());
            }
        }
        return found;
    }
}
