package mimosa.runtime;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import mimosa.api.engine.ContextExtension;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whiteboard of what integrators add to {@code context}. Only knows which service offers which name; each mim gets the
 * service itself through its own context. One tracker for all mims: the framework asks each tracker about every service.
 */
final class Extensions extends ServiceTracker<ContextExtension, ServiceReference<ContextExtension>> {
    private static final Logger LOG = LoggerFactory.getLogger(Extensions.class);
    private static final Pattern IDENTIFIER = Pattern.compile("[\\p{L}_$][\\p{L}\\p{Nd}_$]*");

    /** What {@code context} has, or, in the case of {@code then}, must not have: it would look like a promise. */
    private static final Set<String> TAKEN =
            Set.of("info", "env", "edge", "storage", "http", "dispatchWebSocketEvent", "then");

    private final Set<ServiceReference<ContextExtension>> all = ConcurrentHashMap.newKeySet();
    private final Set<MimExtensions> users = ConcurrentHashMap.newKeySet();
    private volatile Map<String, ServiceReference<ContextExtension>> offers = Map.of();

    Extensions(BundleContext context) {
        super(context, ContextExtension.class, null);
    }

    /** Name to the service that offers it; another object whenever something has changed. */
    Map<String, ServiceReference<ContextExtension>> offers() {
        return offers;
    }

    /** The extensions as one mim sees them, through its own context. To be closed. */
    MimExtensions of(BundleContext mim) {
        MimExtensions user = new MimExtensions(this, mim);
        users.add(user);
        return user;
    }

    void forget(MimExtensions user) {
        users.remove(user);
    }

    @Override
    public ServiceReference<ContextExtension> addingService(ServiceReference<ContextExtension> reference) {
        all.add(reference);
        nameOf(reference, true);
        changed();
        return reference;
    }

    @Override
    public void modifiedService(ServiceReference<ContextExtension> reference, ServiceReference<ContextExtension> same) {
        nameOf(reference, true);
        changed();
    }

    @Override
    public void removedService(ServiceReference<ContextExtension> reference, ServiceReference<ContextExtension> same) {
        all.remove(reference);
        changed();
        users.forEach(user -> user.drop(reference));
    }

    /** For one name the service with the higher ranking wins, as everywhere. */
    private synchronized void changed() {
        Map<String, ServiceReference<ContextExtension>> now = new TreeMap<>();
        for (ServiceReference<ContextExtension> reference : all) {
            String name = nameOf(reference, false);
            if (name != null) {
                now.merge(name, reference, (one, other) -> one.compareTo(other) > 0 ? one : other);
            }
        }
        offers = new HashMap<>(now);
    }

    /** {@code null} when it has no usable name. */
    private static String nameOf(ServiceReference<ContextExtension> reference, boolean warn) {
        Object property = reference.getProperty(ContextExtension.NAME);
        boolean usable =
                property instanceof String name && IDENTIFIER.matcher(name).matches() && !TAKEN.contains(name);
        if (!usable && warn) {
            LOG.warn(
                    "extension {} is not offered to mims: its service property {} is {}, expected a JavaScript"
                            + " identifier that context does not have yet",
                    reference,
                    ContextExtension.NAME,
                    property);
        }
        return usable ? (String) property : null;
    }
}
