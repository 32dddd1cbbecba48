package mimosa.engine.js;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import mimosa.api.MimosaException;
import mimosa.api.engine.Engine;
import mimosa.api.engine.Payload;
import mimosa.api.engine.Program;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Quotas;
import mimosa.engine.js.Loading.Compiled;
import mimosa.work.LoadTime;
import mimosa.work.Running;
import mimosa.work.Workers;
import org.mozilla.javascript.Script;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs JavaScript mims on Rhino, each request in a global scope of its own: interpreted at first, and compiled once a mim
 * has burnt processor time.
 */
@Component(configurationPid = RhinoEngine.PID, property = Engine.NAME + "=js")
@Designate(ocd = RhinoEngine.Config.class)
public final class RhinoEngine implements Engine {
    static final String PID = "mimosa.engine.js";

    private static final Logger LOG = LoggerFactory.getLogger(RhinoEngine.class);
    private static final int GRACE_MS = 2_000;

    /** Of class files; the virtual machine needs about three times as much for what it makes of them. */
    private static final long MOST_COMPILED_BYTES = 32L << 20;

    /** Calls of compiled functions take the stack, those of interpreted ones do not. */
    private static final int LEAST_STACK_KIB_COMPILED = 1024;

    /** The variable of a mim that chooses how its instances are made. */
    private static final Set<String> INSTANCES = Set.of("snapshot", "rerun");

    private static final String INSTANCE = "MIMOSA.INSTANCE";

    private final Config config;
    private final Quotas quotas;
    private final Sandbox sandbox;
    private final Workers workers;
    private final DownLevelling downLevelling;
    private Thread warmUp;
    private final Scripts scripts;
    private final ThreadPoolExecutor compiler;
    private final Running<Instance> running = new Running<>();

    @ObjectClassDefinition(
            name = "Mimosa JavaScript engine",
            description = "Runs JavaScript mims on Rhino, on a bounded pool of threads that all mims share.")
    @interface Config {
        @AttributeDefinition(
                name = "Time to load",
                description = "Milliseconds of processor time that the top level of a program may take at its"
                        + " deployment, and six times as many by the clock; default 5000.")
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

        @AttributeDefinition(
                name = "Time to transpile",
                description =
                        "Milliseconds that the transpiling of one program may take at its deployment, when it uses"
                                + " what Rhino lacks or gets wrong, 1000 to 3600000; default 60000.")
        int transpileMs() default 60_000;

        @AttributeDefinition(
                name = "Instances",
                description =
                        "How a fresh instance is made: snapshot puts back what the last request has changed, rerun"
                                + " runs the program again; default snapshot.")
        String instance() default "snapshot";

        @AttributeDefinition(
                name = "Time to compile",
                description = "Milliseconds that the requests to a program may run before it is compiled to bytecode in"
                        + " the background, if it can be and the stack has 1024 KiB; 0 compiles at its"
                        + " deployment and for good, -1 never; default 250.")
        int compileAfterMs() default 250;
    }

    @Activate
    public RhinoEngine(BundleContext context, Config config, @Reference Quotas quotas) {
        this(dataFolder(context), config, quotas);
        warmUp = Thread.ofPlatform().daemon().name("mimosa-js-warm-up").start(this::warmUp);
    }

    /** @param data the folder of all data, of which the engine uses one of its own */
    RhinoEngine(Path data, Config config, Quotas quotas) {
        require("checkMs", config.checkMs(), 1, 600_000);
        require("threads", config.threads(), 1, 10_000);
        require("maxThreads", config.maxThreads(), config.threads(), 100_000);
        require("stackKiB", config.stackKiB(), 256, 65_536);
        require("transpileMs", config.transpileMs(), 1_000, 3_600_000);
        require("compileAfterMs", config.compileAfterMs(), -1, 86_400_000);
        if (!INSTANCES.contains(config.instance())) {
            throw MimosaException.invalid(
                    PID + ": instance=" + config.instance() + " is not possible, expected snapshot or rerun");
        }
        this.config = config;
        this.quotas = quotas;
        this.sandbox = Sandbox.load(config.stackKiB());
        this.workers = new Workers("mimosa-js", config.threads(), config.maxThreads(), config.stackKiB() * 1024L);
        this.scripts = new Scripts(sandbox, MOST_COMPILED_BYTES);
        this.compiler = background(config.stackKiB() * 1024L);
        this.downLevelling = new DownLevelling(data.resolve("transpiled"), config.transpileMs());
    }

    /**
     * Makes a realm that nobody will use. After a restart the first request would otherwise wait for all the classes of one
     * to be initialised, which another processor can do while the rest of the node starts. On a thread of its own, because
     * loading waits for workers and for the compiler.
     */
    private void warmUp() {
        try {
            byte[] empty = "mimikModule.exports = function () {};".getBytes(StandardCharsets.UTF_8);
            load(new Payload("warm-up", "index.js", empty, null, Map.of(), false))
                    .close();
        } catch (MimosaException e) {
            LOG.debug("the engine has not been warmed up", e); // It is too busy, or about to stop.
        }
    }

