package mimosa.engine.js;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import mimosa.api.MimosaException;
import org.mozilla.javascript.Script;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two forms a program runs in: interpreted, and compiled once it has been found to burn processor time.
 *
 * <pre>
 *   interpreted -> much time spent -> compiled and tried out in the background -> compiled
 *        ^                                       | cannot be                         | calls nested too deeply
 *        +---------------------------------------+-----------------------------------+   and so for good
 * </pre>
 *
 * Instances at work go on in the form they have begun in. Used by any number of threads.
 */
final class Tiers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tiers.class);

    private final String mimId;
    private final Script interpreted;
    private final Function<Script, Realms> realms;
    private final Compiling compiling;
    private final AtomicLong spentNanos = new AtomicLong();

    /** Whether there has been a reason to compile; there is one attempt. */
    private final AtomicBoolean hot = new AtomicBoolean();

    private volatile Realms current;
    private volatile boolean compiled;
    private boolean closed;

    /**
     * How and when a program is compiled.
     *
     * @param afterNanos of processor time; negative for never, 0 for a program that is compiled from the beginning, and for
     *     good
     * @param script compiles it; may take long, and fail with anything
     * @param tryOut runs its top level; throws when that fails
     * @param background does the work
     */
    record Compiling(long afterNanos, Supplier<Script> script, Consumer<Realms> tryOut, Executor background) {}

    /** @param realms makes those of a script */
    Tiers(String mimId, Script interpreted, Function<Script, Realms> realms, Compiling compiling) {
        this.mimId = mimId;
        this.interpreted = interpreted;
        this.realms = realms;
        this.compiling = compiling;
        this.current = realms.apply(interpreted);
    }

    /** Where new instances get their realms; {@code null} once it is closed. */
    Realms realms() {
        return current;
    }

    boolean isCompiled() {
        return compiled;
    }

    /** Called after each turn of an instance. */
    void spent(long nanos) {
        if (compiling.afterNanos() >= 0
                && !hot.get()
                && spentNanos.addAndGet(nanos) >= compiling.afterNanos()
                && hot.compareAndSet(false, true)) {
            compiling.background().execute(this::compile);
        }
    }

    /** The one attempt, at once and by the calling thread. */
    void compileNow() {
        if (hot.compareAndSet(false, true)) {
            compile();
        }
    }

    private void compile() {
        long began = System.nanoTime();
        try {
            Script script = compiling.script().get();
            Realms made = realms.apply(script);
            tryOut(made);
            if (replace(made, true)) {
                LOG.info(
                        "{} is compiled, which took {} ms",
                        mimId,
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
            }
        } catch (Throwable e) { // boundary: whatever fails here, the program runs on as it is
            LOG.info("{} stays interpreted: {}", mimId, reason(e));
        }
    }

    private void tryOut(Realms made) {
        Realms known = current;
        try {
            compiling.tryOut().accept(made);
            if (known != null && !instances(known).equals(instances(made))) {
                throw new Compilation.Refused(instances(made));
            }
        } catch (RuntimeException | Error e) {
            made.close();
            throw e;
        }
    }

    /** How they are made. */
    private static String instances(Realms realms) {
        return realms.facts().get("instances");
    }

    private static String reason(Throwable e) {
        return e instanceof Compilation.Refused || e instanceof MimosaException ? e.getMessage() : e.toString();
    }

    /** Interpreted functions do not need the thread's stack to call each other. */
    void nestedTooDeeply() {
        if (compiling.afterNanos() > 0 && compiled && replace(realms.apply(interpreted), false)) {
            LOG.info("{} is interpreted again: its calls nest deeper than the stack of compiled code allows", mimId);
        }
    }

    private synchronized boolean replace(Realms next, boolean isCompiled) {
        boolean possible = !closed && compiled != isCompiled;
        Realms old = possible ? current : next;
        if (possible) {
            current = next;
            compiled = isCompiled;
        }
        old.close();
        return possible;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (current != null) {
            current.close();
            current = null;
        }
    }
}
