package mimosa.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Modules from text. The translator brings an older engine along, which the tests do not see. */
public final class Wat {
    private static final ClassLoader APART = apart();
    private static final Method PARSE = parse();
    private static final Map<String, byte[]> KNOWN = new ConcurrentHashMap<>();

    private Wat() {}

    @SuppressWarnings("resource") // the class loader stays as long as the tests run
    private static ClassLoader apart() {
        URL[] classes = {Wat.class.getResource("/wabt/")};
        return new URLClassLoader(classes, ClassLoader.getPlatformClassLoader());
    }

    private static Method parse() {
        try {
            return tool("Wat2Wasm").getMethod("parse", String.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * One of the translator's programs.
     *
     * @throws ClassNotFoundException when it has none of this name
     */
    public static Class<?> tool(String name) throws ClassNotFoundException {
        return APART.loadClass("com.dylibso.chicory.wabt." + name);
    }

    public static byte[] module(String text) {
        return KNOWN.computeIfAbsent(text, Wat::translate);
    }

    private static byte[] translate(String text) {
        try {
            return (byte[]) PARSE.invoke(null, text);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("not a module: " + text, e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
