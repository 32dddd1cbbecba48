package mimosa.engine.js;

import java.util.concurrent.TimeUnit;
import mimosa.testing.TestBudget;
import mimosa.work.Workers;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.Script;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a fresh realm costs, by how much of a thousand objects the request before has changed. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RealmBenchmarks {
    private static final String PROGRAM = "var items = [];\n"
            + "for (var i = 0; i < 1000; i++) { items.push({ n: i }); }\n"
            + "mimikModule.exports = function (changed) {\n"
            + "  for (var i = 0; i < changed; i++) { items[i].n++; }\n"
            + "  if (changed > 0 && items[0].n !== 1) { throw new Error('not fresh'); }\n"
            + "};";

    @Param({"snapshot", "rerun"})
    public String instance;

    @Param({"0", "10", "1000"})
    public int changed;

    private final Sandbox sandbox = Sandbox.load(1024);
    private final TestBudget budget = new TestBudget(TestBudget.limits(3_600_000));
    private Workers workers;
    private Realms realms;

    @Setup
    public void load() {
        workers = new Workers("mimosa-js", 1, 1, 1 << 20);
        Script script;
        try (Context entered = sandbox.enterContext(new Guest(sandbox, new NoTenant()))) {
            script = entered.compileString(PROGRAM, "index.js", 1, null);
        }
        RerunRealms rerun = new RerunRealms("index.js", script, false);
        realms = instance.equals("rerun") ? rerun : new SnapshotRealms("bench-mim", rerun, workers, 1);
    }

    @TearDown
    public void close() {
        realms.close();
        workers.close();
    }

    @Benchmark
    public Object request() {
        Guest guest = new Guest(sandbox, new Trial(budget, SourceMap.NONE));
        try (Context entered = sandbox.enterContext(guest)) {
            Realm realm = realms.fresh((Guest) entered);
            Object result = realm.handler().call(entered, realm.global(), realm.global(), new Object[] {changed});
            realm.release(true);
            return result;
        }
    }
}
