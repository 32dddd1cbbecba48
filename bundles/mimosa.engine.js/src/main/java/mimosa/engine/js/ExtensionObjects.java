package mimosa.engine.js;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mimosa.api.MimosaException;
import mimosa.api.engine.ContextExtension;
import mimosa.api.engine.Host.Level;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What integrators add to {@code context}: for each extension an ordinary object with its functions. */
final class ExtensionObjects {
    private static final Logger LOG = LoggerFactory.getLogger(ExtensionObjects.class);

    /** Names that {@code context} is promised not to have; with a {@code then} it would be taken for a promise. */
    private static final Set<String> ABSENT = Set.of("ml", "security", "then");

    private ExtensionObjects() {}

    static void define(
            Guest guest, Scriptable global, ScriptableObject context, Map<String, ContextExtension> extensions) {
        extensions.forEach((name, extension) -> {
            if (ABSENT.contains(name) || ScriptableObject.hasProperty(context, name)) {
                guest.tenant().log(Level.WARN, "the extension context." + name + " was left out: the name is taken");
            } else {
                context.defineProperty(name, object(guest, global, name, extension), ScriptableObject.EMPTY);
            }
        });
    }

    private static Scriptable object(Guest guest, Scriptable global, String name, ContextExtension extension) {
        ScriptableObject object = (ScriptableObject) guest.newObject(global);
        for (String function : functions(name, extension)) {
            HostFunction.define(
                    guest, global, object, function, 0, (g, args) -> call(g, args, name, extension, function));
        }
        return object;
    }

    private static Set<String> functions(String name, ContextExtension extension) {
        try {
            return extension.functions();
        } catch (RuntimeException e) { // boundary to an integrator's code: one defect must not fail every request
            LOG.error("the extension context.{} could not name its functions", name, e);
            return Set.of();
        }
    }

    private static Object call(Guest guest, Args args, String name, ContextExtension extension, String function) {
        PlainValues values = new PlainValues(guest, args.scope());
        List<Object> arguments = new ArrayList<>();
        for (Object argument : args.values()) {
            arguments.add(values.toJava(argument));
        }
        try {
            return values.toScript(extension.call(function, arguments));
        } catch (MimosaException e) {
            throw JsError.named(guest, args.scope(), "Error", e.getMessage());
        } catch (RhinoException | VirtualMachineError | Stopped e) {
            throw e;
        } catch (Throwable e) { // boundary to an integrator's code: the script learns only that it failed
            LOG.error("the extension context.{} failed in {}()", name, function, e);
            throw JsError.named(guest, args.scope(), "Error", "internal error");
        }
    }
}
