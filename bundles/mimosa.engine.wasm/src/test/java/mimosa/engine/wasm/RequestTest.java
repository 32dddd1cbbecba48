package mimosa.engine.wasm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import mimosa.api.MimosaException.Kind;
import mimosa.api.engine.Program;
import mimosa.api.http.Exchange.Outcome;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTest {
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private static TestExchange post(String rest, String query, String type, byte[] body) {
        TestExchange exchange = new TestExchange("POST", rest, query, body);
        return type == null ? exchange : exchange.header("Content-Type", type);
    }

    @Test
    @Tag("W6.1")
    void requestIsSeen() throws Exception {
        Guest guest = new Guest();
        String body = "(call $result (call $request_method)) (call $result (call $request_url))"
                + "(call $result (call $request_header " + guest.text("x-y") + "))"
                + "(call $result (call $request_header " + guest.text("X-Y") + "))"
                + "(call $print (call $request_header " + guest.text("nope") + "))"
                + "(call $result (call $request_headers)) (call $done)";
        String answer = bench.run(
                        guest.handler(body),
                        post("/a", "b=c", null, new byte[0]).header("X-Y", "z"))
                .outcome();
        assertEquals("POST,/a?b=c,z,z,-1,{\"x-y\":\"z\",\"x-request-id\":\"r-1\"}", answer);
    }

    @Test
    @Tag("W6.1")
    void bodyIsPassedUnchanged() throws Exception {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        Guest guest = new Guest();
        String type = guest.text("content-type");
        String program = guest.handler("(drop (call $response_header " + type + guest.text("application/octet-stream")
                + ")) (call $result (call $request_body)) (call $done)");
        Bench.Run run = bench.run(program, post("", null, "application/octet-stream", all));
        assertArrayEquals(all, run.exchange().bytes());
        assertEquals("", bench.run(program).text());
    }

    private static final String FORM =
            """
            --b\r
            Content-Disposition: form-data; name="a"\r
            \r
            1\r
            --b\r
            Content-Disposition: form-data; name="f"; filename="x.bin"\r
            Content-Type: image/png\r
            \r
            abcdef\r
            --b--\r
            """;

    @Test
    @Tag("W6.2")
    void formIsWalked() throws Exception {
        Guest guest = new Guest();
        String path = guest.text("m/x.bin");
        String body = "(call $print (call $form_value))"
                + "(call $result (call $form_next)) (call $result (call $form_value))"
                + "(call $result (call $form_next))"
                + "(call $print (call $form_store " + guest.text("../x") + "))"
                + "(call $print (call $form_store " + path + ")) (call $print (call $form_store " + path + "))"
                + "(call $print (call $form_next)) (call $done)";
        Bench.Run run = bench.run(
                guest.handler(body),
                post("", null, "multipart/form-data; boundary=b", FORM.getBytes(StandardCharsets.UTF_8)));
        assertEquals(
                "-2,{\"key\":\"a\",\"filename\":\"\",\"contentType\":\"\"},1,"
                        + "{\"key\":\"f\",\"filename\":\"x.bin\",\"contentType\":\"image/png\"},-4,6,-2,-1",
                run.outcome());
        assertEquals("abcdef", new String(bench.store.files().get("m/x.bin"), StandardCharsets.UTF_8));
    }

    @Test
    @Tag("W6.2")
    void whatIsNoFormIsRefused() throws Exception {
        String program = new Guest().handler("(call $print (call $form_next)) (call $done)");
        assertEquals("-2", bench.run(program).outcome());
        byte[] broken = "--b\r\nnonsense".getBytes(StandardCharsets.UTF_8);
        assertEquals(
                "-4",
                bench.run(program, post("", null, "multipart/form-data; boundary=b", broken))
                        .outcome());
    }

    @Test
    @Tag("W6.3")
    void statusAndHeadersAreSet() throws Exception {
        Guest guest = new Guest();
        String name = guest.text("X-A");
        String cookie = guest.text("Set-Cookie");
        String body = "(call $print (call $response_status (i32.const 418)))"
                + "(call $print (call $response_status (i32.const 199)))"
                + "(call $print (call $response_status (i32.const 600)))"
                + "(call $print (call $response_header " + name + guest.text("1") + "))"
                + "(call $print (call $response_header " + name + guest.text("2") + "))"
                + "(call $print (call $response_header " + cookie + guest.text("a=1") + "))"
                + "(call $print (call $response_header " + cookie + guest.text("b=2") + "))"
                + "(call $print (call $response_header " + name + guest.text("x\r\ny: z") + "))"
                + "(call $print (call $response_header " + guest.text("no name") + guest.text("x") + ")) (call $done)";
        Bench.Run run = bench.run(guest.handler(body));
        assertEquals("0,-4,-4,0,0,0,0,-4,-4", run.outcome());
        assertEquals(418, run.exchange().status);
        assertEquals("2", run.exchange().answerHeader("x-a"));
        assertEquals("a=1|b=2", run.exchange().answerHeader("set-cookie"));
    }

    @ParameterizedTest
    @Tag("W6.3")
    @CsvSource(
            delimiter = '|',
            value = {
                " {\"a\":1}|application/json",
                "hi|text/plain; charset=utf-8",
                "\u00ff\u0000|application/octet-stream"
            })
    void contentTypeIsFoundOut(String text, String type) throws Exception {
        Guest guest = new Guest();
        String program = guest.handler(
                "(drop (call $response_end " + guest.bytes(text.getBytes(StandardCharsets.ISO_8859_1)) + "))");
        assertEquals(type, bench.run(program).exchange().answerHeader("content-type"));
    }

    @Test
    @Tag("W6.4")
    void afterTheFirstByteMuchIsTooLate() throws Exception {
        Guest guest = new Guest();
        String a = guest.text("a");
        String program = guest.handler("(drop (call $response_write " + a + "))"
                + "(call $print (call $response_status (i32.const 404)))"
                + "(call $print (call $response_header " + a + a + "))"
                + "(drop (call $response_write (i32.const 40000) (i32.const 5)))"
                + "(drop (call $response_end " + guest.text("b") + "))"
                + "(i32.store8 (i32.const 38000) (i32.add (i32.const 50)"
                + " (call $response_write " + a + ")))"
                + "(i32.store8 (i32.const 38001) (i32.add (i32.const 50) (call $response_end " + a + ")))"
                + "(drop (call $log_write (i32.const 1) (i32.const 38000) (i32.const 2)))");
        Bench.Run run = bench.run(program).closed();
        assertEquals("a-2,-2b", run.outcome());
        assertEquals("INFO 00\n", run.host().logText());
    }

    @Test
    @Tag("W6.5")
    void eachWriteIsAPieceOfItsOwn() throws Exception {
        Guest guest = new Guest();
        String program = guest.handler("(drop (call $response_header " + guest.text("Content-Type")
                + guest.text("text/event-stream") + "))"
                + "(drop (call $response_write " + guest.text("data: 1\n\n") + "))"
                + "(drop (call $sleep_ms (i32.const 50)))"
                + "(drop (call $response_write " + guest.text("data: 2\n\n") + "))");
        Bench.Run run = bench.run(program);
        assertEquals(3, run.exchange().pieces.size());
        assertEquals("data: 1\n\ndata: 2\n\n", run.outcome());
        assertEquals("text/event-stream", run.exchange().answerHeader("content-type"));
    }

    @Test
    @Tag("W6.6")
    void answerThatIsNotEnded() throws Exception {
        Guest guest = new Guest();
        assertEquals(
                "a",
                bench.run(guest.handler("(drop (call $response_write " + guest.text("a") + "))"))
                        .outcome());
        assertEquals(
                204,
                bench.run(new Guest().handler("(drop (call $response_status (i32.const 204)))"))
                        .exchange()
                        .status);
        Bench.Run silent = bench.run(new Guest().handler("(drop (call $time_now))"));
        assertEquals("! the handler finished without ending the response", silent.outcome());
        assertEquals(Kind.QUOTA, silent.exchange().failure.kind());
    }

    @Test
    @Tag("W6.6")
    void clientThatLeavesEndsTheInstance() throws Exception {
        Guest guest = new Guest();
        String program =
                guest.handler("(loop $l (drop (call $response_write " + guest.text("a".repeat(9000)) + ")) (br $l))");
        TestExchange exchange = TestExchange.get().stalled();
        Bench.Run run = bench.start(bench.load(program), exchange);
        while (!exchange.isCommitted()) {
            Thread.onSpinWait();
        }
        exchange.clientLeaves();
        run.closed();
        assertEquals(Outcome.CLIENT_GONE, exchange.await());
    }

    @Test
    void writerWaitsForItsReader() throws Exception {
        Guest guest = new Guest();
        String program = guest.handler("(local $i i32) (loop $l (drop (call $response_write "
                + guest.text("a".repeat(9000)) + ")) (local.set $i (i32.add (local.get $i) (i32.const 1)))"
                + " (br_if $l (i32.lt_u (local.get $i) (i32.const 100))))");
        TestExchange exchange = TestExchange.get().stalled();
        Program loaded = bench.load(program);
        Bench.Run run = bench.start(loaded, exchange);
        while (exchange.bytes().length < 256 * 1024) {
            Thread.onSpinWait();
        }
        assertTrue(exchange.bytes().length < 300 * 1024);
        exchange.read();
        run.closed();
        assertEquals(900_000, exchange.bytes().length);
    }

    @Test
    @Tag("W6.7")
    void storedFileIsSent() throws Exception {
        bench.store.putFile("f.txt", "hello".getBytes(StandardCharsets.UTF_8));
        Guest guest = new Guest();
        String type = guest.text("text/plain");
        String program = guest.handler("(if (i32.eqz (call $response_file " + guest.text("f.txt") + type + "))"
                + "(then return)) (call $done)");
        Bench.Run part = bench.run(program, TestExchange.get().header("Range", "bytes=1-2"));
        assertEquals("el", part.outcome());
        assertEquals(206, part.exchange().status);
        assertEquals("text/plain", part.exchange().answerHeader("content-type"));
        Guest other = new Guest();
        String mime = other.text("text/plain");
        assertEquals(
                "-1,-4,-4",
                bench.run(other.handler("(call $print (call $response_file " + other.text("none") + mime + "))"
                                + "(call $print (call $response_file " + other.text("a\\b") + mime + "))"
                                + "(call $print (call $response_file " + other.text("f.txt") + other.text("nonsense")
                                + ")) (call $done)"))
                        .outcome());
        assertEquals(0, bench.store.openFiles.get());
    }
}
