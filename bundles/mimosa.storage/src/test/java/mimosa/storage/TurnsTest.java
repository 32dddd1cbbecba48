package mimosa.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.storage.Waiting;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final Waiting NEVER = call -> {
        throw new MimosaException(Kind.QUOTA, "no time to wait");
    };

    private final Turns turns = new Turns();

    @Test
    void whoWaitsCanBeOvertakenWhileItWakesUpButNotForLong() {
        turns.take(NEVER);
        AtomicInteger waits = new AtomicInteger();
        turns.take(call -> {
            if (waits.incrementAndGet() == 1) {
                overtake(call);
            } else {
                becomeImpatient(call);
            }
        });
        assertEquals(2, waits.get());
        assertFalse(turns.isFree());
        turns.giveBack();
        assertTrue(turns.isFree());
    }

    private void overtake(CompletionStage<?> call) {
        turns.giveBack();
        assertTrue(call.toCompletableFuture().isDone());
        turns.take(NEVER);
    }

    private void becomeImpatient(CompletionStage<?> call) {
        assertFalse(call.toCompletableFuture().isDone());
        long start = System.nanoTime();
        while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(2)) {
            Thread.onSpinWait();
        }
        turns.giveBack();
        assertTrue(call.toCompletableFuture().isDone());
        assertThrows(MimosaException.class, () -> turns.take(NEVER));
    }

    @Test
    void aCallThatIsNotFollowedGoesToTheNext() {
        turns.take(NEVER);
        AtomicInteger entered = new AtomicInteger();
        turns.take(first -> {
            assertThrows(
                    MimosaException.class,
                    () -> turns.take(second -> {
                        turns.giveBack();
                        // The first one was called, and this one leaves the line.
                        throw new MimosaException(Kind.QUOTA, "time is up");
                    }));
            assertTrue(first.toCompletableFuture().isDone());
            entered.incrementAndGet();
        });
        assertEquals(1, entered.get());
        turns.giveBack();
        assertTrue(turns.isFree());
    }
}
