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

/** The time that a program may take to be loaded. */
public final class LoadTime {
    private LoadTime() {}

    /** Enters the budget of a trial run: the mim's own limits, but for the time. */
    public static CompletableFuture<Budget> enter(Quotas quotas, Map<String, String> env, long millis) {
        return quotas.enter(withWall(quotas.limits(env), Duration.ofMillis(millis)))
                .toCompletableFuture();
    }

    private static Limits withWall(Limits limits, Duration wall) {
        return new Limits(
                wall,
                wall,
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
