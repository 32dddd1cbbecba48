package mimosa.engine.wasm;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException;
import mimosa.api.engine.Payload;
import mimosa.api.quota.Budget;
import mimosa.work.LoadTime;
import mimosa.work.Workers;

/**
 * The first initialisation of a program, at its deployment. When it would turn out the same every time, what it has made
 * is where all instances begin.
 */
final class Trial {
    private final Blueprint blueprint;
    private final Payload payload;
    private final MemoryShare share;
    private final Workers workers;

    Trial(Blueprint blueprint, Payload payload, MemoryShare share, Workers workers) {
        this.blueprint = blueprint;
        this.payload = payload;
        this.share = share;
        this.workers = workers;
    }

    /**
     * Runs on a worker.
     *
     * @return what there is to know about the snapshot
     * @throws MimosaException of kind {@code INVALID} when the program does not initialise
     */
    String run(Budget budget) {
        Execution execution = new Execution(blueprint, new TrialHost(payload), budget, workers);
        CompletableFuture<UsedMemory> memory = share.start(execution, blueprint.image());
        Future<?> patience = workers.after(
                TimeUnit.MILLISECONDS.toNanos(blueprint.settings().checkMs()),
                () -> share.giveUp(memory, payload.mimId()));
        try {
            budget.onExceeded(execution::kill);
            execution.waitFor(memory);
            prepare(execution, budget, memory.join());
            return keep(execution);
        } finally {
            patience.cancel(false);
            share.giveUp(memory, payload.mimId());
            // Its memory is not kept: instances begin with the snapshot's, and a program that fails has none.
            share.release(execution, null);
        }
    }

    private void prepare(Execution execution, Budget budget, UsedMemory memory) {
        try {
            execution.prepare(memory);
        } catch (Throwable e) { // boundary: whatever a program does is its author's to hear
            throw refusal(execution, budget, e);
        } finally {
            execution.gate().done();
        }
    }

    private MimosaException refusal(Execution execution, Budget budget, Throwable thrown) {
        MimosaException killed = execution.gate().reason();
        if (killed != null) {
            return LoadTime.isOver(budget)
                    ? Refusal.of("initialisation took more than "
                            + blueprint.settings().checkMs() + " ms")
                    : Refusal.of("did not initialise: " + killed.getMessage());
        }
        if (thrown instanceof Exit) {
            return Refusal.of(thrown.getMessage() + " during initialisation");
        }
        if (thrown instanceof OutOfMemoryError) {
            return Refusal.of("did not initialise: memory limit exceeded");
        }
        String kind = Trap.kind(thrown);
        return kind != null
                ? Refusal.of("trap during initialisation: " + kind)
                : new MimosaException(
                        MimosaException.Kind.INTERNAL,
                        "index.wasm could not be initialised: the engine failed",
                        thrown);
    }

    private String keep(Execution execution) {
        if (!blueprint.settings().snapshot()) {
            return "no, switched off";
        }
        if (!execution.isRepeatable()) {
            return "no, the initialisation uses time, chance, its node or its log";
        }
        Snapshot snapshot = blueprint.snapshotOf(execution);
        blueprint.startFrom(snapshot);
        return snapshot.memory().size() + " bytes";
    }
}
