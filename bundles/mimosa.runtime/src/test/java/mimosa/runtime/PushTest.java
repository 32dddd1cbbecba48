package mimosa.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import mimosa.api.MimosaException;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who hears what a mim publishes, and how connections follow what becomes of the mim. */
class PushTest {
    private static final String PATH = "/ws/api/t/v1";

    private final MimHandle mim = new MimHandle(TestMims.record("t", true));
    private final Disk disk = new Disk();
    private TestFramework framework;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        framework = new TestFramework(folder);
    }

    @AfterEach
    void stop() throws Exception {
        framework.stop();
    }

    private Serving serving(boolean webSockets) {
        return TestMims.serving(framework, TestMims.record("t", webSockets));
    }

    private Handshake connect(Handshake client) {
        mim.handle(client);
        return client;
    }

    private Handshake connect() {
        return connect(Handshake.at(PATH));
    }

    /** What one request can reach. */
    private InstanceHost host(Serving serving) {
        assertTrue(serving.acquire());
        return new InstanceHost(serving, mim.log(), mim.clients(), disk, new Endless(), "r");
    }

    @Test
    @Tag("J6.5")
    void everyClientHearsEveryEventInTheSameOrder() {
        Serving serving = serving(true);
        mim.serves(serving);
        List<Handshake> clients = List.of(connect(), connect(), connect());
        IntStream.range(0, 4).parallel().forEach(request -> IntStream.range(0, 50)
                .forEach(i -> host(serving).publish(request + "." + i)));
        assertEquals(200, clients.get(0).heard.size());
        clients.forEach(client -> assertEquals(clients.get(0).heard, client.heard));
    }

    /** The client reads the answer to its handshake before the node hears that the connection is open. */
    @Test
    @Tag("J6.5")
    void whatIsPublishedWhileAConnectionOpensIsHeardFirst() {
        Serving serving = serving(true);
        mim.serves(serving);
        Handshake slow = connect(Handshake.slow(PATH));
        host(serving).publish("a");
        host(serving).publish("b");
        slow.open();
        host(serving).publish("c");
        assertEquals(List.of("a", "b", "c"), slow.heard);
    }

    @Test
    void nothingIsPushedBeforeWhatWasStoredIsDurable() {
        Serving serving = serving(true);
        mim.serves(serving);
        Handshake client = connect();
        InstanceHost host = host(serving);
        CompletableFuture<Void> first = new CompletableFuture<>();
        disk.pending = first;
        host.publish("a");
        disk.pending = CompletableFuture.completedFuture(null);
        host.publish("b");
        assertEquals(List.of(), client.heard);
        first.complete(null);
        assertEquals(List.of("a", "b"), client.heard);
    }

    @Test
    void anEventWhoseChangesAreLostIsNotPushed() {
        Serving serving = serving(true);
        mim.serves(serving);
        Handshake client = connect();
        disk.pending = CompletableFuture.failedFuture(
                new MimosaException(MimosaException.Kind.NOT_DURABLE, "storage write could not be made durable"));
        host(serving).publish("a");
        assertEquals(List.of(), client.heard);
        assertTrue(mim.log().last(1).get(0).text().contains("not pushed"));
    }

    @Test
    void aClosedInstancePublishesNothing() {
        Serving serving = serving(true);
        mim.serves(serving);
        Handshake client = connect();
        InstanceHost host = host(serving);
        host.close();
        host.publish("a");
        assertEquals(List.of(), client.heard);
    }

    @Test
    @Tag("J6.6")
    void withoutSupportThereIsNoWebSocketAndNoEffect() {
        Serving serving = serving(false);
        mim.serves(serving);
        assertEquals(MimosaException.Kind.NOT_FOUND, connect().refusal());
        host(serving).publish("a");
    }

    @Test
    void onlyHandshakesAtThePathItselfAreTaken() {
        mim.serves(serving(true));
        assertEquals(
                MimosaException.Kind.UPGRADE_REQUIRED,
                connect(Handshake.none(PATH)).refusal());
        assertEquals(
                MimosaException.Kind.NOT_FOUND,
                connect(Handshake.below(PATH, PATH + "/x")).refusal());
    }

    @Test
    void connectionsSurviveARedeploy() {
        mim.serves(serving(true));
        Handshake client = connect();
        mim.hold();
        Handshake meanwhile = connect();
        Serving next = serving(true);
        mim.serves(next);
        host(next).publish("a");
        assertEquals(List.of("a"), client.heard);
        assertEquals(List.of("a"), meanwhile.heard);
    }

    @Test
    void aRedeployWithoutSupportEndsThem() {
        mim.serves(serving(true));
        Handshake client = connect();
        mim.serves(serving(false));
        assertEquals(List.of("close 1001"), client.heard);
    }

    @Test
    void stoppingAndRemovingEndThem() {
        mim.serves(serving(true));
        Handshake first = connect();
        Handshake slow = connect(Handshake.slow(PATH));
        mim.stopped();
        slow.open();
        assertEquals(List.of("close 1001"), first.heard);
        assertEquals(List.of("close 1001"), slow.heard);
        assertEquals(MimosaException.Kind.UNAVAILABLE, connect().refusal());

        mim.serves(serving(true));
        Handshake second = connect();
        assertNull(second.failure);
        mim.removed();
        assertEquals(List.of("close 1001"), second.heard);
    }

    @Test
    void whoHasLeftIsForgotten() {
        Serving serving = serving(true);
        mim.serves(serving);
        Handshake client = connect();
        client.leave();
        host(serving).publish("a");
        assertEquals(List.of(), client.heard);
    }

    private static final class Endless implements Budget {
        @Override
        public Limits limits() {
            return TestMims.LIMITS;
        }

        @Override
        public Duration remaining() {
            return Duration.ofSeconds(1);
        }

        @Override
        public void onExceeded(Consumer<MimosaException> action) {}

        @Override
        public void resume() {}

        @Override
        public void suspend() {}

        @Override
        public void check() {}

        @Override
        public MimosaException exceeded() {
            return null;
        }

        @Override
        public void cancel(String reason) {}

        @Override
        public void close() {}
    }
}
