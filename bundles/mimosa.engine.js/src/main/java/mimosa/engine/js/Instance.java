package mimosa.engine.js;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.engine.Host;
import mimosa.api.engine.Host.Level;
import mimosa.api.http.Exchange;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;
import mimosa.api.storage.Session;
import mimosa.work.Effects;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.Scriptable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution of a program for one request.
 *
 * <pre>
 *   start -> turn ( top level, handler ) -> turn* ( callbacks ) -> closed
 *            |                 wakes: a timer, an outbound answer, the quota, the client |
 *            +---- on a worker, one turn at a time; between turns no thread is held -----+
 * </pre>
 *
 * Everything but {@link #post}, {@link #wake} and the fields marked volatile is used inside turns only.
 */
final class Instance implements Tenant {
    private static final Logger LOG = LoggerFactory.getLogger(Instance.class);

    /** A turn that has more to do lets others go first after this time. */
    private static final long SLICE_NANOS = 10_000_000;

    private final RhinoProgram program;
    private final Exchange exchange;
    private final Host host;
    private final Budget budget;
    private final Limits limits;
    private final Guest guest;
    private final EventLoop loop = new EventLoop();
    private final Effects effects = new Effects();
    private final Answer answer;
    private final Set<Outbound> outbound = new HashSet<>();
    private final Set<String> warned = new HashSet<>();
    private final Queue<Turn> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicInteger wakes = new AtomicInteger();
    private final CompletableFuture<Void> stopSignal = new CompletableFuture<>();
    private volatile boolean clientLeftMidway;
    private volatile boolean stopping;
    private Stopped stopped;
    private boolean started;
    private boolean closed;
    private Realms.Claim claim;
    private Realm realm;
    private boolean sound = true;
    private Scriptable global;
    private ResponseObject response;
    private FormRequest form;
    private Object statusBeforeLock;
    private Future<?> alarm;

    /** In which this turn has waited on its thread. */
    private long waitedNanos;

    /** A piece of work for the thread that runs the instance. */
    @FunctionalInterface
    interface Turn {
        void run(Guest guest);
    }

    Instance(RhinoProgram program, Exchange exchange, Host host, Budget budget) {
        this.program = program;
        this.exchange = exchange;
        this.host = host;
        this.budget = budget;
        this.limits = budget.limits();
        this.answer = new Answer(exchange, effects, limits.responseBytes());
        this.guest = new Guest(program.sandbox(), this);
    }

    /** Its budget's, which is not made by the JVM for each object. */
    @Override
    public int hashCode() {
        return budget.hashCode();
    }

    // What the objects of the script need.

    Exchange exchange() {
        return exchange;
    }

    Host host() {
        return host;
    }

    Answer answer() {
        return answer;
    }

    Effects effects() {
        return effects;
    }

    Scriptable global() {
        return global;
    }

    ResponseObject response() {
        return response;
    }

    FormRequest form() {
        if (form == null) {
            form = new FormRequest(this);
        }
        return form;
    }

    Duration remaining() {
        Duration remaining = budget.remaining();
        return remaining.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : remaining;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public SourceMap sourceMap() {
        return program.sourceMap();
    }

    @Override
    public void log(Level level, String text) {
        host.log(level, text);
    }

    /** Logs a warning, the first time only: what it is about may happen often. */
    void warnOnce(String text) {
        if (warned.add(text)) {
            log(Level.WARN, text);
        }
    }

    void began(Outbound call) {
        outbound.add(call);
    }

    void finished(Outbound call) {
        outbound.remove(call);
    }

    // Stopping.

    @Override
    public boolean isStopping() {
        return stopping;
    }

    @Override
    public void check() {
        if (stopped == null && clientLeftMidway) {
            stop(new Stopped(null));
        }
        if (stopped == null) {
            try {
                budget.check();
            } catch (MimosaException e) {
                stop(new Stopped(e));
            }
        }
        if (stopped != null) {
            throw stopped;
        }
    }

    @Override
    public void nestedTooDeeply() {
        program.nestedTooDeeply();
    }

    private void stop(Stopped reason) {
        if (stopped == null) {
            stopped = reason;
            stopping = true;
        }
    }

    /** Waits on the worker's thread while another takes its place; ends early, by throwing, when the instance does. */
    void waitFor(CompletionStage<?> stage) {
        CompletableFuture<?> either = CompletableFuture.anyOf(stage.toCompletableFuture(), stopSignal);
        budget.suspend();
        long began = System.nanoTime();
        try {
            program.workers().blocking(() -> join(either));
        } finally {
            waitedNanos += System.nanoTime() - began;
            budget.resume();
        }
        check();
    }

    /** Nobody interrupts a worker; were it to happen, it must not go on to a store, whose file it would close. */
    private void join(CompletableFuture<?> future) {
        try {
            future.get(Math.max(1, budget.remaining().toMillis() + 1), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            LOG.trace("the wait is over", e); // what it means is found out by who waited
        }
    }

    // The lock of the store.

    /** Waits for the lock, or goes one level deeper; whether this is the outermost level. */
    boolean enterLock(Session session) {
        int depth = session.lock();
        if (depth == 1) {
            effects.hold();
            answer.enterLock();
            statusBeforeLock = response.status();
        }
        return depth == 1;
    }

    /** @param keep whether the function has returned: an inner level that has thrown is kept by the outer one, too */
    void leaveLock(Session session, boolean outermost, boolean keep) {
        if (!outermost) {
            if (session.depth() > 0) {
                session.commit();
            }
            return;
        }
        try {
            if (keep) {
                session.commit();
                effects.release();
            } else {
                session.rollback();
            }
        } finally {
            if (effects.isHolding()) {
                effects.discard();
                answer.undo();
                response.setStatus(statusBeforeLock);
            }
        }
    }

    // Turns.

    void start() {
        budget.onExceeded(failure -> interruptWait());
        exchange.done().thenAccept(this::exchangeDone);
        if (wakes.getAndIncrement() == 0) {
            program.workers().execute(exchange, this::turn);
        }
    }

    private void exchangeDone(Exchange.Outcome outcome) {
        answer.lost();
        if (outcome == Exchange.Outcome.CLIENT_GONE && exchange.isCommitted()) {
            clientLeftMidway = true;
            stopping = true;
            interruptWait();
        }
    }

    private void interruptWait() {
        stopSignal.complete(null);
        wake(true);
    }

    /** Ends the instance as its budget would. */
    void cancel(String reason) {
        budget.cancel(reason);
        interruptWait();
    }

    /** Has the work done in a turn. May be called by any thread. */
    void post(Turn work) {
        inbox.add(work);
        wake(false);
    }

    private void wake(boolean urgent) {
        if (wakes.getAndIncrement() == 0) {
            if (urgent) {
                program.workers().executeFirst(this::turn);
            } else {
                program.workers().execute(this::turn);
            }
        }
    }

    private void turn() {
        int seen = wakes.get();
        boolean more = !closed && runTurn();
        if (closed && realm != null) {
            releaseRealm();
        }
        if (more || !wakes.compareAndSet(seen, 0)) {
            program.workers().execute(this::turn);
        }
    }

    /** Only here, when nothing of this instance is on the stack any more: the next one may have the realm at once. */
    private void releaseRealm() {
        Realm used = realm;
        realm = null;
        global = null;
        response = null;
        quietly("give its realm back", () -> used.release(sound));
    }

    /** Whether there is more to do at once. */
    private boolean runTurn() {
        boolean more = false;
        long began = System.nanoTime();
        waitedNanos = 0;
        try {
            budget.resume();
            try (Context entered = program.sandbox().enterContext(guest)) {
                more = entered == guest && run();
            } finally {
                budget.suspend();
            }
        } catch (Stopped e) {
            stop(e);
        } catch (OutOfMemoryError e) {
            sound = false;
            stop(new Stopped(new MimosaException(Kind.QUOTA, "memory limit exceeded")));
        } catch (MimosaException e) {
            refuse(e);
        } catch (Throwable e) { // boundary: nothing of an instance may reach the worker, nor leave it unclosed
            broken(e);
        }
        program.spent(System.nanoTime() - began - waitedNanos);
        if (stopped != null) {
            end();
        }
        return more && !closed;
    }

    private boolean run() {
        check();
        if (!started) {
            if (!isReady()) {
                return false;
            }
            guarded(this::begin);
        }
        long sliceEnd = System.nanoTime() + SLICE_NANOS;
        while (!closed && runRound()) {
            if (System.nanoTime() - sliceEnd > 0) {
                return true;
            }
        }
        if (!closed && !waitForMore()) {
            idle();
        }
        return false;
    }

    /** Whether it has a realm, or may make one; wakes up when it does. */
    private boolean isReady() {
        if (claim == null) {
            claim = program.realms().claim(() -> wake(false));
        }
        return claim.isReady();
    }

    private void begin(Guest entered) {
        started = true;
        realm = claim.realm(entered);
        global = realm.global();
        HostObjects objects = realm.hostObjects(entered, host);
        response = new ResponseObject(this, objects.response());
        RequestObject.fill(objects.request(), global, exchange);
        ExtensionObjects.define(entered, global, objects.context(), host.extensions());
        Object[] arguments = {objects.context(), objects.request(), objects.response()};
        realm.handler().call(entered, global, global, arguments);
    }

    /** Due timers, then what came from outside, then the immediates of this round; whether there was any. */
    private boolean runRound() {
        boolean any = false;
        long now = loop.now();
        for (EventLoop.Task timer = loop.pollDue(now); timer != null && !closed; timer = loop.pollDue(now)) {
            any = true;
            callback(timer);
        }
        for (Turn work = inbox.poll(); work != null; work = inbox.poll()) {
            any = true;
            guarded(work);
            if (closed) {
                return false;
            }
        }
        for (int left = loop.round(); left > 0 && !closed; left--) {
            EventLoop.Task immediate = loop.pollImmediate();
            if (immediate != null) {
                any = true;
                callback(immediate);
            }
        }
        return any;
    }

    private void callback(EventLoop.Task task) {
        guarded(entered -> task.function.call(entered, global, global, task.arguments));
    }

    /** Runs a callback and the microtasks after it; what it throws is the end, or only logged after the response's. */
    private void guarded(Turn work) {
        check();
        try {
            work.run(guest);
        } catch (RhinoException e) {
            uncaught(e);
        } catch (StackOverflowError e) {
            deepStack();
        }
        if (!closed) {
            guest.drainJobs(this::uncaught);
        }
        for (Object reason : guest.takeRejections()) {
            log(
                    Level.ERROR,
                    "unhandled promise rejection: "
                            + GuestError.ofValue(guest, reason).stack());
        }
    }

    private void uncaught(RhinoException thrown) {
        GuestError error = GuestError.of(guest, thrown);
        log(Level.ERROR, error.stack());
        if (!answer.isEnded()) {
            exchange.fail(new MimosaException(Kind.GUEST, error.text()));
            close();
        }
    }

    /** Recursion through native functions, which Rhino cannot turn into an error that the script could catch. */
    private void deepStack() {
        sound = false;
        nestedTooDeeply();
        GuestError error = new GuestError("RangeError: too many nested calls", List.of());
        log(Level.ERROR, error.text());
        if (!answer.isEnded()) {
            exchange.fail(new MimosaException(Kind.GUEST, error.text()));
        }
        close();
    }

    /** Arms the alarm for the next timer; whether there is anything to wait for. */
    private boolean waitForMore() {
        if (!inbox.isEmpty()) {
            return true; // whoever posted it has woken us
        }
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
        long until = loop.untilNext(loop.now());
        if (until >= 0) {
            alarm = program.workers().after(until, () -> wake(false));
        }
        return until >= 0 || !outbound.isEmpty();
    }

    private void idle() {
        if (!answer.isEnded()) {
            log(Level.ERROR, "the handler finished without ending the response");
            exchange.fail(new MimosaException(Kind.QUOTA, "the handler finished without ending the response"));
        }
        close();
    }

    // The end.

    /** A failure of the host while the instance was being made. */
    private void refuse(MimosaException failure) {
        log(Level.ERROR, failure.getMessage());
        if (!answer.isEnded()) {
            exchange.fail(failure.kind() == Kind.INVALID ? guestFailure(failure) : failure);
        }
        close();
    }

    private static MimosaException guestFailure(MimosaException failure) {
        return new MimosaException(Kind.GUEST, failure.getMessage(), failure);
    }

    private void broken(Throwable failure) {
        sound = false;
        LOG.debug("the engine failed in an instance of {}", program.mimId(), failure);
        String text = "InternalError: the engine failed (" + failure.getClass().getSimpleName() + ")";
        log(Level.ERROR, text);
        if (!answer.isEnded()) {
            exchange.fail(new MimosaException(Kind.GUEST, text, failure));
        }
        close();
    }

    /** Ends an instance that was stopped. */
    private void end() {
        MimosaException failure = stopped.failure();
        if (!closed && failure != null) {
            log(Level.ERROR, failure.getMessage());
            if (!answer.isEnded()) {
                exchange.fail(failure);
            }
        }
        close();
    }

    private void close() {
        if (closed) {
            return;
        }
        closed = true;
        stop(new Stopped(null));
        loop.clear();
        inbox.clear();
        if (alarm != null) {
            alarm.cancel(false);
        }
        if (claim != null && !started) {
            quietly("give up its realm", claim::abandon);
        }
        if (!outbound.isEmpty()) {
            quietly("abort its outbound calls", () -> Set.copyOf(outbound).forEach(Outbound::close));
        }
        quietly("close its host", host::close);
        quietly("close its budget", budget::close);
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
