package mimosa.gateway;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import mimosa.api.http.HttpHandler;

/** Which handler takes which path, at the moment of asking. One thread at a time changes it, any number ask. */
final class RouteTable {
    /**
     * One path and who takes what is at or below it.
     *
     * @param path without trailing slash; empty for the root
     * @param pace of the handler at this path
     */
    record Route(String path, HttpHandler handler, Pace pace) {}

    private final Map<String, Route> routes = new ConcurrentHashMap<>();

    /** The most segments that a path here has ever had. */
    private volatile int deepest;

    void put(String path, HttpHandler handler) {
        deepest = Math.max(deepest, (int) path.chars().filter(c -> c == '/').count());
        routes.put(path, new Route(path, handler, new Pace()));
    }

    void remove(String path) {
        routes.remove(path);
    }

    /** The route with the longest path that ends at a segment boundary of this path; {@code null} for none. */
    Route find(String path) {
        // Only as many segments are looked at as the deepest route has, so that a long path costs nothing.
        int end = endOfSegment(path, deepest);
        while (end > 0) {
            Route route = routes.get(end == path.length() ? path : path.substring(0, end));
            if (route != null) {
                return route;
            }
            end = path.lastIndexOf('/', end - 1);
        }
        return path.startsWith("/") ? routes.get("") : null;
    }

    private static int endOfSegment(String path, int count) {
        int end = 0;
        for (int i = 0; i < count && end < path.length(); i++) {
            int next = path.indexOf('/', end + 1);
            end = next < 0 ? path.length() : next;
        }
        return end;
    }
}
