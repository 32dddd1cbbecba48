package mimosa.runtime;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import mimosa.api.http.Exchange;
import mimosa.api.http.WebSocket;

/** The WebSocket clients of one mim; they stay through its redeployments and go when it stops. Thread-safe. */
final class PushClients {
    private static final int GOING_AWAY = 1001;

    private final Set<WebSocket> open = ConcurrentHashMap.newKeySet();
    private final Object order = new Object();
    private volatile boolean accepting;

    /** Clients are welcome from now on. */
    void accept() {
        accepting = true;
    }

    /** Closes all connections, also those that are about to open. */
    void close(String reason) {
        accepting = false;
        open.forEach(client -> client.close(GOING_AWAY, reason));
    }

    /** Answers a handshake; anything else fails the exchange with kind {@code UPGRADE_REQUIRED}. */
    void connect(Exchange exchange) {
        // It may have closed before it is known here.
        CompletableFuture<WebSocket> known = new CompletableFuture<>();
        exchange.upgrade(() -> known.thenAccept(open::remove)).whenComplete((client, failure) -> {
            if (failure != null) {
                exchange.fail(Failures.unwrapped(failure));
                return;
            }
            open.add(client);
            known.complete(client);
            if (!accepting) {
                client.close(GOING_AWAY, "the mim has stopped");
            }
        });
    }

    /** Sends a text frame to all, and to all in the same order, whoever publishes at the same time. */
    void publish(String frame) {
        synchronized (order) {
            open.forEach(client -> client.send(frame));
        }
    }
}
