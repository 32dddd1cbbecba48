package mimosa.work;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import mimosa.api.engine.Host;
import mimosa.api.http.Exchange;
import mimosa.api.quota.Budget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances of an engine that are at work, for the engine's end. May be used by any thread.
 *
 * @param <I> the instance of one request
 */
public final class Running<I> {
    private static final Logger LOG = LoggerFactory.getLogger(Running.class);

    private final Set<I> instances = ConcurrentHashMap.newKeySet();

    /**
     * Starts the instance of a request, which closes host and budget at its end. When it cannot be made or started, the
     * exchange is failed and both are closed here.
     */
    public void start(
            String mimId, Exchange exchange, Host host, Budget budget, Supplier<I> instance, Consumer<I> start) {
        try {
            I made = instance.get();
            instances.add(made);
            start.accept(made);
        } catch (RuntimeException e) { // boundary: from here on nobody else ends the exchange and gives the slot back
            exchange.fail(e);
            closeQuietly(host, mimId);
            closeQuietly(budget, mimId);
        }
    }

    private static void closeQuietly(AutoCloseable resource, String mimId) {
        try {
            resource.close();
        } catch (Exception e) { // boundary: the other one has to be closed all the same
            LOG.error("could not close what belongs to a request of {}", mimId, e);
        }
    }

    public void ended(I instance) {
        instances.remove(instance);
    }

    /**
     * Waits until all have ended, once they have been told to.
     *
     * @return how many are still at work after so much time
     */
    public int endAll(Consumer<I> cancel, long graceMillis) {
        instances.forEach(cancel);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis);
        while (!instances.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        return instances.size();
    }
}
