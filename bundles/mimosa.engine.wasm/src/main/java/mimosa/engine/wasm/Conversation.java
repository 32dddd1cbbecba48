package mimosa.engine.wasm;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.engine.Host;
import mimosa.api.http.Exchange;
import mimosa.api.http.HeaderField;
import mimosa.api.storage.Session;
import mimosa.work.Effects;

/** What the instance of a request has besides its program: the request, its answer and what is open on the way. */
final class Conversation implements AutoCloseable {
    private static final int MAX_LOCK_DEPTH = 32;

    private final Exchange exchange;
    private final Host host;
    private final Effects effects = new Effects();
    private final Answer answer;
    private final FormParts form;
    private final OutboundCalls outbound;
    private final Cursors cursors = new Cursors();
    private Map<String, String> headers;

    Conversation(Execution execution, Exchange exchange, Host host) {
        this.exchange = exchange;
        this.host = host;
        this.answer = new Answer(exchange, effects, execution.limits().responseBytes());
        this.form = new FormParts(this);
        this.outbound = new OutboundCalls(execution, this);
    }

    Exchange exchange() {
        return exchange;
    }

    Effects effects() {
        return effects;
    }

    Answer answer() {
        return answer;
    }

    FormParts form() {
        return form;
    }

    OutboundCalls outbound() {
        return outbound;
    }

    Cursors cursors() {
        return cursors;
    }

    /** This instance's view of the store; there is room on the stack to use it. */
    Session storage() {
        StackRoom.forService();
        return host.storage();
    }

    Host host() {
        return host;
    }

    /** Names in lower case; repeated fields are joined, cookies by a semicolon, all others by a comma. */
    Map<String, String> headers() {
        if (headers == null) {
            headers = joined(exchange.headers());
            headers.put("x-request-id", exchange.requestId());
        }
        return headers;
    }

    static Map<String, String> joined(Iterable<HeaderField> fields) {
        Map<String, String> all = new LinkedHashMap<>();
        for (HeaderField field : fields) {
            String name = field.name().toLowerCase(Locale.ROOT);
            String joint = name.equals("cookie") ? "; " : ", ";
            all.merge(name, Utf8.header(field.value()), (one, other) -> one + joint + other);
        }
        return all;
    }

    // The lock of the store.

    int lock(Execution execution) throws Code {
        Session session = storage();
        if (session.depth() >= MAX_LOCK_DEPTH) {
            throw Code.limit("the lock is held " + MAX_LOCK_DEPTH + " levels deep");
        }
        if (session.depth() > 0) {
            return session.lock();
        }
        execution.unmetered(session::lock);
        effects.hold();
        answer.enterLock();
        return 1;
    }

    /** @return the remaining depth */
    int commit() throws Code {
        Session session = locked();
        if (session.depth() > 1) {
            return session.commit();
        }
        try {
            session.commit();
        } catch (MimosaException e) {
            undoLock();
            throw Code.io(e.getMessage());
        }
        effects.release();
        return 0;
    }

    /** An inner level that is rolled back is one that has ended: the outermost decides. */
    int rollback() throws Code {
        Session session = locked();
        if (session.depth() > 1) {
            return session.commit();
        }
        undoLock();
        return 0;
    }

    private Session locked() throws Code {
        Session session = storage();
        if (session.depth() == 0) {
            throw Code.denied("the lock is not held");
        }
        return session;
    }

    /** Undoes everything since the outermost lock; whether there was one. */
    boolean undoLock() {
        if (!effects.isHolding()) {
            return false;
        }
        try {
            host.storage().rollback();
        } finally {
            effects.discard();
            answer.undo();
        }
        return true;
    }

    @Override
    public void close() {
        form.close();
        outbound.close();
    }
}
