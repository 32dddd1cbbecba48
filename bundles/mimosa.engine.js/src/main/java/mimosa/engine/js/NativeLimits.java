package mimosa.engine.js;

import org.mozilla.javascript.BaseFunction;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.LambdaFunction;
import org.mozilla.javascript.NativeArray;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;

/**
 * Puts limits to native functions that would make a huge string, or call themselves until the stack ends, without the
 * interpreter getting a look at it.
 */
final class NativeLimits {
    private NativeLimits() {}

    /** Says how large the result would be; called before the function. */
    @FunctionalInterface
    private interface Size {
        double of(Scriptable self, Object[] args);
    }

    static void apply(ScriptableObject global) {
        ScriptableObject json = (ScriptableObject) ScriptableObject.getProperty(global, "JSON");
        limit(global, json, "stringify", (self, args) -> 0);
        limit(global, json, "parse", (self, args) -> 0);
        ScriptableObject array = (ScriptableObject) ScriptableObject.getClassPrototype(global, "Array");
        limit(global, array, "join", NativeLimits::joined);
        limit(global, array, "toString", NativeLimits::joined);
        limit(global, array, "flat", (self, args) -> 0);
        ScriptableObject string = (ScriptableObject) ScriptableObject.getClassPrototype(global, "String");
        limit(global, string, "repeat", (self, args) -> length(self) * number(args));
        limit(global, string, "padStart", (self, args) -> number(args));
        limit(global, string, "padEnd", (self, args) -> number(args));
    }

    private static double joined(Scriptable self, Object[] args) {
        long elements = self instanceof NativeArray array ? array.getLength() : 0;
        boolean given = args.length > 0 && args[0] instanceof CharSequence;
        return elements * (double) (given ? Math.max(1, ((CharSequence) args[0]).length()) : 1);
    }

    private static double length(Scriptable self) {
        Object length = ScriptableObject.getProperty(self, "length");
        return length instanceof Number number ? number.doubleValue() : 0;
    }

    /** Only of a plain number: to convert something else might call the script a second time. */
    private static double number(Object[] args) {
        return args.length > 0 && args[0] instanceof Number number ? number.doubleValue() : 0;
    }

    private static void limit(ScriptableObject global, ScriptableObject target, String name, Size size) {
        BaseFunction original = (BaseFunction) ScriptableObject.getProperty(target, name);
        LambdaFunction limited =
                new LambdaFunction(global, name, original.getLength(), null, (cx, scope, self, args) -> {
                    check(cx, name, self instanceof Scriptable object ? size.of(object, args) : 0);
                    try {
                        return original.call(cx, scope, self, args);
                    } catch (StackOverflowError e) {
                        throw JsError.tooDeep();
                    }
                });
        target.defineProperty(name, limited, ScriptableObject.DONTENUM);
    }

    private static void check(Context cx, String name, double size) {
        long limit = Guest.of(cx).tenant().limits().objectBytes();
        if (size > limit) {
            throw ScriptRuntime.rangeError(
                    name + ": the result would be larger than " + limit + " bytes (objectBytes)");
        }
    }
}
