package mimosa.engine.js;

import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import mimosa.api.client.HttpClient;
import mimosa.api.engine.ContextExtension;
import mimosa.api.engine.Payload;
import mimosa.api.engine.Program;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;
import mimosa.api.quota.Quotas;
import mimosa.testing.TestBudget;
import mimosa.testing.TestClient;
import mimosa.testing.TestExchange;
import mimosa.testing.TestHost;
import mimosa.testing.TestStore;

/** An engine with everything around it that a program needs, for tests. */
final class Bench {
    private static final Path DATA =
            Path.of("target", "test-data-" + ProcessHandle.current().pid());

    final TestStore store = new TestStore();
    final RhinoEngine engine;
    long wallMs = 10_000;
    HttpClient client = new TestClient();
    Map<String, String> env = Map.of("MCM.RUNTIME", "js");
    Map<String, ContextExtension> extensions = Map.of();
    Map<String, String> payloadEnv = Map.of();
    volatile Consumer<String> onLog = text -> {};
    private final List<Run> runs = new ArrayList<>();

    Bench() {
        this(new Settings(5000, false, 4, 32, 1024));
    }

    Bench(RhinoEngine.Config config) {
        this(config, DATA);
    }

    Bench(RhinoEngine.Config config, Path data) {
        this.engine = new RhinoEngine(data, config, new TestQuotas());
    }

    /** One request: its answer, its log and what became of it. */
    record Run(TestExchange exchange, TestHost host, TestBudget budget) {
        String text() {
            return exchange.text();
        }

        String failure() {
            return exchange.failure == null ? null : exchange.failure.getMessage();
        }

        /** Waits until the instance has closed. */
        Run closed() throws Exception {
            budget.end.get(20, TimeUnit.SECONDS);
            return this;
        }
    }

    static String handler(String body) {
        return "mimikModule.exports = function (context, request, response) { " + body + " }";
    }

    Program load(String source) {
        return load(source, null);
    }

    Program load(String source, byte[] sourceMap) {
        return engine.load(new Payload(
                "api-t", "index.js", source.getBytes(StandardCharsets.UTF_8), sourceMap, payloadEnv, false));
    }

    /** Sends one request to a handler with this body and waits for the answer. */
    Run run(String body) throws Exception {
        return run(body, TestExchange.get());
    }

    Run run(String body, TestExchange exchange) throws Exception {
        return send(load(handler(body)), exchange);
    }

    Run send(Program program, TestExchange exchange) throws Exception {
        Run run = start(program, exchange);
        exchange.await();
        return run;
    }

    Run start(Program program, TestExchange exchange) {
        TestBudget budget = new TestBudget(TestBudget.limits(wallMs));
        TestHost host = new TestHost(store, client, env, extensions, budget, onLog);
        Run run = new Run(exchange, host, budget);
        synchronized (runs) {
            runs.add(run);
        }
        program.start(exchange, host, budget);
        return run;
    }

    /** Every instance must have given back what it was lent, once. */
    void close() throws Exception {
        engine.deactivate();
        for (Run run : runs) {
            run.closed();
            if (run.host.closed.get() != 1 || run.budget.closed.get() != 1) {
                throw new AssertionError("host closed " + run.host.closed + " times, budget " + run.budget.closed);
            }
        }
    }

    static final class TestQuotas implements Quotas {
        @Override
        public Limits limits(Map<String, String> env) {
            return TestBudget.limits(30_000);
        }

        @Override
        public CompletionStage<Budget> enter(Limits limits) {
            return CompletableFuture.completedFuture(new TestBudget(limits));
        }
    }

    /** A configuration as the component would get it. */
    record Settings(
            int checkMs,
            boolean setInterval,
            int threads,
            int maxThreads,
            int stackKiB,
            int transpileMs,
            String instance,
            int compileAfterMs)
            implements RhinoEngine.Config {
        /** -Dmimosa.compileAfterMs=0 runs all tests with compiled programs. */
        private static final int COMPILE_AFTER_MS = Integer.getInteger("mimosa.compileAfterMs", -1);

        /** What a script is told when its functions call each other too deeply. */
        static final String TOO_DEEP = COMPILE_AFTER_MS < 0
                ? "InternalError: Exceeded maximum stack depth"
                : "RangeError: too many nested calls";

        /** Calls of compiled functions take the thread's stack. */
        private static final int STACK_KIB_COMPILED = 4096;

        Settings(int checkMs, boolean setInterval, int threads, int maxThreads, int stackKiB) {
            this(
                    checkMs,
                    setInterval,
                    threads,
                    maxThreads,
                    COMPILE_AFTER_MS < 0 ? stackKiB : STACK_KIB_COMPILED,
                    60_000,
                    "snapshot",
                    COMPILE_AFTER_MS);
        }

        /** The usual ones, for programs that are compiled or are not, whatever the others are. */
        static Settings compiled(boolean compiled) {
            return new Settings(5000, false, 4, 32, STACK_KIB_COMPILED, 60_000, "snapshot", compiled ? 0 : -1);
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return RhinoEngine.Config.class;
        }
    }
}
