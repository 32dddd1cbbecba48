package mimosa.engine.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mimosa.api.MimosaException.Kind;
import mimosa.api.engine.Program;
import mimosa.api.http.Exchange.Outcome;
import mimosa.testing.TestClient;
import mimosa.testing.TestExchange;
import mimosa.testing.Wat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class InstanceTest {
    private static String answer(Bench.Mode mode, String module) throws Exception {
        try (Bench bench = new Bench(mode.settings())) {
            return bench.run(module).outcome();
        }
    }

    @ParameterizedTest
    @EnumSource(Bench.Mode.class)
    @Tag("W4.1")
    void whatOneInstanceDoesNoOtherSees(Bench.Mode mode) throws Exception {
        String module = new Guest()
                .field("(global $g (mut i32) (i32.const 7))")
                .field("(table $t 3 100 funcref) (elem (table $t) (i32.const 0) func $comma)")
                .field("(data $d \"xy\") (elem $e func $comma $put)")
                .field("(data (i32.const 39000) \"m\")")
                .handler(
                        """
                        (call $print (global.get $g)) (global.set $g (i32.const 8))
                        (call $print (i32.load8_u (i32.const 39000)))
                        (i32.store8 (i32.const 39000) (i32.const 1))
                        (call $print (i32.load8_u (i32.const 39500)))
                        (i32.store8 (i32.const 39500) (i32.const 1))
                        (call $print (ref.is_null (table.get $t (i32.const 0))))
                        (call $print (ref.is_null (table.get $t (i32.const 1))))
                        (table.set $t (i32.const 0) (ref.null func))
                        (table.set $t (i32.const 1) (ref.func $put))
                        (call $print (memory.grow (i32.const 1)))
                        (call $print (memory.size))
                        (call $print (table.grow $t (ref.null func) (i32.const 5)))
                        (memory.init $d (i32.const 39600) (i32.const 0) (i32.const 2))
                        (table.init $t $e (i32.const 1) (i32.const 0) (i32.const 2))
                        (call $print (i32.load8_u (i32.const 39601)))
                        (data.drop $d) (elem.drop $e)
                        (call $done)
                        """);
        try (Bench bench = new Bench(mode.settings())) {
            Program program = bench.load(module);
            for (int i = 0; i < 10; i++) {
                assertEquals(
                        "7,109,0,0,1,1,2,3,121",
                        bench.send(program, TestExchange.get()).outcome());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Bench.Mode.class)
    @Tag("W4.2")
    void initialisationRunsInItsOrder(Bench.Mode mode) throws Exception {
        String module = new Guest()
                .field("(func $s (call $put (i32.const 83))) (start $s)")
                .field("(func (export \"_initialize\") (call $put (i32.const 73)))")
                .field("(func (export \"_start\") (call $put (i32.const 84)) (call $proc_exit (i32.const 0)))")
                .handler("(call $done)");
        try (Bench bench = new Bench(mode.settings())) {
            Program program = bench.load(module);
            for (int i = 0; i < 3; i++) {
                assertEquals("SIT", bench.send(program, TestExchange.get()).outcome());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Bench.Mode.class)
    @Tag("W4.3")
    void initialisationHasNoRequestAndNoStore(Bench.Mode mode) throws Exception {
        Guest guest = new Guest();
        String key = guest.text("k");
        String module = guest.field("(func (export \"_start\")"
                        + "(call $print (call $storage_set " + key + key + "))"
                        + "(call $print (call $http_get " + key + "))"
                        + "(call $print (call $response_write " + key + "))"
                        + "(call $print (call $request_url))"
                        + "(drop (call $random_bytes (i32.const 4)))"
                        + "(drop (call $result_read (i32.const 39000) (i32.const 0) (i32.const 4)))"
                        + "(i32.store (i32.const 39000) (i32.and (i32.load (i32.const 39000))"
                        + " (i32.const 0x7fffffff))))")
                .handler("(call $print (i32.load (i32.const 39000))) (call $done)");
        try (Bench bench = new Bench(mode.settings())) {
            Program program = bench.load(module);
            String one = bench.send(program, TestExchange.get()).outcome();
            String other = bench.send(program, TestExchange.get()).outcome();
            assertTrue(one.startsWith("-2,-2,-2,-2,"), one);
            assertTrue(other.startsWith("-2,-2,-2,-2,"), other);
            assertNotEquals(one, other);
        }
    }

    @ParameterizedTest
    @EnumSource(Bench.Mode.class)
    @Tag("W4.4")
    void instancesSideBySideShareNoMemory(Bench.Mode mode) throws Exception {
        Guest guest = new Guest();
        String url = guest.text("http://x/");
        String module = guest.handler(
                """
                (local $n i32) (local $i i32) (local $bad i32)
                (drop (call $request_url))
                (drop (call $result_read (i32.const 30000) (i32.const 1) (i32.const 1)))
                (local.set $n (i32.load8_u (i32.const 30000)))
                (memory.fill (i32.const 1000) (local.get $n) (i32.const 30000))
                (drop (call $http_get %s))
                (local.set $i (i32.const 1000))
                (loop $l
                  (if (i32.ne (i32.load8_u (local.get $i)) (local.get $n))
                    (then (local.set $bad (i32.add (local.get $bad) (i32.const 1)))))
                  (local.set $i (i32.add (local.get $i) (i32.const 7)))
                  (br_if $l (i32.lt_u (local.get $i) (i32.const 31000))))
                (call $print (local.get $bad)) (call $done)
                """
                        .formatted(url));
        try (Bench bench = new Bench(mode.settings())) {
            TestClient client = new TestClient();
            client.maxCalls = Integer.MAX_VALUE;
            bench.client = client;
            Program program = bench.load(module);
            List<Bench.Run> runs = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                runs.add(bench.start(program, new TestExchange("GET", "/" + (char) ('a' + i % 8), null, new byte[0])));
            }
            for (Bench.Run run : runs) {
                run.closed();
                assertEquals("0", run.outcome());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Bench.Mode.class)
    @Tag("W3.1")
    void eachAcceptedFeatureRuns(Bench.Mode mode) throws Exception {
        String module = new Guest()
                .field("(global $g (export \"g\") (mut i32) (i32.const 3))")
                .field("(func $two (result i32 i32) (i32.const 5) (i32.const 6))")
                .field("(table $t 2 externref)")
                .handler(
                        """
                        (call $print (i32.extend8_s (i32.const 255)))
                        (call $print (i32.trunc_sat_f32_s (f32.const nan)))
                        (call $two) (call $print) (call $print)
                        (memory.copy (i32.const 39001) (i32.const 16) (i32.const 3))
                        (call $print (ref.is_null (table.get $t (i32.const 0))))
                        (call $print (i32.wrap_i64 (i64.rotl (i64.const 1) (i64.const 4))))
                        (call $print (i32.trunc_f64_s (f64.sqrt (f64.const 144))))
                        (call $print (global.get $g))
                        (call $done)
                        """);
        assertEquals("-1,0,6,5,1,16,12,3", answer(mode, module));
    }

    @ParameterizedTest
    @EnumSource(Bench.Mode.class)
    @Tag("W3.4")
    void growthHasAnEnd(Bench.Mode mode) throws Exception {
        String loop =
                "(loop $l (br_if $l (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0)))) (call $print (memory.size))";
        assertEquals(
                "256,-1",
                answer(
                        mode,
                        new Guest()
                                .field("(table $t 1 funcref)")
                                .handler(loop + "(call $print (table.grow $t (ref.null func) (i32.const 10000)))"
                                        + "(call $done)")));
        assertEquals(
                "4",
                answer(
                        mode,
                        new Guest().field("(memory (export \"memory\") 1 4)").handler(loop + "(call $done)")));
    }

    @Test
    @Tag("W3.7")
    @Tag("W9.4")
    void functionTooLargeToCompileIsInterpreted() throws Exception {
        StringBuilder body = new StringBuilder("(local $n i32) (local $i i32) (loop $l ");
        for (int i = 0; i < 16_000; i++) {
            body.append("(local.set $n (i32.add (local.get $n) (i32.const ")
                    .append(1000)
                    .append(")))");
        }
        String large = body + "(local.set $i (i32.add (local.get $i) (i32.const 1)))";
        String ending = "(br_if $l (i32.lt_u (local.get $i) (i32.const 3)))) (call $print (local.get $n)) (call $done)";
        try (Bench bench = new Bench()) {
            Program program = bench.load(new Guest().handler(large + ending));
            assertTrue(program.facts().get("interpreted").startsWith("function #"), program.facts()::toString);
            assertEquals("48000000", bench.send(program, TestExchange.get()).outcome());
            bench.wallMs = 500;
            Program endless = bench.load(new Guest().handler(large + "(br_if $l (i32.const 1)))"));
            assertEquals(
                    "! wall time limit exceeded (500 ms)",
                    bench.send(endless, TestExchange.get()).outcome());
        }
    }

    @ParameterizedTest
    @Tag("W9.1")
    @CsvSource(
            delimiter = '|',
            value = {
                "unreachable|unreachable",
                "(drop (i32.load (i32.const 65533)))|memory out of bounds",
                "(drop (i64.load offset=4294967295 (i32.const 65533)))|memory out of bounds",
                "(i32.store (i32.const -1) (i32.const 1))|memory out of bounds",
                "(memory.fill (i32.const 65530) (i32.const 1) (i32.const 10))|memory out of bounds",
                "(drop (i32.div_s (i32.const 1) (i32.load (i32.const 39000))))|integer divide by zero",
                "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))|integer overflow",
                "(drop (i32.trunc_f32_s (f32.const nan)))|invalid conversion to integer",
                "(call_indirect $t (i32.const 99))|table out of bounds",
                "(call_indirect $t (i32.const 2))|uninitialized element",
                "(call_indirect $t (type $two) (i32.const 0)) drop|indirect call type mismatch",
                "(table.set $t (i32.const 99) (ref.null func))|table out of bounds",
                "(call $deep)|call stack exhausted"
            })
    void trapsAreToldByKind(String body, String kind) throws Exception {
        String module = new Guest()
                .field(
                        "(type $two (func (result i32))) (table $t 3 funcref) (elem (table $t) (i32.const 0) func $comma)")
                .field("(func $deep (call $deep) (call $comma))")
                .handler("(if (i32.eqz (i32.load (i32.const 39000))) (then " + body + "))");
        for (Bench.Mode mode : new Bench.Mode[] {Bench.Mode.COMPILED, Bench.Mode.INTERPRETED}) {
            try (Bench bench = new Bench(mode.settings())) {
                Program program = bench.load(module);
                for (int i = 0; i < 2; i++) {
                    Bench.Run run = bench.send(program, TestExchange.get());
                    assertEquals("! trap: " + kind, run.outcome());
                    assertEquals(Kind.GUEST, run.exchange().failure.kind());
                }
            }
        }
    }

    @Test
    @Tag("W9.2")
    void trapIsLoggedWithItsFunctions() throws Exception {
        String module = new Guest()
                .field("(func $inner unreachable) (func $outer (call $inner) (call $comma))")
                .handler("(call $outer) (call $comma)");
        try (Bench bench = new Bench()) {
            Bench.Run run = bench.run(module).closed();
            assertTrue(
                    run.host()
                            .logText()
                            .matches("(?s)ERROR trap: unreachable in function #\\d+ <- function #\\d+"
                                    + " <- function #\\d+\n"),
                    run.host().logText());
        }
        try (Bench bench = new Bench()) {
            byte[] plain = Wat.module("(module (memory (export \"memory\") 1)"
                    + "(func unreachable) (func (export \"mim_handle\") (call 0)))");
            Bench.Run named = bench.send(
                            bench.load(withSection(plain, "name", 1, 11, 2, 0, 2, 'a', 'b', 1, 4, 'm', 'a', 'i', 'n')),
                            TestExchange.get())
                    .closed();
            assertEquals(
                    "ERROR trap: unreachable in ab#0 <- main#1\n", named.host().logText());
            Bench.Run damaged = bench.send(bench.load(withSection(plain, "name", 1, 99, 7)), TestExchange.get())
                    .closed();
            assertEquals(
                    "ERROR trap: unreachable in function #0 <- function #1\n",
                    damaged.host().logText());
        }
        try (Bench bench = new Bench()) {
            Guest guest = new Guest();
            String late = guest.handler("(drop (call $response_write " + guest.text("a") + ")) unreachable");
            Bench.Run run = bench.run(late);
            assertEquals(Outcome.FAILED, run.exchange().await());
            assertEquals("a", run.text());
        }
    }

    /** The module with a custom section behind it. */
    private static byte[] withSection(byte[] module, String name, int... content) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(module);
        all.write(0);
        all.write(1 + name.length() + content.length);
        all.write(name.length());
        all.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        for (int each : content) {
            all.write(each);
        }
        return all.toByteArray();
    }

    @ParameterizedTest
    @Tag("W9.3")
    @CsvSource(
            delimiter = '|',
            value = {
                "br|(loop $l (br $l))",
                "br_if|(loop $l (br_if $l (i32.const 1)))",
                "br_table|(loop $l (br_table $l $l (i32.const 0)))",
                "nested|(loop $a (loop $b (br_if $b (i32.eqz (i32.load (i32.const 39000))))) (br $a))",
                "import|(loop $l (drop (call $result_len)) (br $l))",
                "store|(loop $l (drop (call $storage_set (i32.const 16) (i32.const 1) (i32.const 16) (i32.const 1)))"
                        + " (br $l))",
                "copy|(loop $l (memory.copy (i32.const 0) (i32.const 1) (i32.const 65535)) (br $l))",
                "recursion|(drop (call $fib (i32.const 80)))",
                "sleep|(drop (call $sleep_ms (i32.const 60000)))",
                "http|(drop (call $http_get (i32.const 16) (i32.const 9)))"
            })
    void nothingOutlivesTheWallLimit(String name, String body) throws Exception {
        Guest guest = new Guest();
        guest.text("http://x/");
        String module = guest.field("(func $fib (param i32) (result i32) (if (result i32)"
                        + " (i32.lt_u (local.get 0) (i32.const 2)) (then (i32.const 1)) (else"
                        + " (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))"
                        + " (call $fib (i32.sub (local.get 0) (i32.const 2)))))))")
                .handler(body);
        for (Bench.Mode mode : new Bench.Mode[] {Bench.Mode.COMPILED, Bench.Mode.INTERPRETED}) {
            try (Bench bench = new Bench(mode.settings())) {
                bench.wallMs = 300;
                TestClient client = new TestClient();
                client.silent = true;
                bench.client = client;
                Bench.Run run = bench.run(module).closed();
                assertEquals("! wall time limit exceeded (300 ms)", run.outcome());
                assertEquals(Kind.QUOTA, run.exchange().failure.kind());
            }
        }
    }

    @Test
    @Tag("W9.5")
    void killsLeaveNoWorkerInterrupted() throws Exception {
        TestSettings settings = new TestSettings();
        try (Bench bench = new Bench(settings)) {
            bench.wallMs = 30;
            Program spin = bench.load(new Guest().handler("(loop $l (br $l))"));
            Program nap = bench.load(new Guest().handler("(call $print (call $sleep_ms (i32.const 5))) (call $done)"));
            for (int i = 0; i < 20; i++) {
                bench.send(spin, TestExchange.get()).closed();
                bench.wallMs = 20_000;
                assertEquals("0", bench.send(nap, TestExchange.get()).outcome());
                bench.wallMs = 30;
            }
            assertTrue(bench.engine.liveThreads() <= 32);
        }
    }

    @Test
    void trapAfterRefusedGrowthNamesTheLimit() throws Exception {
        String module = new Guest().handler("(drop (memory.grow (i32.const 1000))) unreachable");
        try (Bench bench = new Bench()) {
            Bench.Run run = bench.start(bench.load(module), TestExchange.get());
            assertEquals("! trap: unreachable", run.closed().outcome());
            String log = run.host().logText();
            assertTrue(
                    log.endsWith("1001 pages of 64 KiB, the most are 256"
                            + " (mimosa.engine.wasm: memoryPages, memoryShare)\n"),
                    log);
        }
    }

    @Test
    @Tag("W9.6")
    void memoryOfAllInstancesIsLimited() throws Exception {
        TestSettings settings = new TestSettings();
        settings.memoryPages = 4000;
        settings.memoryShare = 1;
        String module = new Guest()
                .handler("(loop $l (br_if $l (i32.ge_s (memory.grow (i32.const 4)) (i32.const 0))))"
                        + " (drop (call $sleep_ms (i32.const 200))) (call $print (i32.const 1)) (call $done)");
        try (Bench bench = new Bench(settings)) {
            Program program = bench.load(module);
            List<Bench.Run> runs = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                runs.add(bench.start(program, TestExchange.get()));
            }
            Set<String> outcomes = new HashSet<>();
            for (Bench.Run run : runs) {
                outcomes.add(run.closed().outcome());
            }
            outcomes.removeIf(outcome -> outcome.startsWith("! no memory is free for api-t"));
            assertEquals(Set.of("1"), outcomes);
        }
    }

    @Test
    void thousandNestedCallsWork() throws Exception {
        String module = new Guest()
                .field("(func $down (param i32) (result i32) (if (result i32) (i32.eqz (local.get 0))"
                        + " (then (i32.const 0)) (else (i32.add (i32.const 1)"
                        + " (call $down (i32.sub (local.get 0) (i32.const 1)))))))")
                .handler("(call $print (call $down (i32.const 1000))) (call $done)");
        for (Bench.Mode mode : Bench.Mode.values()) {
            assertEquals("1000", answer(mode, module), mode.name());
        }
    }

    @Test
    @Tag("W7.9")
    void stackThatEndsInAServiceHarmsNothing() throws Exception {
        Guest guest = new Guest();
        String key = guest.text("key");
        String module = guest.field(
                        "(func $deep (drop (call $storage_set " + key + key + ")) (call $deep)" + " (call $comma))")
                .handler("(call $deep)");
        TestSettings settings = new TestSettings();
        settings.stackKiB = 512; // sooner at its end
        try (Bench bench = new Bench(settings)) {
            Program program = bench.load(module);
            for (int i = 0; i < 50; i++) {
                assertEquals(
                        "! trap: call stack exhausted",
                        bench.send(program, TestExchange.get()).outcome());
            }
            assertEquals("key", bench.store.committed().get("key").value());
        }
    }

    @Test
    void closedProgramLetsItsClassesGo() throws Exception {
        try (Bench bench = new Bench()) {
            WeakReference<ClassLoader> loader = loaderOfAProgramThatRan(bench);
            for (int i = 0; i < 100 && loader.get() != null; i++) {
                System.gc();
            }
            assertEquals(null, loader.get());
        }
    }

    private static WeakReference<ClassLoader> loaderOfAProgramThatRan(Bench bench) throws Exception {
        Program program = bench.load(new Guest().handler("(call $done)"));
        Blueprint blueprint = ((WasmProgram) program).blueprint();
        Execution execution = new Execution(blueprint, null, null, null);
        execution.prepare(UsedMemory.of(blueprint.image()));
        ClassLoader loader = execution.instance().getMachine().getClass().getClassLoader();
        bench.send(program, TestExchange.get()).closed();
        program.close();
        bench.forgetRuns();
        return new WeakReference<>(loader);
    }
}
