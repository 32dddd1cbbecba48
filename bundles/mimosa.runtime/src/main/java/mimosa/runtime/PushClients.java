package mimosa.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import mimosa.api.http.Exchange;
import mimosa.api.http.WebSocket;

/** The WebSocket clients of one mim; they stay through its redeployments and go when it stops. Thread-safe. */
final class PushClients {
    private static final int GOING_AWAY = 1001;

    private final Set<Client> open = ConcurrentHashMap.newKeySet();
    private final Object order = new Object();
    private volatile boolean accepting;

    /** Clients are welcome from now on. */
    void accept() {
        accepting = true;
    }

    /** Closes all connections, also those that are about to open. */
    void close(String reason) {
        accepting = false;
        open.forEach(client -> client.close(reason));
    }

    /** Answers a handshake; anything else fails the exchange with kind {@code UPGRADE_REQUIRED}. */
    void connect(Exchange exchange) {
        // Known before the answer leaves: whoever has read it must miss nothing that is published from then on.
        Client client = new Client();
        open.add(client);
        exchange.upgrade(() -> open.remove(client)).whenComplete((socket, failure) -> {
            if (failure != null) {
                open.remove(client);
                exchange.fail(Failures.unwrapped(failure));
                return;
            }
            client.opened(socket);
            if (!accepting) {
                client.close("the mim has stopped");
            }
        });
    }

    /** Sends a text frame to all, and to all in the same order, whoever publishes at the same time. */
    void publish(String frame) {
        synchronized (order) {
            open.forEach(client -> client.send(frame));
        }
    }

    /** A client from its handshake on; what is published before its connection is open waits for that. */
    private static final class Client {
        private final List<String> early = new ArrayList<>();
        private WebSocket socket;

        synchronized void opened(WebSocket opened) {
            socket = opened;
            early.forEach(socket::send);
            early.clear();
        }

        synchronized void send(String frame) {
            if (socket == null) {
                early.add(frame);
            } else {
                socket.send(frame);
            }
        }

        /** No effect before the connection is open. */
        synchronized void close(String reason) {
            if (socket != null) {
                socket.close(GOING_AWAY, reason);
            }
        }
    }
}
