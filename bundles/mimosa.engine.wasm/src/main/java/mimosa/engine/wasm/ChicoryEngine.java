package mimosa.engine.wasm;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mimosa.api.engine.Engine;
import mimosa.api.engine.Payload;
import mimosa.api.engine.Program;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Quotas;
import mimosa.work.LoadTime;
import mimosa.work.Running;
import mimosa.work.Workers;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs WebAssembly mims on Chicory: compiled to Java classes at deployment, each request in an instance of its own. */
@Component(configurationPid = ChicoryEngine.PID, property = Engine.NAME + "=wasm")
@Designate(ocd = ChicoryEngine.Config.class)
public final class ChicoryEngine implements Engine {
    static final String PID = "mimosa.engine.wasm";

    private static final Logger LOG = LoggerFactory.getLogger(ChicoryEngine.class);
    private static final String PROGRAM = "index.wasm";
    private static final int GRACE_MS = 2_000;

    private final Settings settings;
    private final Quotas quotas;
    private final MemoryShare share;
    private final Workers workers;
    private final Compilers compilers = new Compilers();
    private final Running<RequestRun> running = new Running<>();

    @ObjectClassDefinition(
            name = "Mimosa WebAssembly engine",
            description = "Runs WebAssembly mims on Chicory, on a bounded pool of threads that all mims share.")
    @interface Config {
        @AttributeDefinition(
                name = "Mode",
                description = "compile: to Java classes, at the deployment; interpret: nothing is compiled.")
        String mode() default "compile";

        @AttributeDefinition(
                name = "Snapshot",
                description = "Whether instances begin where the initialisation at the deployment ended, when it would"
                        + " turn out the same every time.")
        boolean snapshot() default true;

        @AttributeDefinition(
                name = "WASI",
                description = "shim: modules that import wasi_snapshot_preview1 find its functions, which reach"
                        + " nothing; refuse: they are not deployed.")
        String wasi() default "shim";

        @AttributeDefinition(
                name = "WASI environment",
                description = "Whether the mim's variables are the environment of WASI.")
        boolean wasiEnv() default true;

        @AttributeDefinition(
                name = "Tail calls",
                description = "Whether modules may use tail calls; compiled ones take stack as others do.")
        boolean tailCalls() default false;

        @AttributeDefinition(
                name = "Time to initialise",
                description = "Milliseconds of processor time that the initialisation of a program may take at its"
                        + " deployment, 1 to 600000, and six times as many by the clock.")
        int checkMs() default 5000;

        @AttributeDefinition(
                name = "Time to compile",
                description = "Milliseconds that reading and compiling a program may take, 1 to 3600000.")
        int compileMs() default 20_000;

        @AttributeDefinition(
                name = "Memory",
                description = "Most pages of 64 KiB of one instance's memory, 1 to 32767.")
        int memoryPages() default 256;

        @AttributeDefinition(
                name = "Memory of all",
                description = "Percent of the Java heap for the memories of all instances, 1 to 90; who finds no room"
                        + " waits, then is answered 503.")
        int memoryShare() default 25;

        @AttributeDefinition(name = "Table entries", description = "Most entries of one table, 1 to 10000000.")
        int tableEntries() default 10_000;

        @AttributeDefinition(name = "Tables", description = "Most tables of a module, 1 to 1000.")
        int tables() default 16;

        @AttributeDefinition(name = "Code", description = "Most bytes of a module's code.")
        int codeBytes() default 16_777_216;

        @AttributeDefinition(name = "Function", description = "Most bytes of one function's code.")
        int functionBytes() default 524_288;

        @AttributeDefinition(name = "Nesting", description = "Most blocks inside each other, 1 to 100000.")
        int nesting() default 2048;

        @AttributeDefinition(name = "Locals", description = "Most local variables of a function, 1 to 50000.")
        int locals() default 10_000;

        @AttributeDefinition(name = "Functions", description = "Most functions of a module.")
        int functions() default 50_000;

        @AttributeDefinition(name = "Globals", description = "Most global variables of a module.")
        int globals() default 10_000;

        @AttributeDefinition(name = "Segments", description = "Most data segments, and element segments, of a module.")
        int segments() default 10_000;

        @AttributeDefinition(name = "Types", description = "Most types of a module.")
        int types() default 10_000;

        @AttributeDefinition(name = "Imports", description = "Most imports of a module.")
        int imports() default 256;

        @AttributeDefinition(name = "Exports", description = "Most exports of a module.")
        int exports() default 1000;

        @AttributeDefinition(name = "Result", description = "Most bytes that one call of the host may yield.")
        int resultBytes() default 10_485_760;

        @AttributeDefinition(name = "Stack", description = "Stack of each thread in KiB, 512 to 65536.")
        int stackKiB() default 2048;

        @AttributeDefinition(
                name = "Threads",
                description = "Threads that run programs, 1 to 10000; one that waits does not count.")
        int threads() default 64;

        @AttributeDefinition(
                name = "Most threads",
                description = "Threads at most, those included that wait or have to relieve others that compute for"
                        + " long; at least as many as threads.")
        int maxThreads() default 512;
    }

    @Activate
    public ChicoryEngine(Config config, @Reference Quotas quotas) {
        this(Settings.of(config), quotas);
    }

    ChicoryEngine(Settings settings, Quotas quotas) {
        this.settings = settings;
        this.quotas = quotas;
        this.share = new MemoryShare(Runtime.getRuntime().maxMemory() / 100 * settings.memoryShare());
        this.workers =
                new Workers("mimosa-wasm", settings.threads(), settings.maxThreads(), settings.stackKiB() * 1024L);
    }

    /** Ends what still runs, then the threads. */
    @Deactivate
    void deactivate() {
        int left = running.endAll(run -> run.cancel("the WebAssembly engine is being stopped"), GRACE_MS);
        if (left > 0) {
            LOG.warn("{} instances were still at work when the WebAssembly engine was stopped", left);
        }
        compilers.close();
        workers.close();
    }

    int liveThreads() {
        return workers.liveThreads();
    }

    long usedMemory() {
        return share.usedBytes();
    }

    @Override
    public Program load(Payload payload) {
        long began = System.nanoTime();
        Loading loading = new Loading(payload, settings, share);
        Blueprint blueprint = LoadTime.within(
                settings.compileMs(),
                compilers,
                loading::compile,
                PROGRAM,
                () -> Refusal.of("could not be compiled within " + settings.compileMs() + " ms"));
        String snapshot = tryOut(payload, blueprint);
        Map<String, String> facts = new LinkedHashMap<>(loading.facts());
        facts.put("loadMs", String.valueOf(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)));
        facts.put("snapshot", snapshot);
        return new WasmProgram(payload.mimId(), blueprint, share, workers, running, facts);
    }

    private String tryOut(Payload payload, Blueprint blueprint) {
        CompletableFuture<Budget> entered = LoadTime.enter(quotas, payload.env(), settings.checkMs());
        Trial trial = new Trial(blueprint, payload, share, workers);
        return LoadTime.within(
                LoadTime.wall(settings.checkMs()) + GRACE_MS,
                workers,
                () -> {
                    try (Budget budget = entered.join()) {
                        budget.resume();
                        try {
                            return trial.run(budget);
                        } finally {
                            budget.suspend();
                        }
                    }
                },
                PROGRAM,
                () -> Refusal.of("initialisation took more than " + settings.checkMs() + " ms"));
    }
}
