package mimosa.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import mimosa.api.MimosaException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;

/**
 * The services that one mim uses, asked for through its own bundle context: each is that mim's view.
 *
 * <p>The framework takes them back when the bundle stops. They are given back before all the same: Felix 7.0.5 forgets a
 * use for good only when the service object itself is given back, and would otherwise remember every bundle that has ever
 * been uninstalled.
 */
final class MimServices implements AutoCloseable {
    private final BundleContext mim;
    private final Deque<Runnable> releases = new ArrayDeque<>();

    MimServices(BundleContext mim) {
        this.mim = mim;
    }

    <S> S get(Class<S> type) {
        ServiceReference<S> reference = mim.getServiceReference(type);
        ServiceObjects<S> objects = reference == null ? null : mim.getServiceObjects(reference);
        S service = objects == null ? null : objects.getService();
        if (service == null) {
            throw new MimosaException(
                    MimosaException.Kind.UNAVAILABLE, "the service " + type.getSimpleName() + " is missing");
        }
        releases.push(() -> objects.ungetService(service));
        return service;
    }

    @Override
    public void close() {
        while (!releases.isEmpty()) {
            try {
                releases.pop().run();
            } catch (IllegalStateException | IllegalArgumentException e) {
                // The bundle or the service has gone already, and the use with it.
            }
        }
    }
}
