package org.mozilla.javascript;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.EnumMap;

/**
 * {@code Error} and its kin, in Rhino's place: their errors have a {@code stack} that begins with {@code name: message},
 * as in other engines. Rhino's own leaves that line out and ends the whole instance, which no script can catch, when it is
 * asked of an error of a class that extends {@code Error}. This is in Rhino's package because its errors can be seen only
 * here; where they come from is not meant to be seen at all.
 */
public final class ErrorConstructor extends BaseFunction {
    private static final long serialVersionUID = 1L;

    private static final MethodHandle ORIGIN = getter(NativeError.class, "stackProvider", RhinoException.class);
    private static final MethodHandle BUILTINS = getter(TopLevel.class, "ctors", EnumMap.class);
    private static final MethodHandle ERRORS = getter(TopLevel.class, "errors", EnumMap.class);

    private final String name;
    private final BaseFunction original;
    private final transient Stack stack;

    /** Makes the text that scripts see. */
    @FunctionalInterface
    public interface Stack {
        /**
         * @param title {@code name: message}
         * @param origin where the error was made or thrown
         * @param hidden name of the function whose frame is left out, with those that it has called; {@code null} for none
         */
        String text(String title, RhinoException origin, String hidden);
    }

    private ErrorConstructor(String name, BaseFunction original, Stack stack) {
        this.name = name;
        this.original = original;
        this.stack = stack;
    }

    private static MethodHandle getter(Class<?> owner, String field, Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(owner, MethodHandles.lookup()).findGetter(owner, field, type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this is not the version of Rhino that the engine was made for", e);
        }
    }

    /** Where the error was made or thrown; {@code null} when its stack is kept as text. */
    private static RhinoException origin(NativeError error) {
        try {
            return (RhinoException) ORIGIN.invokeExact(error);
        } catch (Error e) { // the end of the stack, or of the instance
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a getter cannot fail", e);
        }
    }

    /** The constructors by which Rhino makes errors of its own. */
    @SuppressWarnings("unchecked")
    private static void use(TopLevel global, TopLevel.NativeErrors kind, ErrorConstructor made) {
        try {
            ((EnumMap<TopLevel.NativeErrors, BaseFunction>) ERRORS.invokeExact(global)).put(kind, made);
            if (kind == TopLevel.NativeErrors.Error) {
                ((EnumMap<TopLevel.Builtins, BaseFunction>) BUILTINS.invokeExact(global))
                        .put(TopLevel.Builtins.Error, made);
            }
        } catch (Error e) { // the end of the stack, or of the instance
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a getter cannot fail", e);
        }
    }

    /**
     * Replaces all of them in a new global scope.
     *
     * @return {@code Error}
     */
    public static ScriptableObject replaceAll(Context cx, TopLevel global, Stack stack) {
        ErrorConstructor error = replace(cx, global, TopLevel.NativeErrors.Error, stack);
        error.defineProperty("isError", error.original.get("isError", error.original), DONTENUM);
        for (TopLevel.NativeErrors kind : TopLevel.NativeErrors.values()) {
            if (kind != TopLevel.NativeErrors.Error && global.has(kind.name(), global)) {
                replace(cx, global, kind, stack).setPrototype(error);
            }
        }
        return error;
    }

    private static ErrorConstructor replace(Context cx, TopLevel global, TopLevel.NativeErrors kind, Stack stack) {
        BaseFunction original = (BaseFunction) global.get(kind.name(), global);
        ErrorConstructor made = new ErrorConstructor(kind.name(), original, stack);
        ScriptRuntime.setFunctionProtoAndParent(made, cx, global);
        Scriptable prototype = (Scriptable) original.getPrototypeProperty();
        made.setImmunePrototypeProperty(prototype);
        prototype.put("constructor", prototype, made);
        global.put(kind.name(), global, made);
        use(global, kind, made);
        return made;
    }

    @Override
    public Object call(Context cx, Scriptable scope, Scriptable receiver, Object[] arguments) {
        return construct(cx, scope, arguments);
    }

    @Override
    public Scriptable construct(Context cx, Scriptable scope, Object[] arguments) {
        Scriptable made = original.construct(cx, scope, arguments);
        if (made instanceof NativeError) {
            NativeError error = (NativeError) made;
            if (origin(error) == null) {
                error.setStackProvider(new EvaluatorException(""));
            }
            error.defineProperty("stack", () -> stackOf(error), error::setStackDelegated, DONTENUM);
        }
        return made;
    }

    /** The object is made by {@link #construct} alone, also for a class that extends this one. */
    @Override
    public Scriptable createObject(Context cx, Scriptable scope) {
        return null;
    }

    @Override
    public String getFunctionName() {
        return name;
    }

    @Override
    public int getLength() {
        return original.getLength();
    }

    @Override
    public int getArity() {
        return original.getArity();
    }

    /** Made of what the error is when it is first asked; afterwards, or when the script has set it, as it is kept. */
    private Object stackOf(NativeError error) {
        RhinoException origin = origin(error);
        if (origin == null) {
            Object kept = error.getStackDelegated();
            return kept == NOT_FOUND ? null : kept;
        }
        String title = origin.details();
        String text =
                title.isEmpty() ? stack.text(error.toString(), origin, maker(error)) : stack.text(title, origin, null);
        error.setStackDelegated(text);
        return text;
    }

    /** The class of the script that has made it; its frames tell nobody where that was. */
    private static String maker(NativeError error) {
        Object maker = ScriptableObject.getProperty(error, "constructor");
        if (!(maker instanceof BaseFunction) || maker instanceof ErrorConstructor) {
            return null;
        }
        String name = ((BaseFunction) maker).getFunctionName();
        return name == null || name.isEmpty() ? null : name;
    }
}
