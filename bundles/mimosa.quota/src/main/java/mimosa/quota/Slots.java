package mimosa.quota;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import mimosa.api.MimosaException;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;

/**
 * The execution slots of one mim, and those who wait for one in the order they came. Belongs to the mim's name, not to
 * one service view: while a mim is replaced the instances of both versions count together.
 */
final class Slots {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

    private final NodeQuotas node;
    private final String owner;
    private final Set<Waiter> waiting = new LinkedHashSet<>();
    private int running;
    private int views;

    Slots(NodeQuotas node, String owner) {
        this.node = node;
        this.owner = owner;
    }

    /** One who waits; {@code timeout} is set before anybody else can see the waiter. */
    private static final class Waiter {
        final Limits limits;
        final CompletableFuture<Budget> entry = new CompletableFuture<>();
        Future<?> timeout;

        Waiter(Limits limits) {
            this.limits = limits;
        }
    }

    String owner() {
        return owner;
    }

    CompletionStage<Budget> enter(Limits limits) {
        synchronized (this) {
            if (running >= limits.concurrency() || !waiting.isEmpty()) {
                return waiting.size() < limits.queue() ? queued(limits) : CompletableFuture.failedStage(full(limits));
            }
            running++;
        }
        return CompletableFuture.completedStage(node.start(this, limits));
    }

    private CompletionStage<Budget> queued(Limits limits) {
        Waiter waiter = new Waiter(limits);
        waiter.timeout = node.after(limits.queueTime(), () -> giveUp(waiter));
        waiting.add(waiter);
        return waiter.entry;
    }

    private static MimosaException full(Limits limits) {
        return MimosaException.retryAfter(
                TRY_AGAIN,
                "too many requests: " + limits.concurrency() + " are being handled and " + limits.queue()
                        + " wait already; try again");
    }

    private void giveUp(Waiter waiter) {
        boolean removed;
        synchronized (this) {
            removed = waiting.remove(waiter);
        }
        if (removed) {
            fail(
                    waiter,
                    MimosaException.retryAfter(
                            TRY_AGAIN,
                            "too many requests: no slot became free within "
                                    + waiter.limits.queueTime().toMillis() + " ms; try again"));
        }
    }

    /** Whoever hears of it does so on a thread of its own, so that nobody's slot waits for anybody's reaction. */
    private void fail(Waiter waiter, MimosaException failure) {
        node.call(() -> waiter.entry.completeExceptionally(failure));
    }

    /** An instance has ended: its slot goes to the longest waiting. */
    void release() {
        Waiter next = null;
        boolean unused;
        synchronized (this) {
            running--;
            if (!waiting.isEmpty()) {
                Waiter first = waiting.iterator().next();
                if (running < first.limits.concurrency()) {
                    waiting.remove(first);
                    running++;
                    next = first;
                }
            }
            unused = isUnused();
        }
        if (next != null) {
            admit(next);
        } else if (unused) {
            node.forgetUnused(owner);
        }
    }

    private void admit(Waiter waiter) {
        waiter.timeout.cancel(false);
        node.call(() -> {
            Budget budget = node.start(this, waiter.limits);
            if (!waiter.entry.complete(budget)) { // the caller no longer wants it
                budget.close();
            }
        });
    }

    /** Fails all who wait. */
    void dismiss(String reason) {
        List<Waiter> dismissed;
        synchronized (this) {
            dismissed = List.copyOf(waiting);
            waiting.clear();
        }
        for (Waiter waiter : dismissed) {
            waiter.timeout.cancel(false);
            fail(waiter, MimosaException.retryAfter(TRY_AGAIN, reason));
        }
    }

    synchronized void viewOpened() {
        views++;
    }

    synchronized void viewClosed() {
        views--;
    }

    synchronized boolean isUnused() {
        return views == 0 && running == 0 && waiting.isEmpty();
    }
}
