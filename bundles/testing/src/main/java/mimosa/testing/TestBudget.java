package mimosa.testing;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import mimosa.api.MimosaException;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;

/** A budget of wall time, and of processor time where that is less. */
public final class TestBudget implements Budget {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    public final AtomicInteger closed = new AtomicInteger();
    public final CompletableFuture<Void> end = new CompletableFuture<>();
    private final AtomicInteger depth = new AtomicInteger();
    private final Limits limits;
    private final long deadline;
    private volatile MimosaException exceeded;
    private volatile Consumer<MimosaException> action = failure -> {};

    public TestBudget(Limits limits) {
        this.limits = limits;
        this.deadline = System.nanoTime() + limits.wall().toNanos();
        CompletableFuture.delayedExecutor(limits.wall().toMillis() + 1, TimeUnit.MILLISECONDS)
                .execute(this::timeout);
    }

    public static Limits limits(long wallMs) {
        Duration wall = Duration.ofMillis(wallMs);
        return new Limits(
                wall,
                wall,
                1L << 31,
                1L << 26,
                1000,
                50,
                16,
                10 << 20,
                10 << 20,
                1L << 28,
                64 << 20,
                1 << 20,
                64,
                256,
                Duration.ofSeconds(5));
    }

    private void timeout() {
        if (closed.get() == 0 && exceeded() == null) {
            expire("wall time limit exceeded (" + limits.wall().toMillis() + " ms)");
        }
    }

    private void expire(String message) {
        exceeded = new MimosaException(MimosaException.Kind.QUOTA, message);
        action.accept(exceeded);
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public Duration remaining() {
        return Duration.ofNanos(deadline - System.nanoTime());
    }

    @Override
    public void onExceeded(Consumer<MimosaException> what) {
        action = what;
    }

    @Override
    public void resume() {
        if (depth.incrementAndGet() != 1) {
            throw new IllegalStateException("resumed twice");
        }
        if (limits.cpu().compareTo(limits.wall()) < 0) {
            long thread = Thread.currentThread().threadId();
            watchProcessorTime(thread, THREADS.getThreadCpuTime(thread), limits.cpu());
        }
    }

    /** For one turn: nobody's limit here is meant to add up over several. */
    private void watchProcessorTime(long thread, long start, Duration left) {
        CompletableFuture.delayedExecutor(left.toMillis() + 1, TimeUnit.MILLISECONDS)
                .execute(() -> {
                    if (closed.get() == 0 && depth.get() == 1 && exceeded == null) {
                        Duration used = Duration.ofNanos(THREADS.getThreadCpuTime(thread) - start);
                        if (used.compareTo(limits.cpu()) > 0) {
                            expire("CPU time limit exceeded (" + limits.cpu().toMillis() + " ms)");
                        } else {
                            watchProcessorTime(thread, start, limits.cpu().minus(used));
                        }
                    }
                });
    }

    @Override
    public void suspend() {
        if (depth.decrementAndGet() != 0) {
            throw new IllegalStateException("suspended twice");
        }
    }

    @Override
    public void check() {
        if (exceeded == null && deadline - System.nanoTime() <= 0) {
            exceeded = new MimosaException(
                    MimosaException.Kind.QUOTA,
                    "wall time limit exceeded (" + limits.wall().toMillis() + " ms)");
        }
        if (exceeded != null) {
            throw exceeded;
        }
    }

    @Override
    public MimosaException exceeded() {
        return exceeded;
    }

    @Override
    public void cancel(String reason) {
        expire(reason);
    }

    @Override
    public void close() {
        closed.incrementAndGet();
        action = failure -> {};
        end.complete(null);
    }
}
