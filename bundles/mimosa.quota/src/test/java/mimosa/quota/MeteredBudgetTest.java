package mimosa.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import mimosa.api.MimosaException;
import mimosa.api.quota.Budget;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class MeteredBudgetTest {
    private NodeQuotas node;
    private volatile Object sink;

    @AfterEach
    void stop() {
        node.stop();
    }

    private Budget budget(Object... config) {
        node = TestConfig.node(config);
        BundleQuotas quotas = new BundleQuotas(node, "mim.api.a");
        return quotas.enter(quotas.limits(Map.of())).toCompletableFuture().join();
    }

    private static MimosaException told(Budget budget) throws Exception {
        CompletableFuture<MimosaException> told = new CompletableFuture<>();
        budget.onExceeded(told::complete);
        return told.get(20, TimeUnit.SECONDS);
    }

    private static void spinUntil(BooleanSupplier state) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!state.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "waited in vain");
            Thread.onSpinWait();
        }
    }

    /** Also when the end is too far off for a timer at first. */
    @ParameterizedTest
    @ValueSource(ints = {30, 700})
    void wallTimeRunsOutWhileNothingRuns(int wallMs) throws Exception {
        Budget budget = budget("wallMs", wallMs);
        MimosaException failure = told(budget);
        assertEquals(MimosaException.Kind.QUOTA, failure.kind());
        assertEquals("wall time limit exceeded (" + wallMs + " ms)", failure.getMessage());
        assertTrue(budget.remaining().isNegative());
        assertSame(failure, assertThrows(MimosaException.class, budget::check));
        assertSame(failure, assertThrows(MimosaException.class, budget::check));
    }

    @Test
    @Tag("J3.8")
    void endlessLoopThatChecksIsEndedByItsCpuTime() {
        Budget budget = budget("wallMs", 10_000, "cpuPercentOfWall", 1);
        budget.resume();
        MimosaException failure = assertThrows(MimosaException.class, () -> {
            while (true) {
                budget.check();
            }
        });
        budget.suspend();
        assertEquals(MimosaException.Kind.QUOTA, failure.kind());
        assertEquals("CPU time limit exceeded (100 ms)", failure.getMessage());
    }

    @Test
    @Tag("J9.1")
    void endlessLoopThatNeverChecksIsNoticedFromOutside() throws Exception {
        Budget budget = budget("wallMs", 10_000, "cpuPercentOfWall", 1);
        CompletableFuture<MimosaException> told = new CompletableFuture<>();
        budget.onExceeded(told::complete);
        budget.resume();
        spinUntil(told::isDone);
        budget.suspend();
        assertEquals("CPU time limit exceeded (100 ms)", told.get().getMessage());
    }

    @Test
    void cpuTimeAddsUpOverSlicesAndThreadsAndOnlyWithinThem() throws Exception {
        Budget budget = budget("wallMs", 10_000, "cpuPercentOfWall", 1);
        try (ExecutorService workers = Executors.newFixedThreadPool(2)) {
            while (budget.exceeded() == null) {
                workers.submit(() -> {
                            budget.resume();
                            long end = System.nanoTime() + 500_000; // too short to be read by a check
                            spinUntil(() -> System.nanoTime() > end);
                            budget.suspend();
                        })
                        .get();
            }
        }
        assertEquals("CPU time limit exceeded (100 ms)", budget.exceeded().getMessage());
        BundleQuotas quotas = new BundleQuotas(node, "mim.api.a");
        Budget outside =
                quotas.enter(quotas.limits(Map.of())).toCompletableFuture().join();
        long begin = System.nanoTime();
        spinUntil(() -> System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(150));
        outside.check();
    }

    @Test
    void waitingIsNoProcessorTime() throws Exception {
        Budget budget = budget("wallMs", 10_000, "cpuPercentOfWall", 1);
        for (int i = 0; i < 20; i++) {
            budget.resume();
            Thread.sleep(10);
            budget.check();
            budget.suspend();
        }
        budget.check();
    }

    /** What a thread does before and between is not charged to the instance. */
    @Test
    void processorTimeOutsideIsNotCharged() {
        Budget budget = budget("wallMs", 10_000, "cpuPercentOfWall", 1);
        for (int i = 0; i < 20; i++) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(15);
            spinUntil(() -> System.nanoTime() > end);
            budget.resume();
            budget.suspend();
        }
        budget.check();
    }

    @Test
    void allocationCountsGarbageToo() {
        Budget budget = budget("allocBytes", 50_000_000);
        budget.resume();
        MimosaException failure = assertThrows(MimosaException.class, () -> {
            while (true) {
                sink = new byte[100_000];
                budget.check();
            }
        });
        budget.suspend();
        assertEquals(MimosaException.Kind.QUOTA, failure.kind());
        assertEquals("memory limit exceeded", failure.getMessage());
    }

    @Test
    void actionRunsOnceAlsoWhenSetAfterwardsAndNeverAfterClosing() throws Exception {
        Budget budget = budget();
        AtomicInteger calls = new AtomicInteger();
        budget.cancel("stopped by an operator");
        budget.cancel("again");
        budget.onExceeded(failure -> calls.incrementAndGet());
        spinUntil(() -> calls.get() == 1);
        budget.onExceeded(failure -> calls.addAndGet(100));
        assertEquals(MimosaException.Kind.UNAVAILABLE, budget.exceeded().kind());
        assertEquals("stopped by an operator", budget.exceeded().getMessage());

        BundleQuotas quotas = new BundleQuotas(node, "mim.api.a");
        Budget closed =
                quotas.enter(quotas.limits(Map.of())).toCompletableFuture().join();
        closed.close();
        closed.cancel("too late");
        closed.onExceeded(failure -> calls.addAndGet(100));
        assertNull(closed.exceeded());
        assertEquals(1, calls.get());
    }

    /** Near deadlines have a timer, others do not. */
    @ParameterizedTest
    @ValueSource(ints = {400, 30_000})
    void endedInstanceLeavesNoDeadlineBehind(int wallMs) {
        node = TestConfig.node("concurrency", 20_000, "wallMs", wallMs);
        BundleQuotas quotas = new BundleQuotas(node, "mim.api.a");
        for (int i = 0; i < 10_000; i++) {
            quotas.enter(quotas.limits(Map.of())).toCompletableFuture().join().close();
        }
        assertTrue(node.timed() <= 1, "only the sampling itself is timed");
    }

    @Test
    void virtualThreadIsRefusedBecauseItCannotBeMetered() throws Exception {
        Budget budget = budget();
        CompletableFuture<Throwable> refused = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> refused.complete(assertThrows(IllegalStateException.class, budget::resume)));
        refused.get(10, TimeUnit.SECONDS);
    }

    @Test
    void fullHeapEndsTheInstanceThatAllocatedMost() throws Exception {
        // One percent is passed by any heap that holds something for long.
        node = TestConfig.node("heapGuardPercent", 1, "allocBytes", 1L << 40);
        BundleQuotas quotas = new BundleQuotas(node, "mim.api.a");
        Budget modest =
                quotas.enter(quotas.limits(Map.of())).toCompletableFuture().join();
        Budget greedy =
                quotas.enter(quotas.limits(Map.of())).toCompletableFuture().join();
        CompletableFuture<MimosaException> told = new CompletableFuture<>();
        greedy.onExceeded(failure -> {
            greedy.close();
            told.complete(failure);
        });
        byte[] kept = new byte[(int) (Runtime.getRuntime().maxMemory() / 20)];
        greedy.resume();
        for (int i = 0; i < 100; i++) {
            sink = new byte[1_000_000];
        }
        greedy.suspend();
        System.gc();
        assertEquals("memory limit exceeded", told.get(20, TimeUnit.SECONDS).getMessage());
        assertNull(modest.exceeded());
        sink = kept;
    }
}
