package mimosa.engine.js;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import mimosa.api.engine.Host.Level;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ErrorReporter;
import org.mozilla.javascript.Evaluator;
import org.mozilla.javascript.NativeDepth;
import org.mozilla.javascript.RejectionWatch;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.UnhandledRejectionTracker;
import org.mozilla.javascript.debug.DebugFrame;
import org.mozilla.javascript.debug.DebuggableScript;
import org.mozilla.javascript.debug.Debugger;
import org.mozilla.javascript.optimizer.CompiledCalls;

/**
 * Rhino's state of one instance: entered by whichever worker runs the instance's next turn. It carries the tenant, so
 * that the functions of a realm hold nothing of the request they work for.
 */
final class Guest extends Context implements CompiledCalls {
    /** About a third of a millisecond of interpreted code between two looks at the quota. */
    private static final int OBSERVER_THRESHOLD = 20_000;

    /** Beyond this many nested calls of script functions the script gets an error it can catch. */
    private static final int MAX_CALL_DEPTH = 10_000;

    private static final SecureRandom SEEDS = new SecureRandom();
    private static final int JOBS_BETWEEN_CHECKS = 32;
    private static final int CALLS_BETWEEN_CHECKS = 512;

    /** A divisor of {@link #CALLS_BETWEEN_CHECKS}: meanwhile the stack cannot have grown by much. */
    private static final int CALLS_BETWEEN_LOOKS_AT_THE_STACK = 16;

    /** So many more compiled calls may follow a look at the stack, and twice as many where others have been before. */
    private static final int CALLS_TO_THE_NEXT_LOOK = 8;

    private final Tenant tenant;
    private final int maxNativeDepth;
    private final ArrayDeque<Runnable> jobs = new ArrayDeque<>(1);
    private RejectionWatch rejections;
    private SplittableRandom random;
    private int calls;
    private TopLevelRun topLevel;

    /** Nested calls of compiled functions; those up to the other have room on the stack. */
    private int depth;

    private int roomyDepth = CALLS_TO_THE_NEXT_LOOK;

    Guest(Sandbox sandbox, Tenant tenant) {
        super(sandbox);
        this.tenant = tenant;
        this.maxNativeDepth = sandbox.maxNativeDepth();
        setInterpretedMode(true);
        setLanguageVersion(VERSION_ES6);
        setLocale(Locale.ENGLISH);
        setClassShutter(name -> false);
        setWrapFactory(Sandbox.NO_JAVA);
        setMaximumInterpreterStackDepth(MAX_CALL_DEPTH);
        setInstructionObserverThreshold(OBSERVER_THRESHOLD);
        setDebugger(new CallWatch(), null);
    }

    Tenant tenant() {
        return tenant;
    }

    /** Whose request this is; only where there is one. */
    Instance instance() {
        return (Instance) tenant;
    }

    /** @param run hears from now on what the top level of a program does besides making objects; {@code null} for nobody */
    void observe(TopLevelRun run) {
        topLevel = run;
    }

    void log(Level level, String text) {
        if (topLevel != null) {
            topLevel.logged(level, text);
        }
        tenant.log(level, text);
    }

    static Guest of(Context cx) {
        return (Guest) cx;
    }

    /** The reporter of unhandled rejections; there are none before the script makes a promise. */
    @Override
    public UnhandledRejectionTracker getUnhandledPromiseTracker() {
        if (rejections == null) {
            rejections = new RejectionWatch();
        }
        return rejections;
    }

    /** Whether there are promises that have been rejected and that nobody has handled. */
    boolean hasRejections() {
        return rejections != null && !rejections.isEmpty();
    }

    /** The reasons of those promises, each told once. */
    List<Object> takeRejections() {
        return rejections == null ? List.of() : rejections.take();
    }

    /** Random numbers that tell nothing of those of other instances. */
    SplittableRandom random() {
        if (topLevel != null) {
            topLevel.drewRandom();
        }
        if (random == null) {
            random = new SplittableRandom(SEEDS.nextLong());
        }
        return random;
    }

    @Override
    public void enqueueMicrotask(Runnable job) {
        jobs.add(job);
    }

    /** Rhino asks for this at moments of its own; the event loop drains instead. */
    @Override
    public void processMicrotasks() {}

    /**
     * Runs the microtasks, those they add included.
     *
     * @param onError hears what a job throws into nobody's hands
     */
    void drainJobs(Consumer<RhinoException> onError) {
        int done = 0;
        for (Runnable job = jobs.poll(); job != null; job = jobs.poll()) {
            if (tenant.isStopping() || ++done % JOBS_BETWEEN_CHECKS == 0) {
                tenant.check();
            }
            try {
                job.run();
            } catch (RhinoException e) {
                onError.accept(e);
            }
        }
    }

    @Override
    protected void observeInstructionCount(int instructions) {
        tenant.check();
    }

    @Override
    protected Object compileImpl(
            Scriptable scope,
            String source,
            String name,
            int line,
            Object securityDomain,
            boolean returnFunction,
            Evaluator compiler,
            ErrorReporter reporter,
            Consumer<org.mozilla.javascript.CompilerEnvirons> environs) {
        tenant.check();
        String refusal = Dialect.refusal(this, source, name == null ? "eval" : name, line, compiler != null);
        if (refusal != null) {
            throw ScriptRuntime.constructError("SyntaxError", refusal);
        }
        return super.compileImpl(
                scope, source, name, line, securityDomain, returnFunction, compiler, reporter, environs);
    }

    @Override
    public void entered() {
        called();
        if (depth >= roomyDepth) {
            lookAtStack();
        }
        depth++;
    }

    /** Where the calls have come back by much, others may go down again that need more of the stack. */
    @Override
    public void left() {
        depth--;
        if (depth < roomyDepth - 2 * CALLS_TO_THE_NEXT_LOOK) {
            roomyDepth = depth + CALLS_TO_THE_NEXT_LOOK;
        }
    }

    private void lookAtStack() {
        try {
            StackRoom.ensureForCalls();
        } catch (StackOverflowError e) {
            tenant.nestedTooDeeply();
            throw JsError.tooDeep();
        }
        roomyDepth = depth + CALLS_TO_THE_NEXT_LOOK;
    }

    private void called() {
        calls++;
        if (tenant.isStopping() || calls >= CALLS_BETWEEN_CHECKS) {
            calls = 0;
            tenant.check();
        }
    }

    /** Sees every call of an interpreted function: straight calls make no branches, and only those does the observer see. */
    private final class CallWatch implements Debugger {
        @Override
        public DebugFrame getFrame(Context cx, DebuggableScript function) {
            called();
            if (calls % CALLS_BETWEEN_LOOKS_AT_THE_STACK == 0 && NativeDepth.of(cx) > maxNativeDepth) {
                throw JsError.tooDeep();
            }
            return null;
        }
    }
}
