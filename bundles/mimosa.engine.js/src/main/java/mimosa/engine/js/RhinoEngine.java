package mimosa.engine.js;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import mimosa.api.MimosaException;
import mimosa.api.engine.Engine;
import mimosa.api.engine.Payload;
import mimosa.api.engine.Program;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;
import mimosa.api.quota.Quotas;
import org.mozilla.javascript.Script;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs JavaScript mims on Rhino: interpreted, each request in a global scope of its own. */
@Component(configurationPid = RhinoEngine.PID, property = Engine.NAME + "=js")
@Designate(ocd = RhinoEngine.Config.class)
public final class RhinoEngine implements Engine {
    static final String PID = "mimosa.engine.js";

    private static final Logger LOG = LoggerFactory.getLogger(RhinoEngine.class);
    private static final int GRACE_MS = 2_000;

    private final Config config;
    private final Quotas quotas;
    private final Sandbox sandbox;
    private final Workers workers;
    private final Set<Instance> running = ConcurrentHashMap.newKeySet();

    @ObjectClassDefinition(
            name = "Mimosa JavaScript engine",
            description = "Runs JavaScript mims on Rhino, on a bounded pool of threads that all mims share.")
    @interface Config {
        @AttributeDefinition(
                name = "Time to load",
                description = "Milliseconds that the top level of a program may take at its deployment; default 5000.")
        int checkMs() default 5000;

        @AttributeDefinition(
                name = "setInterval",
                description = "Whether scripts have setInterval and clearInterval; default false.")
        boolean setInterval() default false;

        @AttributeDefinition(
                name = "Threads",
                description = "Threads that run scripts, 1 to 10000; one that waits does not count; default 32.")
        int threads() default 32;

        @AttributeDefinition(
                name = "Most threads",
                description = "Threads at most, those included that wait or have to relieve others that compute for"
                        + " long; at least as many as threads; default 512.")
        int maxThreads() default 512;

        @AttributeDefinition(
                name = "Stack",
                description = "Stack of each thread in KiB, 256 to 65536: the more, the deeper may native functions"
                        + " such as Array.prototype.map call back into a script; default 4096.")
        int stackKiB() default 4096;
    }

    @Activate
    public RhinoEngine(Config config, @Reference Quotas quotas) {
        require("checkMs", config.checkMs(), 1, 600_000);
        require("threads", config.threads(), 1, 10_000);
        require("maxThreads", config.maxThreads(), config.threads(), 100_000);
        require("stackKiB", config.stackKiB(), 256, 65_536);
        this.config = config;
        this.quotas = quotas;
        this.sandbox = Sandbox.load();
        this.workers = new Workers(config.threads(), config.maxThreads(), config.stackKiB() * 1024L);
    }

    private static void require(String property, int value, int least, int most) {
        if (value < least || value > most) {
            throw MimosaException.invalid(
                    PID + ": " + property + "=" + value + " is not possible, expected " + least + " to " + most);
        }
    }

    /** Ends what still runs, then the threads. */
    @Deactivate
    void deactivate() {
        running.forEach(instance -> instance.cancel("the JavaScript engine is being stopped"));
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MS);
        while (!running.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        if (!running.isEmpty()) {
            LOG.warn("{} instances were still at work when the JavaScript engine was stopped", running.size());
        }
        workers.close();
    }

    int liveThreads() {
        return workers.liveThreads();
    }

    @Override
    public Program load(Payload payload) {
        long began = System.nanoTime();
        Loading loading = new Loading(sandbox, payload);
        Script script = onWorker(loading::compile, payload.name());
        Realms realms = new RerunRealms(payload.name(), script, config.setInterval());
        if (!payload.checked()) {
            tryOut(payload, loading, realms);
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("engine", "Rhino, interpreted");
        facts.put("bytes", String.valueOf(payload.program().length));
        facts.put("loadMs", String.valueOf(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)));
        facts.put("sourceMap", loading.sourceMap().isPresent() ? "yes" : "no");
        return new RhinoProgram(payload.mimId(), sandbox, workers, running, realms, loading.sourceMap(), facts);
    }

    private void tryOut(Payload payload, Loading loading, Realms realms) {
        Limits limits = withWall(quotas.limits(payload.env()), Duration.ofMillis(config.checkMs()));
        CompletableFuture<Budget> entered = quotas.enter(limits).toCompletableFuture();
        onWorker(
                () -> {
                    try (Budget budget = entered.join()) {
                        loading.tryOut(realms, budget, config.checkMs());
                    }
                    return null;
                },
                payload.name());
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

    /** Does the work on a thread with a stack of the engine's size, and gives up on it when it does not come back. */
    private <T> T onWorker(Supplier<T> work, String name) {
        CompletableFuture<T> result = new CompletableFuture<>();
        workers.execute(() -> {
            try {
                result.complete(work.get());
            } catch (Throwable e) { // boundary between threads: whatever it was is thrown on the other side
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get(config.checkMs() + GRACE_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw MimosaException.invalid(Loading.tooSlow(name, config.checkMs()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MimosaException(MimosaException.Kind.INTERNAL, "interrupted while " + name + " was loaded", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause(), name);
        }
    }

    private static MimosaException failure(Throwable cause, String name) {
        Throwable root = cause instanceof CompletionException ? cause.getCause() : cause;
        return root instanceof MimosaException failure
                ? failure
                : new MimosaException(
                        MimosaException.Kind.INTERNAL, name + " could not be loaded: the engine failed", root);
    }
}
