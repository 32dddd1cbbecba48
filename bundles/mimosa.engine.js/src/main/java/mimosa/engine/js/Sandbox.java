package mimosa.engine.js;

import org.mozilla.javascript.Context;
import org.mozilla.javascript.ContextFactory;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.StackStyle;
import org.mozilla.javascript.WrapFactory;
import org.mozilla.javascript.lc.type.TypeInfo;

/** Makes {@link Guest}s, and keeps Java out of their sight. */
final class Sandbox extends ContextFactory {
    /** What would show a Java object to a script: never wanted, and therefore refused. */
    static final WrapFactory NO_JAVA = new NoJava();

    /**
     * What a native function that calls back into the script may take of the stack: most take 2 to 3 KiB, few 4. The
     * rest is for what the innermost one does.
     */
    private static final int KIB_FOR_A_NATIVE_CALL = 5;

    private final int maxNativeDepth;

    private Sandbox(int stackKiB) {
        maxNativeDepth = stackKiB / KIB_FOR_A_NATIVE_CALL;
    }

    /** How deep native functions and the script may call each other, before the script gets an error it can catch. */
    int maxNativeDepth() {
        return maxNativeDepth;
    }

    /**
     * Rhino finds its regular expressions through the thread's context class loader, once and for all, when its first
     * class is initialised: so that has to happen with the loader that sees them.
     *
     * @param stackKiB stack of the threads that run scripts
     */
    static Sandbox load(int stackKiB) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(Sandbox.class.getClassLoader());
        try {
            Sandbox sandbox = new Sandbox(stackKiB);
            RhinoException.setStackStyle(StackStyle.V8);
            if (Context.getCurrentContext() != null) {
                throw new IllegalStateException("a Rhino context was left open on thread " + thread.getName());
            }
            return sandbox;
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    protected boolean hasFeature(Context cx, int feature) {
        return switch (feature) {
            case Context.FEATURE_E4X, Context.FEATURE_ENHANCED_JAVA_ACCESS, Context.FEATURE_JAVA_SERIALIZATION -> false;
            default -> super.hasFeature(cx, feature);
        };
    }

    private static final class NoJava extends WrapFactory {
        @Override
        public Object wrap(Context cx, Scriptable scope, Object value, TypeInfo type) {
            if (value == null
                    || value instanceof Scriptable
                    || value instanceof CharSequence
                    || value instanceof Number
                    || value instanceof Boolean
                    || value == Context.getUndefinedValue()) {
                return value;
            }
            throw new IllegalStateException("a Java object of " + value.getClass() + " nearly reached a script");
        }

        @Override
        public Scriptable wrapNewObject(Context cx, Scriptable scope, Object value) {
            throw new IllegalStateException("a Java object of " + value.getClass() + " nearly reached a script");
        }

        @Override
        public Scriptable wrapAsJavaObject(Context cx, Scriptable scope, Object value, TypeInfo type) {
            throw new IllegalStateException("a Java object of " + value.getClass() + " nearly reached a script");
        }
    }
}
