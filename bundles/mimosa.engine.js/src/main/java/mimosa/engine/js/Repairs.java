package mimosa.engine.js;

import java.util.HashMap;
import java.util.Map;
import org.mozilla.javascript.Callable;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.LambdaFunction;
import org.mozilla.javascript.NativeArray;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.Symbol;
import org.mozilla.javascript.SymbolKey;
import org.mozilla.javascript.Undefined;

/** Puts right what Rhino 1.9.2 gets wrong, and leaves without limits, in a new global scope. */
final class Repairs {
    private Repairs() {}

    static void apply(Guest guest, ScriptableObject global) {
        symbolRegistry(guest, global);
        allSettled(global);
        random(guest, global);
        NativeLimits.apply(global);
    }

    /** Rhino has one generator for all global scopes, whose next numbers can be told from the last ones. */
    private static void random(Guest guest, ScriptableObject global) {
        ScriptableObject math = (ScriptableObject) ScriptableObject.getProperty(global, "Math");
        HostFunction.defineHidden(
                guest, global, math, "random", 0, (g, args) -> g.random().nextDouble());
    }

    /** Rhino has one registry for all global scopes, and it only grows. */
    private static void symbolRegistry(Guest guest, ScriptableObject global) {
        ScriptableObject symbol = (ScriptableObject) ScriptableObject.getProperty(global, "Symbol");
        Map<String, SymbolKey> registry = new HashMap<>();
        HostFunction.defineHidden(guest, global, symbol, "for", 1, (g, args) -> {
            String name = args.string(0);
            return registry.computeIfAbsent(name, key -> new SymbolKey(key, Symbol.Kind.REGISTERED));
        });
        HostFunction.defineHidden(
                guest,
                global,
                symbol,
                "keyFor",
                1,
                (g, args) -> args.get(0) instanceof SymbolKey key && registry.get(key.getName()) == key
                        ? key.getName()
                        : Undefined.instance);
    }

    /** Rhino gives the status " rejected", with a space. */
    private static void allSettled(ScriptableObject global) {
        ScriptableObject promise = (ScriptableObject) ScriptableObject.getProperty(global, "Promise");
        Callable original = (Callable) ScriptableObject.getProperty(promise, "allSettled");
        LambdaFunction trim = new LambdaFunction(global, "", 1, null, (cx, scope, self, args) -> trimmed(args[0]));
        LambdaFunction repaired = new LambdaFunction(global, "allSettled", 1, null, (cx, scope, self, args) -> {
            Object settled = original.call(cx, scope, self, args);
            return ScriptableObject.callMethod(cx, (Scriptable) settled, "then", new Object[] {trim});
        });
        promise.defineProperty("allSettled", repaired, ScriptableObject.DONTENUM);
    }

    private static Object trimmed(Object results) {
        if (results instanceof NativeArray array) {
            for (int i = 0; i < array.getLength(); i++) {
                Scriptable result = (Scriptable) ScriptableObject.getProperty(array, i);
                String status = Context.toString(ScriptableObject.getProperty(result, "status"));
                ScriptableObject.putProperty(result, "status", status.strip());
            }
        }
        return results;
    }
}
