package mimosa.itests;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Modules from text. The translator brings an older engine along, which the tests do not see. */
final class Wat {
    private static final Method PARSE = load();
    private static final Map<String, byte[]> KNOWN = new ConcurrentHashMap<>();

    private Wat() {}

    @SuppressWarnings("resource") // the class loader stays as long as the tests run
    private static Method load() {
        try {
            List<URL> jars = new ArrayList<>();
            for (File jar : new File("target/wabt").listFiles()) {
                jars.add(jar.toURI().toURL());
            }
            ClassLoader apart = new URLClassLoader(jars.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
            return apart.loadClass("com.dylibso.chicory.wabt.Wat2Wasm").getMethod("parse", String.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] module(String text) {
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
