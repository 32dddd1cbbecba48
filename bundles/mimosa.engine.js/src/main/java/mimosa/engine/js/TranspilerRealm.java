package mimosa.engine.js;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ContextFactory;
import org.mozilla.javascript.Function;
import org.mozilla.javascript.Script;
import org.mozilla.javascript.ScriptableObject;

/**
 * Babel in a global scope of its own, which no mim's code ever runs in: it only reads their sources. Belongs to one
 * thread. Interpreted, because Babel is one function too large for a class file.
 */
final class TranspilerRealm {
    private static final int OBSERVER_THRESHOLD = 100_000;
    private static final int MAX_CALL_DEPTH = 20_000;

    private final Factory factory = new Factory();
    private final ScriptableObject global;
    private final Function downLevel;

    /** Takes about two seconds and 80 MB. */
    TranspilerRealm(byte[] babel, byte[] driver, long deadline) {
        try (Context cx = factory.enter(deadline)) {
            global = cx.initSafeStandardObjects();
            run(cx, driver, "down-level.js");
            run(cx, babel, "babel.js");
            downLevel = (Function) ScriptableObject.getProperty(global, "downLevel");
        }
    }

    /** @throws IllegalStateException when the bundle has been built without it */
    static byte[] resource(String name) {
        try (InputStream in = TranspilerRealm.class.getResourceAsStream("transpiler/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the JavaScript engine's bundle lacks transpiler/" + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("transpiler/" + name + " cannot be read from the engine's bundle", e);
        }
    }

    private void run(Context cx, byte[] source, String name) {
        Script script = cx.compileString(new String(source, StandardCharsets.UTF_8), name, 1, null);
        script.exec(cx, global, global);
    }

    /**
     * Down-levels one program.
     *
     * @param map the program's own source map; {@code null} when there is none
     * @param deadline in terms of {@link System#nanoTime()}
     * @throws MimosaException of kind {@code INVALID} for what is no JavaScript
     * @throws Late once the deadline has passed
     */
    Transpiled transpile(String name, String source, String map, long deadline) {
        try (Context cx = factory.enter(deadline)) {
            Object array = downLevel.call(cx, global, global, new Object[] {name, source, map});
            ScriptableObject result = (ScriptableObject) array;
            if (result.get(2, result) instanceof Number column) {
                int line = ((Number) result.get(1, result)).intValue();
                throw MimosaException.invalid(name + ":" + line + ":" + column.intValue() + ": " + text(result, 0)
                        + " (modern syntax deploys as it is; what is not understood: transpile to ES5)");
            }
            return new Transpiled(text(result, 0), text(result, 1));
        }
    }

    private static String text(ScriptableObject result, int index) {
        return Context.toString(result.get(index, result));
    }

    /** The time is over: no exception, which the transpiler could catch. */
    static final class Late extends Error {
        private static final long serialVersionUID = 1L;

        Late() {
            super("too late", null, false, false);
        }
    }

    private static final class Factory extends ContextFactory {
        Context enter(long deadline) {
            return enterContext(new Timed(this, deadline));
        }
    }

    private static final class Timed extends Context {
        private final long deadline;

        Timed(ContextFactory factory, long deadline) {
            super(factory);
            this.deadline = deadline;
            setInterpretedMode(true);
            setLanguageVersion(VERSION_ES6);
            setLocale(Locale.ENGLISH);
            setClassShutter(name -> false);
            setWrapFactory(Sandbox.NO_JAVA);
            setGeneratingDebug(false);
            setGeneratingSource(false);
            setMaximumInterpreterStackDepth(MAX_CALL_DEPTH);
            setInstructionObserverThreshold(OBSERVER_THRESHOLD);
        }

        @Override
        protected void observeInstructionCount(int instructions) {
            if (System.nanoTime() - deadline > 0) {
                throw new Late();
            }
        }
    }

    /** The deadline for work that begins now. */
    static long deadlineIn(int millis) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
