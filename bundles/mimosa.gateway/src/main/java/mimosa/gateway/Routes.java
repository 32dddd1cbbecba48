package mimosa.gateway;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import mimosa.api.http.HttpHandler;

/**
 * The handlers that are there at the moment, and which paths each wants. A change costs as much as the handler has paths,
 * however many others there are, so that thousands of mims may come and go between requests.
 *
 * @param <K> what a handler is registered under; the greater one wins a path that two handlers want
 */
final class Routes<K extends Comparable<? super K>> {
    private final Map<K, String[]> paths = new HashMap<>();
    private final Map<String, TreeMap<K, HttpHandler>> claims = new HashMap<>();
    private final RouteTable table = new RouteTable();

    /** Adds a handler, or replaces the paths of one that is there. Paths are without trailing slash, root is empty. */
    synchronized void put(K key, HttpHandler handler, String... wanted) {
        String[] before = paths.put(key, wanted);
        for (String path : wanted) {
            claims.computeIfAbsent(path, p -> new TreeMap<>()).put(key, handler);
            settle(path);
        }
        if (before != null) {
            withdraw(key, before, wanted);
        }
    }

    synchronized void remove(K key) {
        String[] before = paths.remove(key);
        if (before != null) {
            withdraw(key, before);
        }
    }

    /** Follows every change. */
    RouteTable table() {
        return table;
    }

    private void withdraw(K key, String[] from, String... but) {
        Set<String> kept = new HashSet<>(List.of(but));
        for (String path : from) {
            TreeMap<K, HttpHandler> claim = claims.get(path);
            if (claim != null && !kept.contains(path) && claim.remove(key) != null) {
                settle(path);
            }
        }
    }

    private void settle(String path) {
        TreeMap<K, HttpHandler> claim = claims.get(path);
        if (claim.isEmpty()) {
            claims.remove(path);
            table.remove(path);
        } else {
            table.put(path, claim.lastEntry().getValue());
        }
    }
}
