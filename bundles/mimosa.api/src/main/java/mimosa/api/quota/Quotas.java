package mimosa.api.quota;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Hands out execution budgets. A bundle-scoped service: the concurrency limit is that of the bundle (the mim) that
 * asks. All methods may be called by any thread and never block.
 */
@ProviderType
public interface Quotas {
    /**
     * The limits for a mim with the given variables ({@code MCM.MAX_EXECUTION_TIME_SEC} and the like).
     *
     * @throws mimosa.api.MimosaException of kind {@code INVALID}, naming the variable, when a value is out of range
     */
    Limits limits(Map<String, String> env);

    /**
     * Takes one of the mim's execution slots.
     *
     * @return completes with a running budget as soon as a slot is free, at once when one is; fails with kind
     *     {@code UNAVAILABLE} and a retry time when the queue is full or the wait took too long
     */
    CompletionStage<Budget> enter(Limits limits);
}
