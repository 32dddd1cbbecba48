package mimosa.engine.wasm;

import java.util.Collections;
import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.engine.Host;
import mimosa.api.engine.Program;
import mimosa.api.http.Exchange;
import mimosa.api.quota.Budget;
import mimosa.work.Running;
import mimosa.work.Workers;

/** A WebAssembly mim that is ready to serve. Its instances share code and first values, which no program can change. */
final class WasmProgram implements Program {
    private final String mimId;
    private final MemoryShare share;
    private final Workers workers;
    private final Running<RequestRun> running;
    private final Map<String, String> facts;
    private volatile Blueprint blueprint;

    /** @param running where the instances at work are kept, for the engine's end */
    WasmProgram(
            String mimId,
            Blueprint blueprint,
            MemoryShare share,
            Workers workers,
            Running<RequestRun> running,
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
        running.start(
                mimId,
                exchange,
                host,
                budget,
                () -> new RequestRun(this, open(), exchange, host, budget),
                RequestRun::start);
    }

    private Blueprint open() {
        Blueprint known = blueprint;
        if (known == null) {
            throw new MimosaException(MimosaException.Kind.UNAVAILABLE, "mim " + mimId + " has just been stopped");
        }
        return known;
    }

    void ended(RequestRun run) {
        running.ended(run);
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