    /** One thread, which ends when it has nothing to do. */
    private static ThreadPoolExecutor background(long stackBytes) {
        ThreadPoolExecutor one =
                new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(null, work, "mimosa-js-compiler", stackBytes);
                    thread.setDaemon(true);
                    return thread;
                });
        one.allowCoreThreadTimeOut(true);
        one.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        return one;
    }

    private static Path dataFolder(BundleContext context) {
        String data = context.getProperty("mimosa.data");
        if (data == null) {
            throw MimosaException.invalid(
                    PID + ": the framework property mimosa.data is missing, expected the folder of all data");
        }
        return Path.of(data);
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
        int left = running.endAll(instance -> instance.cancel("the JavaScript engine is being stopped"), GRACE_MS);
        if (left > 0) {
            LOG.warn("{} instances were still at work when the JavaScript engine was stopped", left);
        }
        downLevelling.close();
        if (warmUp != null) {
            warmUp.interrupt();
        }
        compiler.shutdownNow();
        workers.close();
    }

    Transpiler transpiler() {
        return downLevelling.transpiler();
    }

    int liveThreads() {
        return workers.liveThreads();
    }

    @Override
    public Program load(Payload payload) {
        long began = System.nanoTime();
        Loading loading = Loading.of(sandbox, payload);
        Compiled compiled = read(loading);
        boolean mapped = loading.sourceMap().isPresent();
        String downLevelled = null;
        if (compiled.script() == null) {
            long from = System.nanoTime();
            loading = loading.downLevelled(downLevelling);
            downLevelled = "yes (" + millisSince(from) + " ms)";
            compiled = read(loading);
        }
        if (compiled.script() == null) {
            throw compiled.refusal();
        }
        Tiers tiers = tiers(payload, loading, compiled.script());
        if (compileAfterMs() == 0) {
            compileNow(tiers, payload.name());
        }
        if (!payload.checked()) {
            tryOut(payload, loading, tiers.realms());
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("bytes", String.valueOf(payload.program().length));
        facts.put("loadMs", String.valueOf(millisSince(began)));
        facts.put("sourceMap", mapped ? "yes" : "no");
        if (downLevelled != null) {
            facts.put("down-levelled", downLevelled);
        }
        return new RhinoProgram(payload.mimId(), sandbox, workers, running, tiers, loading.sourceMap(), facts);
    }

    private Compiled read(Loading loading) {
        return onWorker(() -> loading.compile(scripts), loading.source().name());
    }

    private Tiers tiers(Payload payload, Loading loading, Script script) {
        Source source = loading.source();
        Map<String, String> env = payload.env();
        TryOut tryOut = new TryOut(sandbox, source.name(), loading.sourceMap());
        Tiers.Compiling compiling = new Tiers.Compiling(
                TimeUnit.MILLISECONDS.toNanos(compileAfterMs()),
                () -> scripts.compiled(source),
                realms -> tryOut(env, tryOut, realms),
                compiler);
        boolean snapshot = isSnapshot(env);
        String mimId = payload.mimId();
        return new Tiers(mimId, script, form -> realms(mimId, source.name(), form, snapshot), compiling);
    }

    private int compileAfterMs() {
        return config.stackKiB() < LEAST_STACK_KIB_COMPILED ? -1 : config.compileAfterMs();
    }

    private void compileNow(Tiers tiers, String name) {
        LoadTime.within(
                config.transpileMs(),
                compiler,
                () -> {
                    tiers.compileNow();
                    return null;
                },
                name,
                () -> MimosaException.invalid(name + " was not compiled within " + config.transpileMs() + " ms"));
    }

    private boolean isSnapshot(Map<String, String> env) {
        String wanted = env.getOrDefault(INSTANCE, config.instance());
        if (!INSTANCES.contains(wanted)) {
            throw MimosaException.invalid(INSTANCE + "=" + wanted + " is not possible, expected snapshot or rerun");
        }
        return wanted.equals("snapshot");
    }

    private Realms realms(String mimId, String name, Script script, boolean snapshot) {
        RerunRealms rerun = new RerunRealms(name, script, config.setInterval());
        return snapshot ? new SnapshotRealms(mimId, rerun, workers) : rerun;
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    private void tryOut(Payload payload, Loading loading, Realms realms) {
        TryOut tryOut = new TryOut(sandbox, payload.name(), loading.sourceMap());
        onWorker(
                () -> {
                    tryOut(payload.env(), tryOut, realms);
                    return null;
                },
                payload.name());
    }

    private void tryOut(Map<String, String> env, TryOut tryOut, Realms realms) {
        try (Budget budget = LoadTime.enter(quotas, env, config.checkMs()).join()) {
            tryOut.run(realms, budget, config.checkMs());
        }
    }

    /** Does the work on a thread with a stack of the engine's size. */
    private <T> T onWorker(Supplier<T> work, String name) {
        return LoadTime.within(
                LoadTime.wall(config.checkMs()) + GRACE_MS,
                workers,
                work,
                name,
                () -> MimosaException.invalid(TryOut.tooSlow(name, config.checkMs())));
    }
}
