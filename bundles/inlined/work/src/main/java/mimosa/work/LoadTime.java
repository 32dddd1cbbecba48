package mimosa.work;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import mimosa.api.MimosaException;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;
import mimosa.api.quota.Quotas;

/**
 * The time that a program may take to be loaded: processor time, so that the same program is not refused because the node
 * has much to do, and a multiple of that by the clock.
 */
public final class LoadTime {
    /** What a thread gets of a processor on a busy node is seldom less than one part in so many. */
    private static final int PATIENCE = 6;

    private LoadTime() {}

    /** Enters the budget of a trial run: the mim's own limits, but for the time. */
    public static CompletableFuture<Budget> enter(Quotas quotas, Map<String, String> env, long cpuMillis) {
        return quotas.enter(
                        withTime(quotas.limits(env), Duration.ofMillis(cpuMillis), Duration.ofMillis(wall(cpuMillis))))
                .toCompletableFuture();
    }

    /** The milliseconds by the clock that go with those of processor time. */
    public static long wall(long cpuMillis) {
        return PATIENCE * cpuMillis;
    }

    /** Whether it is its time that the trial run has used up. */
    public static boolean isOver(Budget budget) {
        MimosaException exceeded = budget.exceeded();
        return !budget.remaining().isPositive()
                || exceeded != null && exceeded.getMessage().startsWith("CPU time limit");
    }

    private static Limits withTime(Limits limits, Duration cpu, Duration wall) {
        return new Limits(
                wall,
                cpu,
                limits.allocBytes(),
                limits.objectBytes(),
                limits.timers(),
                limits.outboundCalls(),
                limits.outboundParallel(),
                limits.outboundBytes(),
                limits.bodyBytes(),
                limits.uploadBytes(),
                limits.responseBytes(),
                limits.logBytes(),
                limits.concurrency(),
                limits.queue(),
                limits.queueTime());
    }

    /**
     * Does a piece of the work on one of the threads, and gives up on it when it does not come back.
     *
     * @param program for messages
     * @throws MimosaException as the work has thrown it; what is late; of kind {@code INTERNAL} for any other failure
     */
    public static <T> T within(
            long millis, Executor threads, Supplier<T> work, String program, Supplier<MimosaException> late) {
        CompletableFuture<T> result = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                result.complete(work.get());
            } catch (Throwable e) { // boundary between threads: whatever it was is thrown on the other side
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw late.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MimosaException(MimosaException.Kind.INTERNAL, "interrupted while " + program + " was loaded", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause(), program);
        }
    }

    private static MimosaException failure(Throwable cause, String program) {
        Throwable root = cause instanceof CompletionException ? cause.getCause() : cause;
        return root instanceof MimosaException failure
                ? failure
                : new MimosaException(
                        MimosaException.Kind.INTERNAL, program + " could not be loaded: the engine failed", root);
    }
}
