package mimosa.runtime;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mimosa.api.MimosaException;
import mimosa.api.quota.Budget;
import mimosa.api.storage.Waiting;

/** Waits by blocking the calling thread, as long as its budget lasts. */
final class BudgetWaiting implements Waiting {
    private final Budget budget;

    BudgetWaiting(Budget budget) {
        this.budget = budget;
    }

    @Override
    public void until(CompletionStage<?> turn) {
        try {
            long left = Math.max(0, budget.remaining().toNanos());
            turn.toCompletableFuture().get(left, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            budget.check();
            throw new MimosaException(
                    MimosaException.Kind.QUOTA,
                    "wall time limit exceeded (" + budget.limits().wall().toMillis() + " ms)",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MimosaException(MimosaException.Kind.UNAVAILABLE, "the instance was stopped while it waited", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MimosaException known) {
                throw known;
            }
            throw new MimosaException(MimosaException.Kind.INTERNAL, "internal error", e.getCause());
        }
    }
}
