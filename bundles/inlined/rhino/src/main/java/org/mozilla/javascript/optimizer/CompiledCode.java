package org.mozilla.javascript.optimizer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.JSCode;
import org.mozilla.javascript.JSFunction;
import org.mozilla.javascript.JSScript;
import org.mozilla.javascript.ScriptOrFn;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.undo.Tracked;

/**
 * A compiled function: a method of the one class that its program has been compiled to. The engine's own way makes another
 * class for each function, which costs more memory than the function. All realms of a program share it; it never changes.
 */
public abstract class CompiledCode<T extends ScriptOrFn<T>> extends OptJSCode<T> {
    /** What the generated code counts for an instruction is a byte of it, of which an interpreted one has about as many. */
    private static final int BYTES_PER_INSTRUCTION = 8;

    private static final Class<?>[] REST = {Object.class, Scriptable.class, Object.class, Object[].class};
    private static final MethodType RESUME = MethodType.methodType(
            Object.class, Context.class, JSFunction.class, Object.class, Scriptable.class, int.class, Object.class);

    final MethodHandle body;

    private CompiledCode(MethodHandle body) {
        this.body = body;
    }

    /** The functions that are asked for while a program is compiled. */
    public static JSCode<JSFunction> function(OptJSFunctionCode.Builder builder) {
        if (builder.built == null) {
            Class<?> owner = builder.env.compiledClass;
            builder.built = new OfFunction(
                    method(owner, builder.methodName, bodyType(JSFunction.class)),
                    builder.resumeName == null ? null : method(owner, builder.resumeName, RESUME));
        }
        return builder.built;
    }

    /** As {@link #function}, for the top level. */
    public static JSCode<JSScript> script(OptJSScriptCode.Builder builder) {
        if (builder.built == null) {
            builder.built =
                    new OfScript(method(builder.env.compiledClass, builder.methodName, bodyType(JSScript.class)));
        }
        return builder.built;
    }

    private static MethodType bodyType(Class<?> executed) {
        return MethodType.methodType(Object.class, Context.class, executed).appendParameterTypes(REST);
    }

    private static MethodHandle method(Class<?> owner, String name, MethodType type) {
        try {
            return MethodHandles.publicLookup().findStatic(owner, name, type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this is not the version of Rhino that the engine was made for", e);
        }
    }

    /** In generated code in the place of {@link ScriptRuntime#addInstructionCount}. */
    public static void addInstructionCount(Context cx, int bytes) {
        ScriptRuntime.addInstructionCount(cx, bytes / BYTES_PER_INSTRUCTION + 1);
    }

    /** Whether a script is compiled: the compiler makes one for the interpreter when its code becomes too large. */
    public static boolean isCompiled(Object script) {
        return script instanceof JSScript && ((JSScript) script).getDescriptor().getCode() instanceof CompiledCode;
    }

    private static IllegalStateException checked(Throwable e) {
        return new IllegalStateException("compiled code throws nothing that is checked", e);
    }

    private static final class OfFunction extends CompiledCode<JSFunction> {
        /** {@code null} when it is no generator. */
        private final MethodHandle resumed;

        OfFunction(MethodHandle body, MethodHandle resumed) {
            super(body);
            this.resumed = resumed;
        }

        @Override
        public Object execute(
                Context cx, JSFunction function, Object newTarget, Scriptable scope, Object self, Object[] args) {
            CompiledCalls calls = (CompiledCalls) cx;
            calls.entered();
            try {
                return (Object) body.invokeExact(cx, function, newTarget, scope, self, args);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw checked(e);
            } finally {
                calls.left();
            }
        }

        /** The generated code changes what it keeps from one step to the next itself: see there. */
        @Override
        public Object resume(
                Context cx, JSFunction function, Object state, Scriptable scope, int operation, Object value) {
            CompiledCalls calls = (CompiledCalls) cx;
            calls.entered();
            try {
                Tracked.touch((Tracked) state);
                return (Object) resumed.invokeExact(cx, function, state, scope, operation, value);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw checked(e);
            } finally {
                calls.left();
            }
        }
    }

    private static final class OfScript extends CompiledCode<JSScript> {
        OfScript(MethodHandle body) {
            super(body);
        }

        @Override
        public Object execute(
                Context cx, JSScript script, Object newTarget, Scriptable scope, Object self, Object[] args) {
            try {
                return (Object) body.invokeExact(cx, script, newTarget, scope, self, args);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw checked(e);
            }
        }

        @Override
        public Object resume(Context cx, JSScript script, Object state, Scriptable scope, int operation, Object value) {
            throw new IllegalStateException("the top level is no generator");
        }
    }
}
