package mimosa.engine.js;

import java.util.Map;
import mimosa.api.engine.Host;
import org.mozilla.javascript.Callable;
import org.mozilla.javascript.NativeJSON;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.Undefined;

/** {@code context} as the script sees it. */
final class ContextObject {
    private static final String NO_MESH = "not available: this node has no mesh";

    private ContextObject() {}

    /** What no request changes; the extensions, which come and go, are added for each. */
    static ScriptableObject create(Guest guest, Scriptable global, Host.Info info, Map<String, String> env) {
        ScriptableObject context = (ScriptableObject) guest.newObject(global);
        define(context, "info", info(guest, global, info));
        define(context, "env", strings(guest, global, env));
        define(context, "storage", StorageObject.create(guest, global));
        define(context, "http", HttpObject.create(guest, global));
        define(context, "edge", edge(guest, global));
        HostFunction.define(guest, global, context, "dispatchWebSocketEvent", 1, ContextObject::dispatch);
        return context;
    }

    private static void define(ScriptableObject object, String name, Object value) {
        object.defineProperty(name, value, ScriptableObject.EMPTY);
    }

    private static Object dispatch(Guest guest, Args args) {
        Object given = args.get(0);
        if (Undefined.isUndefined(given)) {
            return Undefined.instance;
        }
        if (!(given instanceof Scriptable event) || Args.isSymbol(given)) {
            throw ScriptRuntime.typeError(
                    "context.dispatchWebSocketEvent: expected an object, found " + ScriptRuntime.typeof(given));
        }
        String type = json(guest, args.scope(), event, "type");
        String message = json(guest, args.scope(), event, "message");
        String frame = "{\"type\":" + (type == null ? "null" : type)
                + (message == null ? "" : ",\"message\":" + message) + "}";
        Instance instance = guest.instance();
        instance.effects().add(() -> instance.host().publish(frame));
        return Undefined.instance;
    }

    /** A property as JSON; {@code null} for what JSON leaves out. */
    private static String json(Guest guest, Scriptable scope, Scriptable object, String name) {
        Object value = ScriptableObject.getProperty(object, name);
        Object text = value == Scriptable.NOT_FOUND
                ? Undefined.instance
                : NativeJSON.stringify(guest, scope, value, null, null);
        return Args.given(text) ? text.toString() : null;
    }

    private static Scriptable info(Guest guest, Scriptable global, Host.Info info) {
        ScriptableObject object = (ScriptableObject) guest.newObject(global);
        define(object, "serviceType", info.serviceType());
        define(object, "apiRoot", info.apiRoot());
        define(object, "httpPort", String.valueOf(info.httpPort()));
        define(object, "accountId", info.accountId());
        define(object, "nodeId", info.nodeId());
        define(object, "node_id", info.nodeId());
        return object;
    }

    private static Scriptable strings(Guest guest, Scriptable global, Map<String, String> values) {
        ScriptableObject object = (ScriptableObject) guest.newObject(global);
        values.forEach((name, value) -> define(object, name, value));
        return object;
    }

    /** What needs a mesh of nodes answers that there is none. */
    private static Scriptable edge(Guest guest, Scriptable global) {
        ScriptableObject edge = (ScriptableObject) guest.newObject(global);
        for (String name : new String[] {"decryptEncryptedNodesJson", "requestBep"}) {
            HostFunction.define(guest, global, edge, name, 1, (g, args) -> {
                Object handler = args.get(0) instanceof Scriptable options
                        ? ScriptableObject.getProperty(options, "error")
                        : Undefined.instance;
                Callable error = Args.asFunction(handler);
                if (error != null) {
                    Scriptable failure = g.newObject(args.scope());
                    ScriptableObject.putProperty(failure, "message", NO_MESH);
                    g.tenant().loop().addImmediate(error, new Object[] {failure});
                }
                return Undefined.instance;
            });
        }
        return edge;
    }
}
