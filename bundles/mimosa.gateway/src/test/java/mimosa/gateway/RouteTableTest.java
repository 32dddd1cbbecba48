package mimosa.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.concurrent.atomic.AtomicBoolean;
import mimosa.api.http.HttpHandler;
import mimosa.gateway.RouteTable.Route;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RouteTableTest {
    private static final HttpHandler HANDLER = exchange -> {};

    private final Routes<Integer> routes = new Routes<>();

    private String find(String path) {
        Route route = routes.table().find(path);
        return route == null ? null : route.path();
    }

    @Test
    @Tag("M1.1")
    void matchesAtSegmentBoundariesOnly() {
        routes.put(1, HANDLER, "/api/hello/v1");
        assertEquals("/api/hello/v1", find("/api/hello/v1"));
        assertEquals("/api/hello/v1", find("/api/hello/v1/"));
        assertEquals("/api/hello/v1", find("/api/hello/v1/a"));
        assertEquals("/api/hello/v1", find("/api/hello/v1/a/b/c/d/e"));
        assertNull(find("/api/hello/v10"));
        assertNull(find("/API/hello/v1"));
        assertNull(find("/api/hello"));
        assertNull(find("/"));
        assertNull(find("*"));
    }

    @Test
    @Tag("M1.2")
    void prefersTheLongestPath() {
        routes.put(1, HANDLER, "/api/a/v1");
        routes.put(2, HANDLER, "/api/a/v1/b");
        assertEquals("/api/a/v1/b", find("/api/a/v1/b/c"));
        assertEquals("/api/a/v1", find("/api/a/v1/bc"));
    }

    @Test
    void givesTheRootWhatNobodyElseTakes() {
        routes.put(1, HANDLER, "");
        routes.put(2, HANDLER, "/a");
        assertEquals("", find("/"));
        assertEquals("", find("/b/c"));
        assertEquals("/a", find("/a/x"));
        assertNull(find("*"));
    }

    @Test
    void givesAPathThatTwoWantToTheGreaterAndBackAgain() {
        HttpHandler lower = exchange -> {};
        HttpHandler higher = exchange -> {};
        routes.put(1, lower, "/a");
        routes.put(2, higher, "/a", "/b");
        assertSame(higher, routes.table().find("/a").handler());
        routes.remove(2);
        assertSame(lower, routes.table().find("/a").handler());
        assertNull(find("/b"));
    }

    @Test
    void aHandlerThatMovesKeepsWhatItHasInCommonWithItsOldPaths() {
        RouteTable table = routes.table();
        routes.put(1, HANDLER, "/a", "/b");
        routes.put(1, HANDLER, "/b", "/c");
        assertNull(table.find("/a"));
        assertEquals("/b", table.find("/b").path());
        assertEquals("/c", table.find("/c/d").path());
        routes.remove(1);
        assertNull(table.find("/b"));
        assertNull(table.find("/c"));
    }

    /** A handler that is offered anew before its old registration goes is there all the time. */
    @Test
    void noPathIsMissingWhileItsHandlerIsRegisteredAgain() throws InterruptedException {
        RouteTable table = routes.table();
        routes.put(0, HANDLER, "/a");
        AtomicBoolean missing = new AtomicBoolean();
        AtomicBoolean done = new AtomicBoolean();
        Thread asking = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                missing.compareAndSet(false, table.find("/a/b") == null);
            }
        });
        for (int i = 1; i < 20_000; i++) {
            routes.put(i, HANDLER, "/a");
            routes.remove(i - 1);
        }
        done.set(true);
        asking.join();
        assertFalse(missing.get());
    }

    @Test
    void findsOneOfManyThousandsBelowADeepPath() {
        for (int i = 0; i < 20_000; i++) {
            routes.put(i, HANDLER, "/api/m" + i + "/v1");
        }
        assertEquals("/api/m19999/v1", find("/api/m19999/v1" + "/x".repeat(8_000)));
        assertNull(find("/x".repeat(8_000)));
    }
}
