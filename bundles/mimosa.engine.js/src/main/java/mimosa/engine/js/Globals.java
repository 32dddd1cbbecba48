package mimosa.engine.js;

import java.util.List;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.LazilyLoadedCtor;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.TopLevel;
import org.mozilla.javascript.Undefined;

/** Makes global objects: Rhino's standard ones without what names Java or Rhino, and the runtime's own functions. */
final class Globals {
    /** What Rhino defines besides the language. Deleted names are found again by nobody, Rhino included. */
    private static final List<String> LEFTOVERS = List.of(
            "global",
            "With",
            "Call",
            "Script",
            "Continuation",
            "CallSite",
            "Iterator",
            "StopIteration",
            "JavaException",
            "JavaObject",
            "JavaMap",
            "__GeneratorFunction",
            "isXMLName",
            "uneval");

    private Globals() {}

    /** @param setInterval whether there are {@code setInterval} and {@code clearInterval} */
    static ScriptableObject create(Guest guest, boolean setInterval) {
        TopLevel global = new TopLevel();
        guest.initSafeStandardObjects(global, false);
        for (String name : LEFTOVERS) {
            global.delete(name);
        }
        Repairs.apply(guest, global);
        Errors.define(guest, global);
        timers(guest, global);
        if (setInterval) {
            intervals(guest, global);
        }
        global.defineProperty("console", ConsoleObject.create(guest, global), ScriptableObject.DONTENUM);
        new LazilyLoadedCtor(global, "Duktape", false, true, (cx, scope, frozen) -> DuktapeObject.create(cx, scope));
        new LazilyLoadedCtor(global, "TextEncoder", false, true, (cx, scope, frozen) -> TextCoding.encoder(scope));
        new LazilyLoadedCtor(global, "TextDecoder", false, true, (cx, scope, frozen) -> TextCoding.decoder(scope));
        Scriptable module = guest.newObject(global);
        ScriptableObject.putProperty(module, "exports", guest.newObject(global));
        global.defineProperty("mimikModule", module, ScriptableObject.DONTENUM);
        return global;
    }

    private static void timers(Guest guest, ScriptableObject global) {
        HostFunction.defineGlobal(guest, global, "setTimeout", 2, (g, args) -> addTimer(g, args, "setTimeout", false));
        HostFunction.defineGlobal(guest, global, "clearTimeout", 1, (g, args) -> {
            g.tenant().loop().clearTimer(id(args));
            return Undefined.instance;
        });
        HostFunction.defineGlobal(guest, global, "setImmediate", 1, (g, args) -> g.tenant()
                .loop()
                .addImmediate(args.function(0, "setImmediate"), args.from(1)));
        HostFunction.defineGlobal(guest, global, "clearImmediate", 1, (g, args) -> {
            g.tenant().loop().clearImmediate(id(args));
            return Undefined.instance;
        });
        HostFunction.defineGlobal(guest, global, "queueMicrotask", 1, (g, args) -> {
            var job = args.function(0, "queueMicrotask");
            g.enqueueMicrotask(() -> job.call(g, args.scope(), args.scope(), ScriptRuntime.emptyArgs));
            return Undefined.instance;
        });
    }

    private static void intervals(Guest guest, ScriptableObject global) {
        HostFunction.defineGlobal(guest, global, "setInterval", 2, (g, args) -> addTimer(g, args, "setInterval", true));
        HostFunction.defineGlobal(guest, global, "clearInterval", 1, (g, args) -> {
            g.tenant().loop().clearTimer(id(args));
            return Undefined.instance;
        });
    }

    private static Object addTimer(Guest guest, Args args, String what, boolean repeated) {
        var function = args.function(0, what);
        long delay = EventLoop.nanos(args.has(1) ? args.number(1) : 0);
        int limit = guest.tenant().limits().timers();
        EventLoop loop = guest.tenant().loop();
        if (loop.timers() >= limit) {
            throw ScriptRuntime.rangeError(what + ": " + limit + " timers are pending, which is the limit");
        }
        long period = repeated ? Math.max(delay, 1_000_000) : 0;
        return loop.addTimer(function, args.from(2), Math.max(delay, period), period);
    }

    /** The id that a script passes back; 0, which is nobody's, for what cannot be one. */
    private static int id(Args args) {
        Object value = args.get(0);
        double id = value instanceof Number number ? number.doubleValue() : 0;
        return value instanceof CharSequence ? (int) Context.toNumber(value) : (int) id;
    }
}
