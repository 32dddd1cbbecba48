package mimosa.engine.js;

import java.util.LinkedHashMap;
import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.engine.Host;
import mimosa.api.engine.Program;
import mimosa.api.http.Exchange;
import mimosa.api.quota.Budget;
import mimosa.work.Running;
import mimosa.work.Workers;

/** A JavaScript mim. What its instances share cannot be seen by a script. */
final class RhinoProgram implements Program {
    private final String mimId;
    private final Sandbox sandbox;
    private final Workers workers;
    private final Running<Instance> running;
    private final SourceMap sourceMap;
    private final Map<String, String> facts;
    private final Tiers tiers;

    /** @param running where the instances at work are kept, for the engine's end */
    RhinoProgram(
            String mimId,
            Sandbox sandbox,
            Workers workers,
            Running<Instance> running,
            Tiers tiers,
            SourceMap sourceMap,
            Map<String, String> facts) {
        this.mimId = mimId;
        this.sandbox = sandbox;
        this.workers = workers;
        this.running = running;
        this.tiers = tiers;
        this.sourceMap = sourceMap;
        this.facts = new LinkedHashMap<>(facts);
    }

    String mimId() {
        return mimId;
    }

    Sandbox sandbox() {
        return sandbox;
    }

    Workers workers() {
        return workers;
    }

    SourceMap sourceMap() {
        return sourceMap;
    }

    /** @throws MimosaException of kind {@code UNAVAILABLE} once the program is closed */
    Realms realms() {
        Realms known = tiers.realms();
        if (known == null) {
            throw new MimosaException(MimosaException.Kind.UNAVAILABLE, "mim " + mimId + " has just been stopped");
        }
        return known;
    }

    /** @param nanos that a turn of an instance took, without those in which it waited */
    void spent(long nanos) {
        tiers.spent(nanos);
    }

    void nestedTooDeeply() {
        tiers.nestedTooDeeply();
    }

    @Override
    public void start(Exchange exchange, Host host, Budget budget) {
        running.start(mimId, exchange, host, budget, () -> new Instance(this, exchange, host, budget), Instance::start);
    }

    void ended(Instance instance) {
        running.ended(instance);
    }

    @Override
    public Map<String, String> facts() {
        Realms known = tiers.realms();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("engine", tiers.isCompiled() ? "Rhino, compiled" : "Rhino, interpreted");
        all.putAll(facts);
        if (known != null) {
            all.putAll(known.facts());
        }
        return all;
    }

    @Override
    public void close() {
        tiers.close();
    }
}
