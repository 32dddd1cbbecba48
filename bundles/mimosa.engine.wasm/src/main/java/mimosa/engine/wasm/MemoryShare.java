package mimosa.engine.wasm;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import mimosa.api.MimosaException;

/**
 * How much memory all instances may have together. What they declare and grow to is counted, not what they have written
 * to, so that a store never fails for want of it. Thread-safe.
 */
final class MemoryShare {
    private static final long PAGE_BYTES = 65_536;

    private final long pages;
    private final Queue<Waiting> queue = new ArrayDeque<>();
    private long used;

    private record Waiting(Execution who, int pages, CompletableFuture<Void> turn) {}

    MemoryShare(long bytes) {
        this.pages = bytes / PAGE_BYTES;
    }

    /** Completes when the instance has got its first pages, at once while there are enough. */
    CompletableFuture<Void> start(Execution who, int wanted) {
        CompletableFuture<Void> turn = new CompletableFuture<>();
        boolean taken;
        synchronized (this) {
            taken = queue.isEmpty() && take(who, wanted);
            if (!taken) {
                queue.add(new Waiting(who, wanted, turn));
            }
        }
        if (taken) {
            turn.complete(null);
        }
        return turn;
    }

    /** Gives up waiting, unless the turn has come. */
    void giveUp(CompletableFuture<Void> turn, String mimId) {
        boolean waited;
        synchronized (this) {
            waited = queue.removeIf(waiting -> waiting.turn == turn);
        }
        if (waited) {
            turn.completeExceptionally(MimosaException.retryAfter(
                    Duration.ofSeconds(1),
                    "no memory is free for " + mimId + ", all instances have " + pages * PAGE_BYTES / 1024 / 1024
                            + " MiB together (mimosa.engine.wasm: memoryShare)"));
        }
    }

    /** Whether the instance may have so many pages more. */
    synchronized boolean grow(Execution who, int more) {
        return take(who, more);
    }

    private boolean take(Execution who, int more) {
        if (used + more > pages) {
            return false;
        }
        used += more;
        who.memoryPages(more);
        return true;
    }

    /** Takes back all pages of an instance that has ended. */
    void release(Execution who) {
        List<CompletableFuture<Void>> turns = new ArrayList<>();
        synchronized (this) {
            used -= who.memoryPages();
            while (!queue.isEmpty() && take(queue.peek().who, queue.peek().pages)) {
                turns.add(queue.remove().turn);
            }
        }
        turns.forEach(turn -> turn.complete(null));
    }

    synchronized long usedPages() {
        return used;
    }
}
