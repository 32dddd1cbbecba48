package mimosa.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mimosa.api.MimosaException;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SlotsTest {
    private NodeQuotas node;

    @AfterEach
    void stop() {
        node.stop();
    }

    private static CompletableFuture<Budget> enter(BundleQuotas quotas) {
        Limits limits = quotas.limits(Map.of());
        return quotas.enter(limits).toCompletableFuture();
    }

    private static Budget get(CompletableFuture<Budget> entry) throws Exception {
        return entry.get(10, TimeUnit.SECONDS);
    }

    private static MimosaException failure(CompletableFuture<Budget> entry) {
        ExecutionException failed = assertThrows(ExecutionException.class, () -> entry.get(10, TimeUnit.SECONDS));
        return assertInstanceOf(MimosaException.class, failed.getCause());
    }

    @Test
    void freeSlotIsGivenAtOnceAndAFreedOneToTheLongestWaiting() throws Exception {
        node = TestConfig.node("concurrency", 2, "queueMs", 600_000);
        BundleQuotas quotas = new BundleQuotas(node, "mim.api.a");
        CompletableFuture<Budget> first = enter(quotas);
        CompletableFuture<Budget> second = enter(quotas);
        assertTrue(first.isDone() && second.isDone());
        List<CompletableFuture<Budget>> waiting = List.of(enter(quotas), enter(quotas), enter(quotas));

        Budget freed = get(second);
        freed.close();
        freed.close(); // gives back one slot, not two
        Budget next = get(waiting.get(0));
        assertFalse(waiting.get(1).isDone());
        next.close();
        get(waiting.get(1)).close();
        get(waiting.get(2));
    }

    @Test
    void fullQueueRefusesAtOnceAndSaysWhenToTryAgain() throws Exception {
        node = TestConfig.node("concurrency", 1, "queue", 1, "queueMs", 600_000);
        BundleQuotas quotas = new BundleQuotas(node, "mim.api.a");
        Budget running = get(enter(quotas));
        CompletableFuture<Budget> waiting = enter(quotas);
        CompletableFuture<Budget> refused = enter(quotas);

        assertTrue(refused.isCompletedExceptionally());
        MimosaException failure = failure(refused);
        assertEquals(MimosaException.Kind.UNAVAILABLE, failure.kind());
        assertEquals(Optional.of(Duration.ofSeconds(1)), failure.retryAfter());
        assertEquals("too many requests: 1 are being handled and 1 wait already; try again", failure.getMessage());
        running.close();
        get(waiting);
    }

    @Test
    void whoWaitsTooLongIsRefusedAndTakesNoSlot() throws Exception {
        node = TestConfig.node("concurrency", 1, "queueMs", 20);
        BundleQuotas quotas = new BundleQuotas(node, "mim.api.a");
        Budget running = get(enter(quotas));
        MimosaException failure = failure(enter(quotas));
        assertEquals(MimosaException.Kind.UNAVAILABLE, failure.kind());
        assertEquals(Optional.of(Duration.ofSeconds(1)), failure.retryAfter());
        assertEquals("too many requests: no slot became free within 20 ms; try again", failure.getMessage());
        running.close();
        assertTrue(enter(quotas).isDone());
    }

    @Test
    void oldAndNewViewOfAMimShareItsSlotsAndOtherMimsDoNot() throws Exception {
        node = TestConfig.node("concurrency", 1, "queueMs", 600_000);
        BundleQuotas before = new BundleQuotas(node, "mim.api.a");
        Budget running = get(enter(before));
        BundleQuotas after = new BundleQuotas(node, "mim.api.a");
        before.close();
        CompletableFuture<Budget> waiting = enter(after);
        assertFalse(waiting.isDone());
        assertTrue(enter(new BundleQuotas(node, "mim.api.b")).isDone());
        running.close();
        get(waiting);
    }

    @Test
    void slotsOutliveTheLastViewUntilTheLastInstanceHasEnded() throws Exception {
        node = TestConfig.node("concurrency", 1);
        BundleQuotas before = new BundleQuotas(node, "mim.api.a");
        Budget running = get(enter(before));
        before.close();
        assertEquals(1, node.owners());
        BundleQuotas after = new BundleQuotas(node, "mim.api.a");
        assertFalse(enter(after).isDone());
        after.close();
        running.close();
        BundleQuotas last = new BundleQuotas(node, "mim.api.b");
        last.close();
        assertEquals(1, node.owners()); // the one who waited in vain for "a" runs now
    }

    @Test
    void entryThatIsNoLongerWantedPassesItsSlotOn() throws Exception {
        node = TestConfig.node("concurrency", 1, "queueMs", 600_000);
        BundleQuotas quotas = new BundleQuotas(node, "mim.api.a");
        Budget running = get(enter(quotas));
        CompletableFuture<Budget> withdrawn = enter(quotas);
        CompletableFuture<Budget> waiting = enter(quotas);
        withdrawn.cancel(true);
        running.close();
        get(waiting);
    }

    @Test
    void stoppingEndsWhatRunsAndWhatWaits() throws Exception {
        node = TestConfig.node("concurrency", 1, "queueMs", 600_000);
        BundleQuotas quotas = new BundleQuotas(node, "mim.api.a");
        Budget running = get(enter(quotas));
        CompletableFuture<Budget> waiting = enter(quotas);
        CompletableFuture<MimosaException> told = new CompletableFuture<>();
        running.onExceeded(told::complete);
        node.stop();
        assertEquals(
                MimosaException.Kind.UNAVAILABLE, told.get(10, TimeUnit.SECONDS).kind());
        assertEquals(MimosaException.Kind.UNAVAILABLE, failure(waiting).kind());
    }

    @Test
    void manyThreadsNeverPassTheLimit() throws Exception {
        node = TestConfig.node("concurrency", 3, "queue", 10_000, "queueMs", 600_000);
        BundleQuotas quotas = new BundleQuotas(node, "mim.api.a");
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(CompletableFuture.runAsync(() -> {
                for (int n = 0; n < 500; n++) {
                    enter(quotas)
                            .thenAccept(budget -> {
                                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                                Thread.yield();
                                running.decrementAndGet();
                                budget.close();
                            })
                            .join();
                }
            }));
        }
        CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).get(20, TimeUnit.SECONDS);
        assertTrue(most.get() <= 3, "ran at a time: " + most);
        assertTrue(enter(quotas).isDone());
    }
}
