package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.engine.Program;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the top level of a program does besides making objects is seen by each request, whichever way its realm came. */
class TopLevelTest {
    private static final String RESTORED = "restored from a snapshot";

    private final Bench bench = new Bench();

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private Program load(String instances, String topLevel, String body) {
        bench.payloadEnv = Map.of("MIMOSA.INSTANCE", instances);
        return bench.load(topLevel + ";" + Bench.handler(body));
    }

    @ParameterizedTest
    @ValueSource(strings = {"snapshot", "rerun"})
    void consoleOutputIsInTheLogOfEachRequest(String instances) throws Exception {
        Program program =
                load(instances, "console.log('one');console.warn('two',[3])", "console.log('h');response.end()");
        for (int i = 0; i < 3; i++) {
            Bench.Run run = bench.send(program, TestExchange.get()).closed();
            assertEquals("INFO one\nWARN two [3]\nINFO h\n", run.host().logText());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"snapshot", "rerun"})
    void timersAndImmediatesFireInEachRequest(String instances) throws Exception {
        Program program = load(
                instances,
                "var t='',i='',gone='';setTimeout(function(a){t+=a;arguments[0]='spoiled';a=1},1,'t');"
                        + "setImmediate(function(o){i+='i'+(o.n=(o.n||0)+1)},{});"
                        + "var id=setTimeout(function(){gone='gone'},0);clearTimeout(id)",
                "var id=setTimeout(function(){response.end(t+i+gone+id)},30)");
        for (int i = 0; i < 4; i++) {
            assertEquals("ti14", bench.send(program, TestExchange.get()).text());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"snapshot", "rerun"})
    void workOfPromisesIsDoneBeforeTheHandlerRuns(String instances) throws Exception {
        Program program = load(
                instances,
                "var s='';Promise.resolve(1).then(function(v){s+=v;return 2}).then(function(v){s+=v});s='0'",
                "s+='h';response.end(s)");
        for (int i = 0; i < 3; i++) {
            assertEquals("012h", bench.send(program, TestExchange.get()).text());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "var r=Math.random()|random numbers",
                "var d=Date.now()|the clock",
                "var d=new Date();Math.random()|random numbers and the clock"
            })
    void whatDependsOnChanceOrTheClockIsTold(String topLevel, String reads) throws Exception {
        Program program = load("snapshot", topLevel, "response.end()");
        bench.send(program, TestExchange.get());
        String told = program.facts().get("topLevelReads");
        assertNotNull(told);
        assertTrue(told.startsWith(reads + ", the same for all instances"), told);
    }

    @Test
    void whatDependsOnNeitherIsNotTold() throws Exception {
        Program program = load("snapshot", "var a=[3,1].sort(), d=new Date(0)", "response.end(String(Math.random()))");
        bench.send(program, TestExchange.get());
        assertFalse(program.facts().containsKey("topLevelReads"), program.facts()::toString);
        assertEquals(RESTORED, program.facts().get("instances"));
    }

    @Test
    void rejectionThatNobodyHandlesMakesTheProgramRunAgain() throws Exception {
        Program program = load("snapshot", "var n=0;Promise.reject(new Error('nobody'))", "response.end(String(++n))");
        for (int i = 0; i < 3; i++) {
            Bench.Run run = bench.send(program, TestExchange.get()).closed();
            assertEquals("1", run.text());
            assertTrue(
                    run.host().logText().contains("unhandled promise rejection: Error: nobody"),
                    run.host().logText());
        }
        assertEquals(
                "the program runs again for each: its top level leaves a rejected promise that nobody handles",
                program.facts().get("instances"));
    }

    @Test
    void pendingPromisesOfTheTopLevelAreNoObstacle() throws Exception {
        Program program = load(
                "snapshot",
                "var go;var all=Promise.all([new Promise(function(r){go=r}),2])",
                "all.then(function(v){response.end(v.join())});go(request.url)");
        for (String path : List.of("/a", "/b")) {
            assertEquals(
                    path + ",2",
                    bench.send(program, new TestExchange("GET", path, null, new byte[0]))
                            .text());
        }
        assertEquals(RESTORED, program.facts().get("instances"));
    }

    @Test
    void literalsOfTagsBelongToOneRealm() throws Exception {
        Program program = load(
                "rerun",
                "function tag(s){return s} function site(){return tag`a${1}`}",
                "var p=Object.getPrototypeOf(site());p.n=(p.n||0)+1;"
                        + "response.end(String(site()===site())+(site() instanceof Array)+p.n)");
        for (int i = 0; i < 3; i++) {
            assertEquals("truetrue1", bench.send(program, TestExchange.get()).text());
        }
    }

