package mimosa.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program is closed once: when it is retired and nobody uses it any more. */
class ServingTest {
    private static final int ROUNDS = 500;
    private static final int USERS = 3;

    private final AtomicInteger closed = new AtomicInteger();
    private TestFramework framework;
    private Serving serving;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        framework = new TestFramework(folder);
        serving = next();
    }

    private Serving next() {
        return TestMims.serving(framework, TestMims.record("a", false), closed::incrementAndGet);
    }

    @AfterEach
    void stop() throws Exception {
        framework.stop();
    }

    @Test
    void aProgramThatNobodyUsesIsClosedWhenItIsRetired() {
        assertTrue(serving.acquire());
        serving.release();
        assertEquals(0, closed.get(), "others may come");

        serving.retire();
        serving.retire();

        assertEquals(1, closed.get());
        assertFalse(serving.acquire());
        assertTimeout(Duration.ofSeconds(1), () -> serving.drain(Duration.ofSeconds(10), "it is over already"));
    }

    @Test
    void aRetiredProgramIsClosedByTheLastWhoUsesIt() {
        serving.acquire();
        serving.acquire();
        serving.retire();
        assertFalse(serving.acquire());

        serving.release();
        assertEquals(0, closed.get());

        serving.release();
        assertEquals(1, closed.get());
    }

    @Test
    @Timeout(60)
    void whoeverComesFirstAProgramIsClosedOnceAndNeverInUse() throws Exception {
        AtomicInteger uses = new AtomicInteger();
        AtomicInteger usedAfterwards = new AtomicInteger();
        for (int round = 0; round < ROUNDS; round++) {
            Serving raced = next();
            int before = closed.get();
            CyclicBarrier together = new CyclicBarrier(USERS + 1);
            List<Thread> threads = new ArrayList<>();
            for (int user = 0; user < USERS; user++) {
                threads.add(Thread.ofPlatform().daemon().start(() -> {
                    meet(together);
                    while (raced.acquire()) {
                        uses.incrementAndGet();
                        usedAfterwards.addAndGet(closed.get() - before);
                        raced.release();
                    }
                }));
            }
            meet(together);
            for (int spun = 0; spun < round % 100; spun++) {
                Thread.onSpinWait();
            }
            raced.retire();
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(before + 1, closed.get());
        }
        assertEquals(0, usedAfterwards.get());
        assertTrue(uses.get() > 0, "nobody came before it was retired");
    }

    private static void meet(CyclicBarrier others) {
        try {
            others.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }
}
