package mimosa.storage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mimosa.api.MimosaException;

/** How far the changes of one opened store are durable, and who waits for more. Thread-safe. */
final class Acknowledgements {
    static final CompletionStage<Void> DONE =
            CompletableFuture.<Void>completedFuture(null).minimalCompletionStage();

    private record Waiter(long sequence, CompletableFuture<Void> stage) {}

    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
    private long durable;
    private MimosaException failure;

    /** Completes when the changes up to this one are durable. */
    synchronized CompletionStage<Void> of(long sequence) {
        if (sequence <= durable) {
            return DONE;
        }
        if (failure != null) {
            return CompletableFuture.failedStage(failure);
        }
        CompletableFuture<Void> stage = new CompletableFuture<>();
        waiters.add(new Waiter(sequence, stage));
        return stage;
    }

    synchronized boolean isDurable(long sequence) {
        return sequence <= durable;
    }

    /** Whether this change never became durable and never will. */
    synchronized boolean isLost(long sequence) {
        return failure != null && sequence > durable;
    }

    synchronized boolean isAwaited() {
        return !waiters.isEmpty();
    }

    /** Completes who waited for it, in the order of their waiting, on this thread. */
    void durableUpTo(long sequence) {
        List<Waiter> ready = new ArrayList<>();
        synchronized (this) {
            if (failure != null) {
                return;
            }
            durable = Math.max(durable, sequence);
            for (Iterator<Waiter> all = waiters.iterator(); all.hasNext(); ) {
                Waiter waiter = all.next();
                if (waiter.sequence <= durable) {
                    all.remove();
                    ready.add(waiter);
                }
            }
        }
        ready.forEach(waiter -> waiter.stage.complete(null));
    }

    /** Nothing becomes durable any more; whoever waits is told so, on this thread. */
    void fail(MimosaException cause) {
        List<Waiter> lost;
        synchronized (this) {
            if (failure != null) {
                return;
            }
            failure = cause;
            lost = List.copyOf(waiters);
            waiters.clear();
        }
        lost.forEach(waiter -> waiter.stage.completeExceptionally(cause));
    }
}