    @Test
    void variableOfTheMimChoosesHowInstancesAreMade() {
        assertEquals(
                "the program runs again for each", load("rerun", "", "").facts().get("instances"));
        assertEquals(RESTORED, load("snapshot", "", "").facts().get("instances"));
        MimosaException refusal = assertThrows(MimosaException.class, () -> load("Snapshot", "", ""));
        assertEquals(Kind.INVALID, refusal.kind());
        assertEquals("MIMOSA.INSTANCE=Snapshot is not possible, expected snapshot or rerun", refusal.getMessage());
    }

    @Test
    void requestsAtTheSameTimeHaveRealmsOfTheirOwn() throws Exception {
        Program program = load("snapshot", "var n=0", "n++;setTimeout(function(){response.end(String(n))},50)");
        for (int round = 0; round < 2; round++) {
            List<Bench.Run> runs = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                runs.add(bench.start(program, TestExchange.get()));
            }
            for (Bench.Run run : runs) {
                run.exchange().await();
                assertEquals("1", run.text());
            }
        }
        assertTrue(IdleRealms.atLeast(program, 1).size() <= 64, "no more realms are kept than are useful");
    }

    @Test
    void builtInThatNobodyHasUsedBelongsToTheSnapshot() throws Exception {
        Program program = load(
                "snapshot",
                "var name='Promise'",
                "var d=Object.getOwnPropertyDescriptor(globalThis,name);"
                        + "response.end(typeof d.value+' '+(d.value===Promise))");
        assertEquals("function true", bench.send(program, TestExchange.get()).text());
        assertEquals("function true", bench.send(program, TestExchange.get()).text());
    }

    /** Most realms are not worth making: others come free sooner. */
    @Test
    void burstMakesFewRealmsAndServesAll() throws Exception {
        int threads = 64;
        Bench wide = new Bench(new Bench.Settings(60_000, false, threads, threads, 1024));
        wide.wallMs = 60_000;
        Program program = wide.load(
                "var n=0;for(var i=0;i<300000;i++);" + "mimikModule.exports=function(c,q,r){r.end(String(++n))}");
        IdleRealms.of(program).evict(System.nanoTime() + TimeUnit.SECONDS.toNanos(61));
        List<Bench.Run> runs = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            runs.add(wide.start(program, TestExchange.get()));
        }
        for (Bench.Run run : runs) {
            run.exchange().await();
            assertEquals("1", run.text());
        }
        wide.close();
        int made = IdleRealms.of(program).idle().size();
        assertTrue(made > 0 && made <= threads / 2, made + " realms for " + threads + " requests");
    }

    @Test
    void endOfARequestThatWaitsForARealmLosesNone() throws Exception {
        Program program = load("snapshot", "var n=0;for(var i=0;i<300000;i++)", "response.end(String(++n))");
        IdleRealms.of(program).evict(System.nanoTime() + TimeUnit.SECONDS.toNanos(61));
        List<Bench.Run> runs = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            Bench.Run run = bench.start(program, TestExchange.get());
            runs.add(run);
            if (i % 2 == 1) {
                run.budget().cancel("an operator has ended it");
            }
        }
        for (Bench.Run run : runs) {
            run.closed();
            assertTrue("1".equals(run.text()) || run.failure() != null, run.text());
        }
        assertEquals("1", bench.send(program, TestExchange.get()).text());
    }

    @Test
    void realmsThatNobodyWantsForAMinuteAreThrownAway() throws Exception {
        Program program = load("snapshot", "var n=0", "response.end(String(++n))");
        assertEquals("1", bench.send(program, TestExchange.get()).text());
        SnapshotRealm kept = IdleRealms.only(program);
        SnapshotRealms realms = IdleRealms.of(program);
        realms.evict(System.nanoTime() + TimeUnit.SECONDS.toNanos(50));
        assertEquals(List.of(kept), realms.idle());
        realms.evict(System.nanoTime() + TimeUnit.SECONDS.toNanos(61));
        assertEquals(List.of(), realms.idle());
        assertEquals("1", bench.send(program, TestExchange.get()).text());
        IdleRealms.only(program);
        program.close();
        assertEquals(List.of(), realms.idle());
    }

    @Test
    void realmInWhichTheEngineFailedIsThrownAway() throws Exception {
        bench.onLog = text -> {
            if (text.equals("fail")) {
                throw new OutOfMemoryError("for the test");
            }
        };
        Program program =
                load("snapshot", "var n=0", "n++;if(request.url==='/fail')console.log('fail');response.end(String(n))");
        assertEquals("1", bench.send(program, TestExchange.get()).text());
        SnapshotRealm before = IdleRealms.only(program);
        Bench.Run failed = bench.send(program, new TestExchange("GET", "/fail", null, new byte[0]))
                .closed();
        assertEquals("memory limit exceeded", failed.failure());
        assertEquals("1", bench.send(program, TestExchange.get()).text());
        assertFalse(IdleRealms.only(program) == before, "the realm in which memory has run out is used again");
    }
}
