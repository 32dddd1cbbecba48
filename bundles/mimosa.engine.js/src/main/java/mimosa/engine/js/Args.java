package mimosa.engine.js;

import java.util.Arrays;
import org.mozilla.javascript.Callable;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.Symbol;
import org.mozilla.javascript.Undefined;

/** The arguments of a call from the script; those that are missing are {@code undefined}. */
record Args(Scriptable scope, Object[] values) {
    Object get(int index) {
        return index < values.length ? values[index] : Undefined.instance;
    }

    /** Neither {@code undefined} nor {@code null}. */
    boolean has(int index) {
        return given(get(index));
    }

    static boolean given(Object value) {
        return value != null && !Undefined.isUndefined(value);
    }

    static boolean isSymbol(Object value) {
        return value instanceof Symbol;
    }

    String string(int index) {
        return Context.toString(get(index));
    }

    double number(int index) {
        return Context.toNumber(get(index));
    }

    /** @param what the function, for the message of the {@code TypeError} */
    Callable function(int index, String what) {
        Callable function = asFunction(get(index));
        if (function == null) {
            throw ScriptRuntime.typeError(what + ": argument " + (index + 1) + " must be a function, found "
                    + ScriptRuntime.typeof(get(index)));
        }
        return function;
    }

    /** The value as a function; {@code null} when it is none. */
    static Callable asFunction(Object value) {
        return value instanceof Callable callable && "function".equals(ScriptRuntime.typeof(value)) ? callable : null;
    }

    Object[] from(int index) {
        return index < values.length ? Arrays.copyOfRange(values, index, values.length) : ScriptRuntime.emptyArgs;
    }
}
