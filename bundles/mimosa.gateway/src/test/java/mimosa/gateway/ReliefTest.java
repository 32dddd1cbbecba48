package mimosa.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Somebody turns up for each selector that its thread has left, every time. */
class ReliefTest {
    private static void awaitRelief(Semaphore relieved) throws InterruptedException {
        assertTrue(relieved.tryAcquire(60, TimeUnit.SECONDS), "nobody looks after the selector");
    }

    private static void relievesWith(Executor threads) throws InterruptedException {
        Semaphore relieved = new Semaphore(0);
        Relief relief = new Relief(threads);
        Runnable producer = relieved::release;
        relief.post(producer);
        relief.start();
        try {
            assertTrue(relief.tryExecute(producer));
            awaitRelief(relieved);
        } finally {
            relief.stop();
        }
    }

    /** Many, because a watch that ends at once does so only when it is started faster than it is written down. */
    @Test
    void watchesFromTheStart() throws Exception {
        for (int i = 0; i < 300; i++) {
            relievesWith(Runnable::run);
        }
    }

    @Test
    void goesOnWhenThereIsNoThreadToSend() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        relievesWith(task -> {
            if (attempts.incrementAndGet() < 3) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            task.run();
        });
        assertEquals(3, attempts.get());
    }

    @Test
    void relievesEachAbsenceOnce() throws Exception {
        Semaphore relieved = new Semaphore(0);
        AtomicInteger times = new AtomicInteger();
        Relief relief = new Relief(Runnable::run);
        Runnable producer = () -> {
            times.incrementAndGet();
            relieved.release();
        };
        Relief.Post post = relief.post(producer);
        Semaphore otherRelieved = new Semaphore(0);
        Runnable other = otherRelieved::release;
        relief.post(other);
        relief.start();
        try {
            for (int i = 1; i <= 50; i++) {
                assertTrue(relief.tryExecute(producer));
                awaitRelief(relieved);
                if (i % 2 == 0) {
                    post.manned(); // otherwise it is left again before anybody has been there
                }
                // The watch has looked at the first one again by the time that it sends somebody to the second.
                assertTrue(relief.tryExecute(other));
                awaitRelief(otherRelieved);
                assertEquals(i, times.get());
            }
            assertFalse(relief.tryExecute(() -> {}), "no selector's");
        } finally {
            relief.stop();
        }
    }
}
