package mimosa.engine.wasm;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.engine.Host;
import mimosa.api.engine.Host.Level;
import mimosa.api.http.Exchange;
import mimosa.api.quota.Budget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request, from its start to the closing of its instance.
 *
 * <pre>
 *   start -> room in memory -> thread of the exchange or worker: prepare, handle -> { wait for messages -> worker }* -> answer, failure -> closed
 *                 kill: wall time, processor time, memory, the client, an operator
 * </pre>
 */
final class RequestRun {
    private static final Logger LOG = LoggerFactory.getLogger(RequestRun.class);
    private static final String NOT_ENDED = "the handler finished without ending the response";

    private final WasmProgram program;
    private final Blueprint blueprint;
    private final Exchange exchange;
    private final Host host;
    private final Budget budget;
    private final Execution execution;
    private final Conversation conversation;
    private final Answer answer;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicInteger wakes = new AtomicInteger();
    private CompletableFuture<UsedMemory> memory;
    private Future<?> patience;

    RequestRun(WasmProgram program, Blueprint blueprint, Exchange exchange, Host host, Budget budget) {
        this.program = program;
        this.blueprint = blueprint;
        this.exchange = exchange;
        this.host = host;
        this.budget = budget;
        this.execution = new Execution(blueprint, host, budget, program.workers());
        this.conversation = new Conversation(execution, exchange, host);
        this.answer = conversation.answer();
    }

    void start() {
        memory = program.share().start(execution, blueprint.image());
        exchange.done().thenAccept(this::exchangeDone);
        budget.onExceeded(this::kill);
        if (memory.isDone()) {
            program.workers().execute(exchange, this::run);
            return;
        }
        patience = program.workers().after(budget.limits().queueTime().toNanos(), () -> program.share()
                .giveUp(memory, program.mimId()));
        memory.whenComplete((room, failure) -> program.workers().execute(this::run));
    }

    /** Its budget's, which is not made by the JVM for each object. */
    @Override
    public int hashCode() {
        return budget.hashCode();
    }

    private void exchangeDone(Exchange.Outcome outcome) {
        answer.lost();
        if (outcome == Exchange.Outcome.CLIENT_GONE && exchange.isCommitted()) {
            kill(null);
        }
    }

    private void kill(MimosaException reason) {
        execution.kill(reason);
        program.share().giveUp(memory, program.mimId());
        // One that still waits for a worker is ended before others begin.
        program.workers().executeFirst(this::run);
    }

    /** Ends the instance as its budget would. */
    void cancel(String reason) {
        budget.cancel(reason);
    }

    private void run() {
        if (begun.compareAndSet(false, true)) {
            wakes.set(1);
            turn(true);
        }
    }

    /** There is more to do; at once, or when the present turn is over. */
    private void goOn() {
        if (wakes.getAndIncrement() == 0) {
            program.workers().execute(() -> turn(false));
        }
    }

    /** A stretch of work on a worker: all of it, or what there is until the instance has to wait. */
    private void turn(boolean first) {
        int seen = wakes.get();
        boolean over = true;
        budget.resume();
        try {
            over = serve(first);
        } catch (Throwable e) { // boundary: nothing of an instance may reach the worker, nor leave it unclosed
            execution.gate().done();
            quietly("end its answer", () -> failed(e));
        } finally {
            execution.gate().done();
            quietly("suspend its budget", budget::suspend);
        }
        if (over) {
            close();
        } else if (!wakes.compareAndSet(seen, 0)) {
            program.workers().execute(() -> turn(false));
        }
    }

    /** @return whether the instance has come to its end */
    private boolean serve(boolean first) {
        execution.gate().check();
        if (first) {
            if (memory.isCompletedExceptionally()) {
                throw (MimosaException) memory.exceptionNow();
            }
            execution.prepare(memory.join());
            execution.handle(conversation);
        }
        if (!execution.proceed(this::goOn)) {
            return false;
        }
        if (conversation.undoLock()) {
            fail(new MimosaException(Kind.GUEST, "storage lock left open"));
        } else if (!answer.isEnded()) {
            finish();
        }
        return true;
    }

    private void finish() {
        if (!answer.isTouched()) {
            fail(new MimosaException(Kind.QUOTA, NOT_ENDED));
            return;
        }
        try {
            answer.end(new byte[0]);
        } catch (Code e) {
            throw new IllegalStateException("cannot be: nothing is held back outside a lock", e);
        }
    }

    // The end.

    private void failed(Throwable thrown) {
        conversation.undoLock();
        if (execution.gate().isKilled()) {
            killed(thrown, execution.gate().reason());
        } else if (thrown instanceof MimosaException failure) {
            fail(
                    failure.kind() == Kind.INVALID
                            ? new MimosaException(Kind.GUEST, failure.getMessage(), failure)
                            : failure);
        } else if (thrown instanceof Exit) {
            fail(new MimosaException(Kind.GUEST, thrown.getMessage()));
        } else if (thrown instanceof OutOfMemoryError) {
            fail(new MimosaException(Kind.QUOTA, "memory limit exceeded"));
        } else {
            trapped(thrown);
        }
    }

    private void killed(Throwable thrown, MimosaException reason) {
        if (reason == null) {
            return; // there is no client any more
        }
        List<String> frames = blueprint.names().stack(thrown);
        host.log(Level.ERROR, reason.getMessage() + (frames.isEmpty() ? "" : " in " + frames.get(0)));
        answerWith(reason);
    }

    private void trapped(Throwable thrown) {
        String kind = Trap.kind(thrown);
        if (kind == null) {
            LOG.error("the engine failed in an instance of {}", program.mimId(), thrown);
            fail(new MimosaException(Kind.GUEST, "engine error", thrown));
            return;
        }
        List<String> frames = blueprint.names().stack(thrown);
        host.log(
                Level.ERROR,
                "trap: " + kind + (frames.isEmpty() ? "" : " in " + String.join(" <- ", frames))
                        + execution.memoryNote());
        answerWith(new MimosaException(Kind.GUEST, "trap: " + kind));
    }

    private void fail(MimosaException failure) {
        host.log(Level.ERROR, failure.getMessage());
        answerWith(failure);
    }

    private void answerWith(MimosaException failure) {
        if (!answer.isEnded()) {
            exchange.fail(failure);
        }
    }

    private void close() {
        if (patience != null) {
            patience.cancel(false);
        }
        quietly("finish its output", execution.streams()::flush);
        quietly("close its calls", conversation::close);
        quietly("close its host", host::close);
        quietly("close its budget", budget::close);
        program.share().release(execution, execution.reusableMemory());
        if (program.isClosed()) {
            program.share().forget(blueprint.image());
        }
        program.ended(this);
    }

    private void quietly(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) { // boundary: one failed step must not keep the others from happening
            LOG.error("an instance of {} could not {}", program.mimId(), what, e);
        }
    }
}
