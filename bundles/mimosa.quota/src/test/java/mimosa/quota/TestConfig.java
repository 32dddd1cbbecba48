package mimosa.quota;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

/** The configuration as the component runtime would hand it over: defaults, with some values set. */
final class TestConfig {
    private TestConfig() {}

    static NodeQuotas node(Object... namesAndValues) {
        Map<String, Object> set = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            set.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return new NodeQuotas(config(set), set);
    }

    private static NodeQuotas.Config config(Map<String, Object> set) {
        return (NodeQuotas.Config) Proxy.newProxyInstance(
                NodeQuotas.Config.class.getClassLoader(),
                new Class<?>[] {NodeQuotas.Config.class},
                (proxy, method, args) -> {
                    Object value = set.getOrDefault(method.getName(), method.getDefaultValue());
                    // A value of the wrong type fails when it is asked for, as with the component runtime.
                    return method.getReturnType() == long.class
                            ? (Object) Long.parseLong(value.toString())
                            : (Object) Integer.parseInt(value.toString());
                });
    }
}
