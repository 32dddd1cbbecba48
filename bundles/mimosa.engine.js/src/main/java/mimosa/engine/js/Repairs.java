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
import org.mozilla.javascript.undo.Tracked;
import org.mozilla.javascript.undo.UndoLog;

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
        Symbols registry = new Symbols();
        HostFunction.defineHidden(guest, global, symbol, "for", 1, (g, args) -> registry.get(args.string(0)));
        HostFunction.defineHidden(
                guest,
                global,
                symbol,
                "keyFor",
                1,
                (g, args) -> args.get(0) instanceof SymbolKey key && registry.contains(key)
                        ? key.getName()
                        : Undefined.instance);
    }

    /** The registered symbols of one realm. */
    private static final class Symbols extends Tracked {
        private final Map<String, SymbolKey> byName = new HashMap<>();

        SymbolKey get(String name) {
            SymbolKey known = byName.get(name);
            if (known == null) {
                known = new SymbolKey(name, Symbol.Kind.REGISTERED);
                touch(this);
                byName.put(name, known);
            }
            return known;
        }

        boolean contains(SymbolKey key) {
            return byName.get(key.getName()) == key;
        }

        @Override
        protected void undo$own(UndoLog log) {
            log.own(byName);
        }
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
