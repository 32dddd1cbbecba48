package mimosa.storage;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import mimosa.api.storage.Waiting;

/** Who may write to a store: one at a time, in the order of asking. Held across calls, by no particular thread. */
final class Turns {
    private final ArrayDeque<CompletableFuture<Void>> queue = new ArrayDeque<>();
    private boolean taken;

    synchronized boolean isFree() {
        return !taken;
    }

    /**
     * Returns when the turn has come.
     *
     * @throws mimosa.api.MimosaException what {@code waiting} throws; the turn then goes to the next
     */
    void take(Waiting waiting) {
        CompletableFuture<Void> turn;
        synchronized (this) {
            if (!taken) {
                taken = true;
                return;
            }
            turn = new CompletableFuture<>();
            queue.add(turn);
        }
        boolean granted = false;
        try {
            waiting.until(turn);
            granted = turn.isDone();
        } finally {
            if (!granted) {
                withdraw(turn);
            }
        }
        if (!granted) {
            throw Failures.storage("the wait for the turn to write to the store was given up");
        }
    }

    private void withdraw(CompletableFuture<Void> turn) {
        synchronized (this) {
            if (queue.remove(turn)) {
                return;
            }
        }
        // It was granted meanwhile: hand it on, or nobody would ever get one.
        giveBack();
    }

    /** The next one's turn. */
    void giveBack() {
        CompletableFuture<Void> next;
        synchronized (this) {
            next = queue.poll();
            taken = next != null;
        }
        if (next != null) {
            next.complete(null);
        }
    }
}
