package mimosa.storage;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mimosa.api.storage.Waiting;

/**
 * Who may write to a store: one at a time. Held across calls, by no particular thread.
 *
 * <p>Those who wait get their turn in the order of asking. Who asks while nobody has the turn gets it at once, also before
 * the first who waits, who has been called but whose thread may take longer to wake up than many a turn lasts: were the
 * turn kept for it, each turn would take as long as that, and everybody would have to wait. Who has waited for a moment is
 * not overtaken any more.
 */
final class Turns {
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(1);

    private final ArrayDeque<Waiter> queue = new ArrayDeque<>();
    private boolean taken;

    private static final class Waiter {
        final long since = System.nanoTime();
        CompletableFuture<Void> call = new CompletableFuture<>();
        boolean granted;

        boolean isImpatient() {
            return System.nanoTime() - since > PATIENCE;
        }
    }

    synchronized boolean isFree() {
        return !taken;
    }

    /**
     * Returns when the turn has come.
     *
     * @throws mimosa.api.MimosaException what {@code waiting} throws; the turn then goes to the next
     */
    void take(Waiting waiting) {
        Waiter waiter;
        synchronized (this) {
            if (!taken) {
                taken = true;
                return;
            }
            waiter = new Waiter();
            queue.add(waiter);
        }
        boolean entered = false;
        try {
            CompletableFuture<Void> call;
            do {
                call = call(waiter);
                waiting.until(call);
                entered = call.isDone() && enter(waiter);
            } while (!entered && call.isDone());
        } finally {
            if (!entered) {
                withdraw(waiter);
            }
        }
        if (!entered) {
            throw Failures.storage("the wait for the turn to write to the store was given up");
        }
    }

    private synchronized CompletableFuture<Void> call(Waiter waiter) {
        return waiter.call;
    }

    /** Takes the turn after a call; false when another was faster. */
    private synchronized boolean enter(Waiter waiter) {
        if (!waiter.granted && taken) {
            waiter.call = new CompletableFuture<>();
            return false;
        }
        taken = true;
        queue.remove(waiter);
        return true;
    }

    private void withdraw(Waiter waiter) {
        CompletableFuture<Void> next;
        synchronized (this) {
            queue.remove(waiter);
            // It was called or even granted meanwhile: that goes to the next, or nobody would ever get a turn.
            next = waiter.granted || !taken ? callNext() : null;
        }
        complete(next);
    }

    /** The next one's turn. */
    void giveBack() {
        CompletableFuture<Void> next;
        synchronized (this) {
            next = callNext();
        }
        complete(next);
    }

    /** Ends the turn; the call to complete, if any. */
    private CompletableFuture<Void> callNext() {
        Waiter first = queue.peek();
        taken = first != null && first.isImpatient();
        if (taken) {
            queue.remove();
            first.granted = true;
        }
        return first == null ? null : first.call;
    }

    private static void complete(CompletableFuture<Void> call) {
        if (call != null) {
            call.complete(null);
        }
    }
}
