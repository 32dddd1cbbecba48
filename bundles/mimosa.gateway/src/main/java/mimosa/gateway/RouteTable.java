package mimosa.gateway;

import java.util.Map;
import mimosa.api.http.HttpHandler;

/** Which handler takes which path; immutable, so that one request runs wholly on one table. */
final class RouteTable {
    /**
     * One path and who takes what is at or below it.
     *
     * @param path without trailing slash; empty for the root
     * @param pace of the handler at this path
     */
    record Route(String path, HttpHandler handler, Pace pace) {
        Route(String path, HttpHandler handler) {
            this(path, handler, new Pace());
        }
    }

    private final Map<String, Route> routes;
    private final int deepest;

    RouteTable(Map<String, Route> routes) {
        this.routes = Map.copyOf(routes);
        int most = 0;
        for (String path : routes.keySet()) {
            most = Math.max(most, (int) path.chars().filter(c -> c == '/').count());
        }
        deepest = most;
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
