package mimosa.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mimosa.api.http.Exchange;
import mimosa.api.http.HttpHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A handler may keep the thread that has read its request, and nobody else has to wait for that. */
class LentThreadTest {
    private static final long STACK = 1024 * 1024;
    private static final String GET = "GET %s HTTP/1.1\r\nHost: x\r\n\r\n";

    @TempDir
    Path folder;

    private TestGateway gateway;

    @BeforeEach
    void open() {
        gateway = new TestGateway(folder);
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    /** Ends each exchange with the thread's name, on the lent thread if it is lent. */
    private static HttpHandler direct(BlockingQueue<Boolean> lent) {
        return exchange -> {
            Thread caller = Thread.currentThread();
            boolean here = exchange.runHere(
                    () -> {
                        assertSame(caller, Thread.currentThread());
                        exchange.end(TestGateway.text("here"));
                    },
                    STACK);
            lent.add(here);
            if (!here) {
                exchange.end(TestGateway.text("there"));
            }
        };
    }

    /** One that is slow, because the machine is, has the next ones handed over: so there are more than that. */
    @Test
    void runsAShortRequestOnTheThreadThatHasReadIt() throws Exception {
        BlockingQueue<Boolean> lent = new ArrayBlockingQueue<>(1);
        gateway.with("/short", direct(lent));
        boolean wasLent = false;
        try (RawClient client = gateway.connect()) {
            for (int i = 0; i < 1_000 && !wasLent; i++) {
                client.send(GET.formatted("/short"));
                assertTrue(client.readUntil("ere").startsWith("HTTP/1.1 200"));
                wasLent = lent.poll(60, TimeUnit.SECONDS);
            }
        }
        assertTrue(wasLent);
    }

    @Test
    void doesNotLendAThreadWhoseStackIsTooSmallNorLaterNorTwice() throws Exception {
        BlockingQueue<Boolean> lent = new ArrayBlockingQueue<>(10);
        List<Exchange> kept = new ArrayList<>();
        gateway.with("/deep", exchange -> {
            lent.add(exchange.runHere(() -> {}, 4_096 * 1024L + 1));
            lent.add(exchange.runHere(() -> {}, STACK));
            lent.add(exchange.runHere(() -> {}, STACK));
            kept.add(exchange);
            exchange.end(TestGateway.text("done"));
        });
        try (RawClient client = gateway.connect()) {
            client.send(GET.formatted("/deep"));
            client.readUntil("done");
        }
        assertEquals(List.of(false, true, false), new ArrayList<>(lent));
        assertFalse(kept.get(0).runHere(() -> {}, STACK));
    }

    /** As many handlers that never come back as there may be, and each on the thread of a selector. */
    @Test
    void servesOthersWhileHandlersKeepTheirThreads() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        BlockingQueue<Thread> keeping = new ArrayBlockingQueue<>(10);
        for (int i = 0; i < 4; i++) {
            gateway.with("/stuck" + i, exchange -> {
                assertTrue(exchange.runHere(
                        () -> {
                            keeping.add(Thread.currentThread());
                            await(free);
                            exchange.end(TestGateway.text("free"));
                        },
                        STACK));
            });
        }
        BlockingQueue<Boolean> lent = new ArrayBlockingQueue<>(100);
        gateway.with("/short", direct(lent));
        List<RawClient> stuck = new ArrayList<>();
        try (RawClient early = gateway.connect()) {
            early.send(GET.formatted("/short"));
            early.readUntil("ere");
            Thread before = null;
            for (int i = 0; i < 4; i++) {
                RawClient client = gateway.connect();
                stuck.add(client);
                client.send(GET.formatted("/stuck" + i));
                Thread now = keeping.poll(60, TimeUnit.SECONDS);
                assertNotSame(before, now);
                before = now;
                // Old connections and new ones are served, whichever selector they belong to.
                early.send(GET.formatted("/short"));
                early.readUntil("ere");
                for (int k = 0; k < 4; k++) {
                    try (RawClient other = gateway.connect()) {
                        other.send(GET.formatted("/short"));
                        other.readUntil("ere");
                    }
                }
            }
            free.countDown();
            for (RawClient client : stuck) {
                client.readUntil("free");
            }
        } finally {
            free.countDown();
            stuck.forEach(RawClient::close);
        }
    }

    @Test
    void handsOverTheNextRequestsOfAHandlerThatTakesLongAndMoreIfItDoesAgain() {
        Pace pace = new Pace();
        took(pace, 3_900, 1_000);
        assertEquals(0, handedOver(pace));
        assertEquals(4, untilHandedOver(pace));
        assertEquals(8, untilHandedOver(pace));
        for (int i = 0; i < 10; i++) {
            assertTrue(untilHandedOver(pace) <= 512);
        }
        assertEquals(512, untilHandedOver(pace));
        took(pace, 100, 1_000);
        assertEquals(0, handedOver(pace));
    }

    @Test
    void doesNotTakeASingleLongOneForARule() {
        Pace pace = new Pace();
        for (int i = 0; i < 100; i++) {
            took(pace, 100, 100);
            took(pace, 5_000_000, 1);
            assertEquals(0, handedOver(pace));
        }
    }

    private static void took(Pace pace, long micros, int times) {
        for (int i = 0; i < times; i++) {
            pace.took(TimeUnit.MICROSECONDS.toNanos(micros));
        }
    }

    private static int untilHandedOver(Pace pace) {
        for (int tried = 0; tried < 16; tried++) {
            took(pace, 10_000, 1);
            int handedOver = handedOver(pace);
            if (handedOver > 0) {
                return handedOver;
            }
        }
        return fail("none was handed over");
    }

    private static int handedOver(Pace pace) {
        int count = 0;
        while (!pace.isShort()) {
            count++;
        }
        return count;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(60, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
