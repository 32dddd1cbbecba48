package mimosa.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import mimosa.api.MimosaException;
import mimosa.api.http.HttpHandler;
import mimosa.api.mim.Mims;
import mimosa.api.quota.Limits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceReference;

/** A mim of which nothing is loaded before somebody asks for it. */
class SleepingTest {
    private final List<MimHandle> woken = new ArrayList<>();
    private final Waking waking = new Waking() {
        @Override
        public Limits limits(MimRecord record) {
            return TestMims.LIMITS;
        }

        @Override
        public void wake(MimHandle mim) {
            woken.add(mim);
        }
    };
    private final MimHandle mim = new MimHandle(TestMims.record("t", true));
    private TestFramework framework;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        framework = new TestFramework(folder);
    }

    @AfterEach
    void stop() throws Exception {
        framework.stop();
    }

    private Serving serving() {
        return TestMims.serving(framework, mim.record());
    }

    private Handshake connect() {
        Handshake client = Handshake.at("/ws/api/t/v1");
        mim.handle(client);
        return client;
    }

    @Test
    void theFirstRequestWakesItAndAllWait() {
        assertTrue(mim.sleeps(waking));
        assertTrue(mim.isUp(), "who asks is answered");
        assertFalse(mim.isStarting(), "nobody waits for it");
        assertEquals(List.of(), woken);
        List<Handshake> clients = IntStream.range(0, 5).mapToObj(i -> connect()).toList();
        assertEquals(List.of(mim), woken);
        Serving serving = serving();
        mim.serves(serving);
        serving.retire();
        mim.stopped();
        clients.forEach(client -> assertNull(client.failure));
        clients.forEach(client -> assertEquals(List.of("close 1001"), client.heard));
    }

    @Test
    void whoWaitsHearsWhyItCannotBeLoaded() {
        mim.sleeps(waking);
        LocalExchange request = new LocalExchange("/api/t/v1", new Mims.Invocation("GET", "/", List.of(), new byte[0]));
        mim.handle(request);
        assertFalse(request.done().toCompletableFuture().isDone());
        mim.failed("index.js:1: no export");
        MimosaException failure = assertThrows(MimosaException.class, request::reply);
        assertEquals(MimosaException.Kind.UNAVAILABLE, failure.kind());
        assertTrue(failure.getMessage().contains("index.js:1: no export"));
        assertFalse(mim.isUp());
        assertEquals("index.js:1: no export", mim.reason());
    }

    @Test
    void variablesThatAreNotAllowedAnyMoreAreTheReason() {
        mim.sleeps(new Waking() {
            @Override
            public Limits limits(MimRecord record) {
                throw MimosaException.invalid("too long");
            }

            @Override
            public void wake(MimHandle handle) {
                woken.add(handle);
            }
        });
        assertTrue(((MimosaException) connect().failure).getMessage().contains("too long"));
        assertEquals(List.of(), woken);
        assertEquals("too long", mim.reason());
    }

    @Test
    void itDoesNotFallAsleepWhileRequestsWait() {
        mim.sleeps(waking);
        assertTrue(mim.sleeps(waking), "it sleeps already");
        Handshake client = connect();
        assertTrue(mim.isAwaited());
        assertFalse(mim.sleeps(waking));
        assertNull(client.failure);
    }

    @Test
    void aSwapTakesOverWhatItSleptThrough() {
        mim.sleeps(waking);
        mim.hold();
        Handshake client = connect();
        assertEquals(List.of(), woken, "the old program is not loaded any more");
        assertTrue(mim.isAwaited());
        mim.serves(serving());
        assertNull(client.failure);
    }

    @Test
    void whoWantsToHearThatItRunsWakesIt() {
        mim.sleeps(waking);
        mim.awaitStarted(Duration.ZERO);
        assertEquals(List.of(mim), woken);
    }

    @Test
    void allEarlyRoutesAreOneServiceThatGivesWay() {
        MimHandle other = new MimHandle(TestMims.record("u", true));
        EarlyRoutes early = new EarlyRoutes();
        early.open(framework.context(), List.of(mim, other));
        ServiceReference<HttpHandler> route = framework.context().getServiceReference(HttpHandler.class);
        assertArrayEquals(new String[] {"/api/t/v1", "/api/u/v1", "/ws/api/t/v1", "/ws/api/u/v1"}, paths(route));
        other.routeVia(framework.context());
        assertEquals(
                "api-u",
                framework.context().getServiceReference(HttpHandler.class).getProperty("mimosa.mim.id"),
                "a mim's own route is preferred");
        mim.sleeps(waking);
        early.handle(Handshake.at("/ws/api/t/v1"));
        assertEquals(List.of(mim), woken);
        early.leave(other);
        assertArrayEquals(new String[] {"/api/t/v1", "/ws/api/t/v1"}, paths(route));
        early.close();
        assertNull(route.getBundle(), "it is not offered any more");
    }

    private static String[] paths(ServiceReference<HttpHandler> route) {
        String[] paths = ((String[]) route.getProperty(HttpHandler.PATH)).clone();
        Arrays.sort(paths);
        return paths;
    }
}
