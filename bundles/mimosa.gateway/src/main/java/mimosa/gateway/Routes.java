package mimosa.gateway;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import mimosa.api.http.HttpHandler;
import mimosa.gateway.RouteTable.Route;

/**
 * The handlers that are there at the moment. A change only drops the table; the next request builds it once, however
 * many handlers have come and gone in between, so that a start with thousands of mims stays linear.
 *
 * @param <K> what a handler is registered under; the greater one wins a path that two handlers want
 */
final class Routes<K extends Comparable<? super K>> {
    private record Entry(HttpHandler handler, String[] paths) {}

    private final Map<K, Entry> entries = new ConcurrentHashMap<>();
    private volatile RouteTable table;

    /** Adds a handler, or replaces the paths of one that is there. Paths are without trailing slash, root is empty. */
    synchronized void put(K key, HttpHandler handler, String... paths) {
        entries.put(key, new Entry(handler, paths));
        table = null;
    }

    synchronized void remove(K key) {
        if (entries.remove(key) != null) {
            table = null;
        }
    }

    RouteTable table() {
        RouteTable current = table;
        return current == null ? build() : current;
    }

    private synchronized RouteTable build() {
        if (table == null) {
            Map<String, K> owners = new HashMap<>();
            Map<String, Route> routes = new HashMap<>();
            entries.forEach((key, entry) -> {
                for (String path : entry.paths()) {
                    K owner = owners.get(path);
                    if (owner == null || key.compareTo(owner) > 0) {
                        owners.put(path, key);
                        routes.put(path, new Route(path, entry.handler()));
                    }
                }
            });
            table = new RouteTable(routes);
        }
        return table;
    }
}
