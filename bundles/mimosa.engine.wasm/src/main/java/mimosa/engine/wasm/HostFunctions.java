package mimosa.engine.wasm;

import java.util.LinkedHashMap;
import java.util.Map;

/** The functions of one import module, by name. */
final class HostFunctions {
    private final String module;
    private final Map<String, HostFunction> functions = new LinkedHashMap<>();

    HostFunctions(String module) {
        this.module = module;
    }

    /** Adds a function that is there for the handler only. */
    HostFunctions add(String name, String signature, HostFunction.Body body) {
        return put(name, signature, false, false, body);
    }

    /** Adds a function that yields bytes, for the handler only. */
    HostFunctions yielding(String name, String signature, HostFunction.Body body) {
        return put(name, signature, false, true, body);
    }

    /** Adds a function that is there during initialisation, too. */
    HostFunctions early(String name, String signature, HostFunction.Body body) {
        return put(name, signature, true, false, body);
    }

    /** Adds a function that yields bytes and is there during initialisation, too. */
    HostFunctions earlyYielding(String name, String signature, HostFunction.Body body) {
        return put(name, signature, true, true, body);
    }

    private HostFunctions put(String name, String signature, boolean early, boolean result, HostFunction.Body body) {
        functions.put(name, new HostFunction(module, name, signature, early, result, body));
        return this;
    }

    HostFunction get(String name) {
        return functions.get(name);
    }

    /** What programs that speak a protocol import from {@code env}. */
    static HostFunctions of(Protocol protocol) {
        if (protocol.isMessages()) {
            return MessageFunctions.of(protocol);
        }
        HostFunctions env = new HostFunctions("env");
        ContextFunctions.addTo(env);
        RequestFunctions.addTo(env);
        ResponseFunctions.addTo(env);
        StorageFunctions.addTo(env);
        HttpFunctions.addTo(env);
        FileFunctions.addTo(env);
        return env;
    }
}
