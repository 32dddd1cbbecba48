package mimosa.engine.js;

import java.util.Map;
import mimosa.api.engine.Host.Level;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.Undefined;

/** {@code console}: one log record a call. */
final class ConsoleObject {
    private static final Map<String, Level> METHODS = Map.of(
            "log", Level.INFO, "info", Level.INFO, "warn", Level.WARN, "error", Level.ERROR, "debug", Level.DEBUG);

    private ConsoleObject() {}

    static Scriptable create(Guest guest, Scriptable global) {
        ScriptableObject console = (ScriptableObject) guest.newObject(global);
        METHODS.forEach((name, level) -> HostFunction.define(guest, global, console, name, 0, (g, args) -> {
            g.log(level, Printed.line(g, args.values()));
            return Undefined.instance;
        }));
        return console;
    }
}
