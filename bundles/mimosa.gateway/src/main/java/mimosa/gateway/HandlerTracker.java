package mimosa.gateway;

import java.util.ArrayList;
import java.util.List;
import mimosa.api.http.HttpHandler;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whiteboard: what is registered as a {@link HttpHandler} takes part in the routes while it is registered. */
final class HandlerTracker extends ServiceTracker<HttpHandler, HttpHandler> {
    private static final Logger LOG = LoggerFactory.getLogger(HandlerTracker.class);

    private final Routes<ServiceReference<HttpHandler>> routes;

    HandlerTracker(BundleContext context, Routes<ServiceReference<HttpHandler>> routes) {
        super(context, HttpHandler.class, null);
        this.routes = routes;
    }

    @Override
    public HttpHandler addingService(ServiceReference<HttpHandler> reference) {
        HttpHandler handler = super.addingService(reference);
        if (handler != null) {
            routes.put(reference, handler, paths(reference));
        }
        return handler;
    }

    @Override
    public void modifiedService(ServiceReference<HttpHandler> reference, HttpHandler handler) {
        routes.put(reference, handler, paths(reference));
    }

    @Override
    public void removedService(ServiceReference<HttpHandler> reference, HttpHandler handler) {
        routes.remove(reference);
        super.removedService(reference, handler);
    }

    private static String[] paths(ServiceReference<HttpHandler> reference) {
        Object property = reference.getProperty(HttpHandler.PATH);
        List<String> wanted = new ArrayList<>();
        if (property instanceof String path) {
            wanted.add(path);
        } else if (property instanceof String[] several) {
            wanted.addAll(List.of(several));
        }
        if (wanted.isEmpty()) {
            LOG.warn(
                    "handler {} gets no requests: its service property {} is {}, expected a path or an array of paths",
                    reference,
                    HttpHandler.PATH,
                    property);
        }
        wanted.removeIf(path -> isIllegal(path, reference));
        return wanted.stream().map(path -> "/".equals(path) ? "" : path).toArray(String[]::new);
    }

    private static boolean isIllegal(String path, ServiceReference<HttpHandler> reference) {
        boolean legal = path.startsWith("/")
                && (path.length() == 1 || !path.endsWith("/"))
                && path.indexOf('?') < 0
                && path.indexOf('#') < 0
                && RequestPath.problem(path, false) == null;
        if (!legal) {
            LOG.warn(
                    "handler {} gets no requests at {}: expected an absolute path without trailing slash,"
                            + " empty or dot segments",
                    reference,
                    path);
        }
        return !legal;
    }
}
