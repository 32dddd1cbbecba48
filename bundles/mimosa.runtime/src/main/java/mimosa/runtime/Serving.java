package mimosa.runtime;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import mimosa.api.client.HttpClient;
import mimosa.api.engine.Host;
import mimosa.api.engine.Program;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;
import mimosa.api.quota.Quotas;
import mimosa.api.storage.KeyValueStore;

/**
 * One loaded program with everything its instances use, from the moment it serves until its last instance has closed.
 * An instance keeps the serving it began with; the program is closed when it is retired and nobody uses it.
 */
final class Serving {
    private static final int RETIRED = 1 << 30;

    private final MimRecord record;
    private final Program program;
    private final Limits limits;
    private final Quotas quotas;
    private final KeyValueStore store;
    private final HttpClient client;
    private final MimExtensions extensions;
    private final Host.Info info;
    private final Set<Budget> active = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    /** How many use the program; together with {@link #RETIRED} once no more may. */
    private final AtomicInteger users = new AtomicInteger();

    Serving(
            MimRecord record,
            Program program,
            Limits limits,
            Quotas quotas,
            KeyValueStore store,
            HttpClient client,
            MimExtensions extensions,
            Host.Info info) {
        this.record = record;
        this.program = program;
        this.limits = limits;
        this.quotas = quotas;
        this.store = store;
        this.client = client;
        this.extensions = extensions;
        this.info = info;
    }

    MimRecord record() {
        return record;
    }

    Program program() {
        return program;
    }

    Limits limits() {
        return limits;
    }

    Quotas quotas() {
        return quotas;
    }

    KeyValueStore store() {
        return store;
    }

    HttpClient client() {
        return client;
    }

    MimExtensions extensions() {
        return extensions;
    }

    /** Whether clients may connect to the mim's WebSocket and events are pushed to them. */
    boolean pushes() {
        return "true".equals(record.env().get(MimEnv.WEBSOCKETS));
    }

    Host.Info info() {
        return info;
    }

    /** Takes part in using the program; false once it is retired. */
    boolean acquire() {
        return users.getAndUpdate(now -> now < RETIRED ? now + 1 : now) < RETIRED;
    }

    void release() {
        if (users.decrementAndGet() == RETIRED) {
            closeProgram();
        }
    }

    /** Accepts no further instance. */
    void retire() {
        if (users.getAndUpdate(now -> now | RETIRED) == 0) {
            closeProgram();
        }
    }

    private void closeProgram() {
        program.close();
        extensions.close();
        drained.complete(null);
    }

    void started(Budget budget) {
        active.add(budget);
    }

    void ended(Budget budget) {
        active.remove(budget);
    }

    int activeInstances() {
        return active.size();
    }

    /** Waits until the last instance of a retired program has closed; aborts those that take longer. */
    void drain(Duration patience, String reason) {
        try {
            drained.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            active.forEach(budget -> budget.cancel(reason));
            awaitAborted();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            active.forEach(budget -> budget.cancel(reason));
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Cancelled instances close by themselves; a bounded wait, so that their last writes precede what comes next. */
    private void awaitAborted() {
        try {
            drained.get(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | java.util.concurrent.ExecutionException e) {
            // An instance that ignores its cancellation has lost its mim; its session fails from here on.
        }
    }
}
