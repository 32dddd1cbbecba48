package mimosa.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program is closed once: when it is retired and nobody uses it any more. */
class ServingTest {
    private static final int ROUNDS = 2_000;
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
        serving.drain(Duration.ZERO, "it is over already");
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
        AtomicInteger usedAfterwards = new AtomicInteger();
        for (int round = 0; round < ROUNDS; round++) {
            Serving raced = next();
            int before = closed.get();
            CountDownLatch together = new CountDownLatch(USERS + 1);
            List<Thread> threads = new ArrayList<>();
            for (int user = 0; user < USERS; user++) {
                threads.add(Thread.ofVirtual().start(() -> {
                    together.countDown();
                    while (raced.acquire()) {
                        usedAfterwards.addAndGet(closed.get() - before);
                        raced.release();
                    }
                }));
            }
            together.countDown();
            Thread.yield();
            raced.retire();
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(before + 1, closed.get());
        }
        assertEquals(0, usedAfterwards.get());
    }
}
