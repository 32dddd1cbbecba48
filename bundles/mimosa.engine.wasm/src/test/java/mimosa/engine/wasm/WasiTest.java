package mimosa.engine.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import mimosa.api.MimosaException.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class WasiTest {
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    /** Writes the text by {@code fd_write}; prints the code and how many bytes were taken. */
    private static String write(Guest guest, int descriptor, String text) {
        return "(i32.store (i32.const 38000) " + guest.text(text).replace(") (", ")) (i32.store (i32.const 38004) (")
                + ") (call $print (call $fd_write (i32.const " + descriptor
                + ") (i32.const 38000) (i32.const 1) (i32.const 38008)))";
    }

    @Test
    @Tag("W2.2")
    void whatIsPrintedIsLoggedLineByLine() throws Exception {
        Guest guest = new Guest();
        Bench.Run run = bench.run(guest.handler(write(guest, 1, "a\nb") + write(guest, 2, "\u001b[2J\n")
                        + "(call $print (i32.load (i32.const 38008))) (call $done)"))
                .closed();
        assertEquals("0,0,5", run.outcome());
        assertEquals("INFO a\nERROR \u001b[2J\nINFO b\n", run.host().logText());
    }

    @Test
    @Tag("W2.3")
    void nothingIsReached() throws Exception {
        String zero = "(i32.const 0)";
        String zeros4 = (zero + " ").repeat(4);
        Bench.Run run = bench.run(new Guest()
                .handler("(call $print (call $fd_prestat_get (i32.const 3) " + zero + "))"
                        + "(call $print (call $path_open (i32.const 3) " + zeros4
                        + "(i64.const 0) (i64.const 0) (i32.const 0) (i32.const 0)))"
                        + "(call $print (call $sock_send (i32.const 3) " + zeros4 + "))"
                        + "(call $print (call $fd_read (i32.const 5) " + zero + zero + zero + "))"
                        + "(call $print (call $fd_seek (i32.const 1) (i64.const 0) " + zero + zero + "))"
                        + "(call $print (call $fd_close (i32.const 1)))"
                        + "(call $print (call $fd_write (i32.const 3) " + zero + zero + zero + "))"
                        + "(call $print (call $proc_raise (i32.const 1)))"
                        + "(call $print (call $sched_yield)) (call $done)"));
        assertEquals("8,76,76,8,70,0,8,52,0", run.outcome());
    }

    private static final String CLOCKS =
            """
            (call $print (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 38000)))
            (call $print (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 38000)))
            (call $print (call $clock_time_get (i32.const 2) (i64.const 0) (i32.const 38000)))
            (drop (call $random_get (i32.const 38000) (i32.const 16)))
            (drop (call $random_get (i32.const 38016) (i32.const 16)))
            (call $print (i64.eq (i64.load (i32.const 38000)) (i64.load (i32.const 38016))))
            (drop (call $args_sizes_get (i32.const 38000) (i32.const 38004)))
            (call $print (i32.load (i32.const 38000)))
            (drop (call $environ_sizes_get (i32.const 38000) (i32.const 38004)))
            (call $print (i32.load (i32.const 38000))) (call $print (i32.load (i32.const 38004)))
            (drop (call $environ_get (i32.const 38000) (i32.const 38100)))
            (call $comma) (call $put (i32.load8_u (i32.load (i32.const 38000)))) (call $done)
            """;

    @Test
    @Tag("W2.4")
    void timeChanceAndEnvironment() throws Exception {
        bench.env = Map.of("A", "1");
        assertEquals("0,0,28,0,0,1,4,A", bench.run(new Guest().handler(CLOCKS)).outcome());
        TestSettings settings = new TestSettings();
        settings.wasiEnv = false;
        try (Bench without = new Bench(settings)) {
            without.env = Map.of("A", "1");
            assertEquals(
                    "0,0,28,0,0,0,0,@",
                    without.run(new Guest()
                                    .handler("(i32.store (i32.const 38000) (i32.const 38300))"
                                            + "(i32.store8 (i32.const 0) (i32.const 64))" + CLOCKS))
                            .outcome());
        }
    }

    @Test
    @Tag("W2.5")
    void exitEndsTheHandler() throws Exception {
        Guest guest = new Guest();
        assertEquals(
                "ok",
                bench.run(guest.handler(
                                "(drop (call $response_end " + guest.text("ok") + ")) (call $proc_exit (i32.const 0))"))
                        .outcome());
        Bench.Run failed = bench.run(new Guest().handler("(call $proc_exit (i32.const 3))"));
        assertEquals("! exit code 3", failed.outcome());
        assertEquals(Kind.GUEST, failed.exchange().failure.kind());
    }

    private static String poll(int type, long nanos) {
        return "(i64.store (i32.const 38000) (i64.const 77)) (i32.store8 (i32.const 38008) (i32.const " + type + "))"
                + "(i32.store (i32.const 38016) (i32.const 1)) (i64.store (i32.const 38024) (i64.const " + nanos + "))"
                + "(call $print (call $poll_oneoff (i32.const 38000) (i32.const 38100) (i32.const 1)"
                + " (i32.const 38200))) (call $print (i32.load (i32.const 38200)))"
                + "(call $print (i32.load (i32.const 38100))) (call $print (i32.load16_u (i32.const 38108)))"
                + "(call $done)";
    }

    @Test
    @Tag("W2.5")
    void pollWaitsForAClockUnderQuota() throws Exception {
        long began = System.nanoTime();
        assertEquals(
                "0,1,77,0", bench.run(new Guest().handler(poll(0, 50_000_000))).outcome());
        assertFalse(System.nanoTime() - began < 50_000_000);
        assertEquals("0,1,77,8", bench.run(new Guest().handler(poll(1, 0))).outcome());
        bench.wallMs = 300;
        Bench.Run late = bench.run(new Guest().handler(poll(0, 60_000_000_000L)));
        assertTrue(late.outcome().startsWith("! wall time limit exceeded"), late.outcome());
    }
}
