package mimosa.engine.wasm;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import mimosa.api.MimosaException;
import mimosa.api.engine.Host;
import mimosa.api.engine.Program;
import mimosa.api.http.Exchange;
import mimosa.api.quota.Budget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A WebAssembly mim that is ready to serve. Its instances share code and first values, which no program can change. */
final class WasmProgram implements Program {
    private static final Logger LOG = LoggerFactory.getLogger(WasmProgram.class);

    private final String mimId;
    private final MemoryShare share;
    private final Workers workers;
    private final Set<RequestRun> running;
    private final Map<String, String> facts;
    private volatile Blueprint blueprint;

    /** @param running where the instances at work are kept, for the engine's end */
    WasmProgram(
            String mimId,
            Blueprint blueprint,
            MemoryShare share,
            Workers workers,
            Set<RequestRun> running,
            Map<String, String> facts) {
        this.mimId = mimId;
        this.blueprint = blueprint;
        this.share = share;
        this.workers = workers;
        this.running = running;
        this.facts = Collections.unmodifiableMap(facts);
    }

    String mimId() {
        return mimId;
    }

    MemoryShare share() {
        return share;
    }

    Workers workers() {
        return workers;
    }

    /** {@code null} once the program is closed. */
    Blueprint blueprint() {
        return blueprint;
    }

    boolean isClosed() {
        return blueprint == null;
    }

    @Override
    public void start(Exchange exchange, Host host, Budget budget) {
        try {
            Blueprint known = blueprint;
            if (known == null) {
                throw new MimosaException(MimosaException.Kind.UNAVAILABLE, "mim " + mimId + " has just been stopped");
            }
            RequestRun run = new RequestRun(this, known, exchange, host, budget);
            running.add(run);
            run.start();
        } catch (RuntimeException e) { // boundary: from here on nobody else ends the exchange and gives the slot back
            exchange.fail(e);
            closeQuietly(host);
            closeQuietly(budget);
        }
    }

    private void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) { // boundary: the other one has to be closed all the same
            LOG.error("could not close what belongs to a request of {}", mimId, e);
        }
    }

    void ended(RequestRun run) {
        running.remove(run);
    }

    @Override
    public Map<String, String> facts() {
        return facts;
    }

    @Override
    public void close() {
        Blueprint known = blueprint;
        blueprint = null;
        if (known != null) {
            share.forget(known.image());
        }
    }
}
