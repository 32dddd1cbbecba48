package mimosa.engine.wasm;

import com.dylibso.chicory.runtime.Instance;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mimosa.api.MimosaException;
import mimosa.api.engine.Host;
import mimosa.api.engine.Host.Level;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;
import mimosa.work.Workers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance of a program while it runs, on one worker: what its host functions work on, and how it is ended. The
 * trial at a deployment has nothing more than this; the instance of a request has a {@link Conversation} besides.
 *
 * <pre>
 *   prepare ( start section, _initialize, _start; or the snapshot ) -> call ( handler )
 * </pre>
 */
final class Execution {
    private static final Logger LOG = LoggerFactory.getLogger(Execution.class);

    private final Blueprint blueprint;
    private final Host host;
    private final Budget budget;
    private final Workers workers;
    private final Gate gate = new Gate();
    private final CompletableFuture<Void> stopSignal = new CompletableFuture<>();
    private final WasiStreams streams = new WasiStreams(this);
    private final Messages messages;
    private ResultBuffer result;
    private Conversation conversation;
    private Instance instance;
    private boolean initialising = true;
    private boolean repeatable = true;
    private long loggedBytes;
    private UsedMemory memory;
    private long memoryBytes;
    private long refusedPages;

    Execution(Blueprint blueprint, Host host, Budget budget, Workers workers) {
        this.blueprint = blueprint;
        this.host = host;
        this.budget = budget;
        this.workers = workers;
        this.result = new ResultBuffer(blueprint.settings().resultBytes());
        this.messages = blueprint.protocol().isMessages() ? new Messages(this, blueprint.protocol()) : null;
    }

    // What the host functions need.

    Gate gate() {
        return gate;
    }

    Host host() {
        return host;
    }

    Blueprint blueprint() {
        return blueprint;
    }

    Limits limits() {
        return budget.limits();
    }

    ResultBuffer result() {
        return result;
    }

    /** {@code null} when the program does not speak in messages. */
    Messages messages() {
        return messages;
    }

    WasiStreams streams() {
        return streams;
    }

    Instance instance() {
        return instance;
    }

    /** What the instance of a request has besides. There is none before the handler is called. */
    Conversation conversation() {
        return conversation;
    }

    boolean isInitialising() {
        return initialising;
    }

    /** What the initialisation has just done may turn out differently the next time: it cannot be kept. */
    void notRepeatable() {
        if (initialising) {
            repeatable = false;
        }
    }

    boolean isRepeatable() {
        return repeatable;
    }

    /** @throws Code past the log's limit */
    void log(Level level, String text) throws Code {
        notRepeatable();
        if (loggedBytes > limits().logBytes()) {
            throw Code.limit("the log has " + limits().logBytes() + " bytes (logBytes)");
        }
        StackRoom.forService();
        loggedBytes += text.length();
        host.log(level, text);
    }

    /** Called by the share that the instance's memory is part of. */
    void memoryBytes(long more) {
        memoryBytes += more;
    }

    /** Called by the memory when it cannot grow to so many pages. */
    void memoryRefused(long pages) {
        refusedPages = pages;
    }

    /** What the author should know of the memory when the program has gone wrong; empty when it never was too small. */
    String memoryNote() {
        return refusedPages == 0
                ? ""
                : "; its memory could not grow to " + refusedPages + " pages of 64 KiB, the most are "
                        + blueprint.mostPages() + " (" + ChicoryEngine.PID + ": memoryPages, memoryShare)";
    }

    long memoryBytes() {
        return memoryBytes;
    }

    /** What the instance's memory is made of. */
    UsedMemory memory() {
        return memory;
    }

    /** What can be used again when the instance has ended; {@code null} when there is nothing. */
    UsedMemory reusableMemory() {
        return instance == null ? null : LinearMemory.of(instance).reusable();
    }

    // Running.

    /** Makes the instance in this memory and initialises it. */
    void prepare(UsedMemory first) {
        memory = first;
        Snapshot snapshot = blueprint.snapshot();
        if (snapshot != null) {
            instance = blueprint.restore(this, snapshot);
            result = snapshot.result(blueprint.settings().resultBytes());
        } else {
            instance = blueprint.fresh(this);
            for (int function : blueprint.initialisers()) {
                call(function);
            }
        }
        initialising = false;
    }

    /** @throws Exit when an export ends by another code than 0 */
    void handle(Conversation forRequest) {
        conversation = forRequest;
        if (messages == null) {
            call(blueprint.handler());
        } else {
            messages.begin();
        }
    }

    /**
     * Does what has come up since.
     *
     * @param wake run once, by any thread, when there is more to do
     * @return whether the instance has come to its end
     */
    boolean proceed(Runnable wake) {
        return messages == null || messages.proceed(wake);
    }

    /**
     * Calls a function of the program.
     *
     * @return its result; 0 when it has none
     */
    int call(int function, long... arguments) {
        gate.enterGuest();
        try {
            long[] results = instance.getMachine().call(function, arguments);
            gate.leaveGuest();
            return results == null || results.length == 0 ? 0 : (int) results[0];
        } catch (Exit e) {
            if (e.code() != 0) {
                throw e;
            }
            return 0;
        }
    }

    // Waiting and stopping.

    Duration remaining() {
        Duration remaining = budget.remaining();
        return remaining.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : remaining;
    }

    /** Waits on the worker's thread while another takes its place; ends early, by throwing, when the instance does. */
    void waitFor(CompletionStage<?> stage) {
        waitFor(stage, budget.remaining().toMillis() + 1);
    }

    /** @return whether the stage has completed within the time */
    boolean waitFor(CompletionStage<?> stage, long millis) {
        CompletableFuture<?> waited = stage.toCompletableFuture();
        CompletableFuture<?> either = CompletableFuture.anyOf(waited, stopSignal);
        unmetered(() -> join(either, Math.min(millis, budget.remaining().toMillis() + 1)));
        gate.check();
        budget.check();
        return waited.isDone();
    }

    /** Lets time pass. */
    void pause(long millis) {
        waitFor(new CompletableFuture<Void>(), millis);
    }

    /** Does what waits in its own way, while another worker takes this one's place. */
    void unmetered(Runnable wait) {
        budget.suspend();
        try {
            workers.blocking(wait);
        } finally {
            budget.resume();
        }
    }

    private static void join(CompletableFuture<?> future, long millis) {
        try {
            future.get(Math.max(1, millis), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            LOG.trace("the wait is over", e); // what it means is found out by who waited
        }
    }

    /** Ends the instance wherever it is. May be called by any thread. */
    void kill(MimosaException reason) {
        gate.kill(reason);
        stopSignal.complete(null);
        if (messages != null) {
            messages.wake();
        }
    }

    CompletableFuture<Void> stopSignal() {
        return stopSignal;
    }
}
