package mimosa.runtime;

import java.util.Collection;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.http.Exchange;
import mimosa.api.http.HttpHandler;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;

/**
 * Takes the requests of mims whose bundles are not back yet after a start of the node, all paths in one registration: one
 * for each mim would make the start longer with every mim. A mim's own route, from its own bundle, is preferred as soon as it
 * is there. Thread-safe.
 */
final class EarlyRoutes implements HttpHandler {
    private final Map<String, MimHandle> byPath = new HashMap<>();
    private ServiceRegistration<HttpHandler> registration;

    /** Takes requests for these mims. */
    synchronized void open(BundleContext context, Collection<MimHandle> mims) {
        for (MimHandle mim : mims) {
            MimHandle.paths(mim.record()).forEach(path -> byPath.put(path, mim));
        }
        if (!byPath.isEmpty()) {
            registration = context.registerService(HttpHandler.class, this, properties());
        }
    }

    /** Leaves the mim's paths to itself and to others: it has gone, or has other paths now. */
    synchronized void leave(MimHandle mim) {
        if (byPath.values().removeIf(mim::equals) && registration != null) {
            if (byPath.isEmpty()) {
                close();
            } else {
                registration.setProperties(properties());
            }
        }
    }

    /** Leaves all paths to their mims; a request that was on its way here still finds its own. */
    synchronized void close() {
        if (registration != null) {
            try {
                registration.unregister();
            } catch (IllegalStateException e) {
                // The framework has unregistered it already, together with our bundle.
            }
            registration = null;
        }
    }

    private Dictionary<String, Object> properties() {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(PATH, byPath.keySet().toArray(String[]::new));
        properties.put(Constants.SERVICE_RANKING, -1);
        return properties;
    }

    @Override
    public void handle(Exchange exchange) {
        MimHandle mim;
        synchronized (this) {
            mim = byPath.get(exchange.matchedPath());
        }
        if (mim == null) {
            throw new MimosaException(MimosaException.Kind.NOT_FOUND, "no mim at " + exchange.matchedPath());
        }
        mim.handle(exchange);
    }
}
