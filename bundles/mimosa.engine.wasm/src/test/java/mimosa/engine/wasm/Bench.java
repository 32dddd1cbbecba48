package mimosa.engine.wasm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import mimosa.api.client.HttpClient;
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
import mimosa.testing.Wat;

/** An engine with everything around it that a program needs, for tests. */
final class Bench implements AutoCloseable {
    /** The engine's ways of running a program, all of which must come to the same. */
    enum Mode {
        COMPILED,
        COMPILED_ANEW,
        INTERPRETED,
        INTERPRETED_ANEW;

        TestSettings settings() {
            TestSettings settings = new TestSettings();
            settings.compile = this == COMPILED || this == COMPILED_ANEW;
            settings.snapshot = this == COMPILED || this == INTERPRETED;
            return settings;
        }
    }

    final TestStore store = new TestStore();
    final ChicoryEngine engine;
    long wallMs = 20_000;
    HttpClient client = new TestClient();
    Map<String, String> env = Map.of("MCM.RUNTIME", "wasm");
    volatile Consumer<String> onLog = text -> {};
    private final List<Run> runs = new ArrayList<>();

    Bench() {
        this(new TestSettings());
    }

    Bench(TestSettings settings) {
        this.engine = new ChicoryEngine(settings.settings(), new TestQuotas());
    }

    /** One request: its answer, its log and what became of it. */
    record Run(TestExchange exchange, TestHost host, TestBudget budget) {
        String text() {
            return exchange.text();
        }

        String failure() {
            return exchange.failure == null ? null : exchange.failure.getMessage();
        }

        /** The text, or the failure. */
        String outcome() {
            return exchange.failure == null ? text() : "! " + failure();
        }

        /** Waits until the instance has closed. */
        Run closed() throws Exception {
            budget.end.get(60, TimeUnit.SECONDS);
            return this;
        }
    }

    Program load(String text) {
        return load(Wat.module(text));
    }

    Program load(byte[] module) {
        return engine.load(new Payload("api-t", "index.wasm", module, null, env, false));
    }

    /** Sends one request to a module and waits for the answer. */
    Run run(String text) throws Exception {
        return run(text, TestExchange.get());
    }

    Run run(String text, TestExchange exchange) throws Exception {
        return send(load(text), exchange);
    }

    Run send(Program program, TestExchange exchange) throws Exception {
        Run run = start(program, exchange);
        exchange.await();
        return run;
    }

    Run start(Program program, TestExchange exchange) {
        TestBudget budget = new TestBudget(TestBudget.limits(wallMs));
        TestHost host = new TestHost(store, client, env, Map.of(), budget, onLog);
        Run run = new Run(exchange, host, budget);
        synchronized (runs) {
            runs.add(run);
        }
        program.start(exchange, host, budget);
        return run;
    }

    /** What has run is not looked at again. */
    void forgetRuns() {
        synchronized (runs) {
            runs.clear();
        }
    }

    /** Every instance must have given back what it was lent, once. */
    @Override
    public void close() {
        engine.deactivate();
        for (Run run : runs) {
            run.budget.end.orTimeout(60, TimeUnit.SECONDS).join();
            if (run.host.closed.get() != 1 || run.budget.closed.get() != 1) {
                throw new AssertionError("host closed " + run.host.closed + " times, budget " + run.budget.closed);
            }
        }
        if (engine.usedMemory() != 0) {
            throw new AssertionError(engine.usedMemory() + " bytes of memory were not given back");
        }
    }

    private static final class TestQuotas implements Quotas {
        @Override
        public Limits limits(Map<String, String> env) {
            return TestBudget.limits(30_000);
        }

        @Override
        public CompletionStage<Budget> enter(Limits limits) {
            return CompletableFuture.completedFuture(new TestBudget(limits));
        }
    }
}
