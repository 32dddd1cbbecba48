package mimosa.runtime;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import mimosa.api.client.HttpClient;
import mimosa.api.engine.Host;
import mimosa.api.quota.Budget;
import mimosa.api.storage.Session;

/** Everything that one instance can reach, and the place where it is let go. */
final class InstanceHost implements Host {
    private final Serving serving;
    private final MimLog log;
    private final Session session;
    private final GatedClient client;
    private final Budget budget;
    private final String requestId;
    private final AtomicLong logged = new AtomicLong();
    private boolean closed;

    InstanceHost(Serving serving, MimLog log, Session session, Budget budget, String requestId) {
        this.serving = serving;
        this.log = log;
        this.session = session;
        this.client = new GatedClient(serving.client(), session, serving.limits());
        this.budget = budget;
        this.requestId = requestId;
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

    @Override
    public HttpClient client() {
        return client;
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
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        client.close();
        session.close();
        serving.ended(budget);
        serving.release();
    }
}
