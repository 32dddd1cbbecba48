package mimosa.runtime;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import mimosa.api.client.HttpClient;
import mimosa.api.engine.ContextExtension;
import mimosa.api.engine.Host;
import mimosa.api.quota.Budget;
import mimosa.api.storage.Session;

/** Everything that one instance can reach, and the place where it is let go. */
final class InstanceHost implements Host {
    private final Serving serving;
    private final MimLog log;
    private final PushClients clients;
    private final Session session;
    private final Budget budget;
    private final String requestId;
    private final AtomicLong logged = new AtomicLong();
    private final Map<String, ContextExtension> extensions;
    private CompletableFuture<Void> pushed = CompletableFuture.completedFuture(null);
    private GatedClient client;
    private boolean closed;

    InstanceHost(Serving serving, MimLog log, PushClients clients, Session session, Budget budget, String requestId) {
        this.serving = serving;
        this.log = log;
        this.clients = clients;
        this.session = session;
        this.budget = budget;
        this.requestId = requestId;
        this.extensions = serving.extensions().current();
    }

    @Override
    public Info info() {
        return serving.info();
    }

    @Override
    public Map<String, String> env() {
        return serving.record().env();
    }

    @Override
    public Session storage() {
        return session;
    }

    /** Made for the first call: most instances make none. */
    @Override
    public synchronized HttpClient client() {
        if (client == null) {
            client = new GatedClient(serving.client(), session, serving.limits());
            if (closed) {
                client.close();
            }
        }
        return client;
    }

    @Override
    public void publish(String frame) {
        if (!serving.pushes()) {
            return;
        }
        synchronized (this) {
            if (!closed) {
                pushed = pushed.thenCombine(isDurable(), (before, durable) -> {
                    push(frame, durable);
                    return null;
                });
            }
        }
    }

    private CompletableFuture<Boolean> isDurable() {
        return session.durable().toCompletableFuture().handle((done, failure) -> failure == null);
    }

    private void push(String frame, boolean durable) {
        if (durable) {
            clients.publish(frame);
        } else {
            log.add(Level.ERROR, requestId, "an event was not pushed: storage write could not be made durable");
        }
    }

    @Override
    public Map<String, ContextExtension> extensions() {
        return extensions;
    }

    @Override
    public String requestId() {
        return requestId;
    }

    @Override
    public void log(Level level, String text) {
        long limit = serving.limits().logBytes();
        if (logged.get() > limit) {
            return;
        }
        int taken = log.add(level, requestId, text);
        long total = logged.addAndGet(taken);
        if (total > limit && total - taken <= limit) {
            log.add(Level.WARN, requestId, "log limit exceeded (" + limit + " bytes), further records are dropped");
        }
    }

    @Override
    public void close() {
        GatedClient used;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            used = client;
        }
        if (used != null) {
            used.close();
        }
        session.close();
        serving.ended(budget);
        serving.release();
    }
}
