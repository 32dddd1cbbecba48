package mimosa.launcher;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * Calls services whose types live in bundles: the launcher is outside of the framework and does not share a single class
 * with them but the JDK's.
 */
final class Services {
    private Services() {}

    /** A service and the interface it is called by. */
    record Service(Object object, Class<?> type) {
        /** Calls a method without arguments, or one that takes exactly these arguments' types. */
        Object call(String method, Class<?>[] types, Object... arguments) {
            return Services.call(object, type, method, types, arguments);
        }

        Object call(String method) {
            return call(method, new Class<?>[0]);
        }
    }

    /** The best service of that name, as long as its bundle lives; empty when there is none. */
    static Optional<Service> find(BundleContext context, String type) {
        ServiceReference<?> reference = context.getServiceReference(type);
        if (reference == null) {
            return Optional.empty();
        }
        Object object = context.getService(reference);
        if (object == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Service(object, object.getClass().getClassLoader().loadClass(type)));
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        }
    }

    static Object call(Object object, Class<?> type, String name, Class<?>[] types, Object... arguments) {
        try {
            Method method = type.getMethod(name, types);
            return method.invoke(object, arguments);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(type.getName() + "." + name + " failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName() + " has no method " + name + " as expected", e);
        }
    }

    /** The value of a public field, as data transfer objects have them. */
    static Object field(Object object, String name) {
        try {
            return object.getClass().getField(name).get(object);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(object.getClass().getName() + " has no field " + name, e);
        }
    }
}
