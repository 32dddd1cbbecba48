package mimosa.runtime;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import mimosa.api.engine.ContextExtension;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;

/**
 * The extensions as one mim sees them: each is got through the mim's own context when it is first needed, so that with
 * bundle scope it is this mim's. Thread-safe; services are got and given back without a lock, since that is other people's
 * code.
 */
final class MimExtensions implements AutoCloseable {
    /** What was got, for which offers; {@code offers} is {@code null} when that has to be looked at again. */
    private record Got(
            Map<String, ServiceReference<ContextExtension>> offers,
            Map<String, ServiceReference<ContextExtension>> references,
            Map<String, ContextExtension> services) {
        static final Got NOTHING = new Got(null, Map.of(), Map.of());
    }

    private final Extensions all;
    private final BundleContext mim;
    private final AtomicReference<Got> got = new AtomicReference<>(Got.NOTHING);
    private volatile boolean closed;

    MimExtensions(Extensions all, BundleContext mim) {
        this.all = all;
        this.mim = mim;
    }

    /** By name, as they are now; unmodifiable. */
    Map<String, ContextExtension> current() {
        Got now = got.get();
        while (now.offers() != all.offers() && !closed) {
            Got next = get(all.offers(), now);
            if (got.compareAndSet(now, next)) {
                giveBack(now, next);
            } else {
                giveBack(next, now);
            }
            now = got.get();
        }
        if (closed) {
            giveBack(got.getAndSet(Got.NOTHING), Got.NOTHING);
            return Map.of();
        }
        return now.services();
    }

    private Got get(Map<String, ServiceReference<ContextExtension>> offers, Got before) {
        Map<String, ServiceReference<ContextExtension>> references = new HashMap<>();
        Map<String, ContextExtension> services = new HashMap<>();
        offers.forEach((name, reference) -> {
            ContextExtension service = reference.equals(before.references().get(name))
                    ? before.services().get(name)
                    : service(reference);
            if (service != null) {
                references.put(name, reference);
                services.put(name, service);
            }
        });
        return new Got(offers, references, Map.copyOf(services));
    }

    private ContextExtension service(ServiceReference<ContextExtension> reference) {
        try {
            ServiceObjects<ContextExtension> objects = mim.getServiceObjects(reference);
            return objects == null ? null : objects.getService();
        } catch (IllegalStateException e) {
            // The mim's bundle has stopped meanwhile.
            return null;
        }
    }

    /** Gives back what the one has and the other has not. */
    private void giveBack(Got one, Got other) {
        one.references().forEach((name, reference) -> {
            if (!reference.equals(other.references().get(name))) {
                giveBack(reference, one.services().get(name));
            }
        });
    }

    /** The object itself is given back, for the reason that {@link MimServices} tells. */
    private void giveBack(ServiceReference<ContextExtension> reference, ContextExtension service) {
        try {
            ServiceObjects<ContextExtension> objects = mim.getServiceObjects(reference);
            if (objects != null) {
                objects.ungetService(service);
            }
        } catch (IllegalStateException | IllegalArgumentException e) {
            // The framework took it back when the mim's bundle stopped, or with the service.
        }
    }

    /** A service has gone, and the framework has taken it back: nothing of it may be held. */
    void drop(ServiceReference<ContextExtension> reference) {
        got.updateAndGet(now -> now.references().containsValue(reference) ? without(now, reference) : now);
    }

    private static Got without(Got now, ServiceReference<ContextExtension> gone) {
        Map<String, ServiceReference<ContextExtension>> references = new HashMap<>(now.references());
        Map<String, ContextExtension> services = new HashMap<>(now.services());
        references.values().removeIf(gone::equals);
        services.keySet().retainAll(references.keySet());
        return new Got(null, references, Map.copyOf(services));
    }

    @Override
    public void close() {
        closed = true;
        all.forget(this);
        giveBack(got.getAndSet(Got.NOTHING), Got.NOTHING);
    }
}
