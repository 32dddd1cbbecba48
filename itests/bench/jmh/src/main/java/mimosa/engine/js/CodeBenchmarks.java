package mimosa.engine.js;

import java.util.concurrent.TimeUnit;
import mimosa.testing.TestBudget;
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

/** What a script's own code costs, by what it does and whether it is compiled. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CodeBenchmarks {
    private static final String PROGRAM = "function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }\n"
            + "function objects() {\n"
            + "  var all = [];\n"
            + "  for (var i = 0; i < 200; i++) { all.push({ id: i, name: 'n' + i }); }\n"
            + "  return all.filter(function (o) { return o.id % 3; }).map(function (o) { return o.name; }).length;\n"
            + "}\n"
            + "function text() {\n"
            + "  return 'a=1&b=2&c=3'.split('&').map(function (s) { return s.substring(s.indexOf('=') + 1); }).join();\n"
            + "}\n"
            + "var works = { calls: function () { return fib(15); }, objects: objects, text: text };\n"
            + "mimikModule.exports = function (work) { return works[work](); };";

    @Param({"interpreted", "compiled"})
    public String code;

    @Param({"calls", "objects", "text"})
    public String work;

    private final Sandbox sandbox = Sandbox.load(4096);
    private final TestBudget budget = new TestBudget(TestBudget.limits(3_600_000));
    private RerunRealms realms;
    private Guest guest;
    private Realm realm;

    @Setup
    public void load() {
        Script script;
        if (code.equals("compiled")) {
            script = Compilation.of(sandbox, new Source("index.js", PROGRAM)).script();
        } else {
            try (Context entered = sandbox.enterContext(new Guest(sandbox, new NoTenant()))) {
                script = entered.compileString(PROGRAM, "index.js", 1, null);
            }
        }
        realms = new RerunRealms("index.js", script, false);
        guest = new Guest(sandbox, new Trial(budget, SourceMap.NONE));
        try (Context entered = sandbox.enterContext(guest)) {
            realm = realms.fresh((Guest) entered);
        }
    }

    @Benchmark
    public Object request() {
        try (Context entered = sandbox.enterContext(guest)) {
            return realm.handler().call(entered, realm.global(), realm.global(), new Object[] {work});
        }
    }
}
