package mimosa.engine.wasm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.client.OutboundRequest;
import mimosa.api.http.HeaderField;
import mimosa.testing.TestClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundTest {
    private static final String NOTHING = "(i32.const 0) (i32.const 0)";

    private final Bench bench = new Bench();
    private final TestClient client = new TestClient();
    private final Guest guest = new Guest();
    private final String url = guest.text("http://x/");

    @BeforeEach
    void useClient() {
        bench.client = client;
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private String run(String body) throws Exception {
        return bench.run(guest.handler(body + "(call $done)")).outcome();
    }

    private static String print(String call) {
        return "(call $print (call $" + call + "))";
    }

    private static String result(String call) {
        return "(call $result (call $" + call + "))";
    }

    @Test
    @Tag("W8.1")
    void answerHasBodyStatusAndHeaders() throws Exception {
        assertEquals(
                "-1,hi,200,text/plain,-1,{\"content-type\":\"text/plain\"}",
                run(print("http_status")
                        + result("http_get " + url)
                        + print("http_status")
                        + result("http_header " + guest.text("Content-Type"))
                        + print("http_header " + guest.text("nope"))
                        + result("http_headers")));
        client.status = 404;
        client.pieces = List.of("{\"e\"", ":1}");
        assertEquals("{\"e\":1},404", run(result("http_get " + url) + print("http_status")));
        assertEquals(1, client.sent.get(0).hops());
    }

    @ParameterizedTest
    @Tag("W8.2")
    @CsvSource({"UNAVAILABLE,-5", "FORBIDDEN,-2", "INVALID,-4", "CALL_LIMIT,-3", "INTERNAL,-5"})
    void failureIsACode(Kind kind, int code) throws Exception {
        client.failure = new MimosaException(kind, "why");
        assertEquals(
                code + ",-1,http_get: why",
                run(print("http_get " + url) + print("http_status") + result("last_error")));
    }

    @Test
    @Tag("W8.2")
    void tooMuchIsRefused() throws Exception {
        client.pieces = List.of("a".repeat(6_000_000), "b".repeat(6_000_000));
        assertEquals("-3,-1", run(print("http_get " + url) + print("http_status")));
        client.pieces = List.of("hi");
        client.maxCalls = 2;
        assertEquals("2,-3", run(print("http_get " + url) + print("http_get " + url)));
    }

    @Test
    @Tag("W8.3")
    void requestIsAsDescribed() throws Exception {
        String descriptor =
                """
                {"url":"http://x/y","type":"post","headers":{"X-A":"1","authorization":"no"},
                 "authorization":"Bearer t","unknown":[1]}""";
        assertEquals("2", run(print("http_request " + guest.text(descriptor) + guest.bytes((byte) 0, (byte) 0xff))));
        OutboundRequest sent = client.sent.get(0);
        assertEquals("POST http://x/y", sent.method() + " " + sent.url());
        assertArrayEquals(new byte[] {0, (byte) 0xff}, sent.body());
        assertEquals(
                List.of(new HeaderField("X-A", "1"), new HeaderField("Authorization", "Bearer t")), sent.headers());
        assertEquals(
                "2", run(print("http_request " + guest.text("{\"url\":\"http://x\",\"data\":{\"a\":1}}") + NOTHING)));
        assertEquals("{\"a\":1}", new String(client.sent.get(1).body(), StandardCharsets.UTF_8));
        assertEquals(
                List.of(new HeaderField("Content-Type", "application/json")),
                client.sent.get(1).headers());
    }

    @ParameterizedTest
    @Tag("W8.3")
    @ValueSource(
            strings = {
                "{",
                "[]",
                "{}",
                "{\"url\":5}",
                "{\"url\":\"http://x\",\"headers\":[]}",
                "{\"url\":\"http://x\",\"headers\":{\"a\":\"b\\r\\nc\"}}",
                "{\"url\":\"http://x\",\"data\":\"both\"}"
            })
    void descriptorThatIsNoneIsRefused(String descriptor) throws Exception {
        assertEquals("-4", run(print("http_request " + guest.text(descriptor) + url)));
        assertTrue(client.sent.isEmpty());
    }

    @Test
    @Tag("W8.4")
    void streamIsReadPieceByPiece() throws Exception {
        client.pieces = List.of("one", "two", "three");
        String stream = guest.text("{\"url\":\"http://x/\",\"mode\":\"stream\"}");
        assertEquals(
                "-2,0,200,one,two,three,-1,-2",
                run(print("http_read")
                        + print("http_request " + stream + NOTHING)
                        + print("http_status")
                        + result("http_read")
                        + result("http_read")
                        + result("http_read")
                        + print("http_read")
                        + print("http_read")));
        assertEquals(0, client.aborted);
        assertEquals(
                "0,one,0,-2,0",
                run(print("http_request " + stream + NOTHING)
                        + result("http_read")
                        + print("http_close")
                        + print("http_read")
                        + print("http_close")));
        assertEquals(1, client.aborted);
        client.breakAfter = 1;
        assertEquals(
                "0,one,-5", run(print("http_request " + stream + NOTHING) + result("http_read") + print("http_read")));
    }

    @Test
    @Tag("W8.5")
    void proxyFollowsNothingAndAFileIsWritten() throws Exception {
        client.status = 302;
        client.headers.add(new HeaderField("location", "/there"));
        assertEquals(
                "2,302,/there",
                run(print("http_request " + guest.text("{\"url\":\"http://x/\",\"mode\":\"proxy\"}") + NOTHING)
                        + print("http_status")
                        + result("http_header " + guest.text("location"))));
        assertFalse(client.sent.get(0).followRedirects());
        client.status = 200;
        client.pieces = List.of("one", "two");
        assertEquals(
                "{\"size\":6,\"totalSize\":6}",
                run(result(
                        "http_request " + guest.text("{\"url\":\"http://x/\",\"outputFile\":\"o.bin\"}") + NOTHING)));
        assertEquals("onetwo", new String(bench.store.files().get("o.bin"), StandardCharsets.UTF_8));
        int before = client.sent.size();
        assertEquals(
                "-4",
                run(print("http_request " + guest.text("{\"url\":\"http://x/\",\"outputFile\":\"../o\"}") + NOTHING)));
        assertEquals(before, client.sent.size());
    }

    @Test
    @Tag("W8.6")
    void filesAreSavedAndRemoved() throws Exception {
        String path = guest.text("d/f");
        assertEquals(
                "0,0,-1,-4",
                run(print("file_save " + path + url)
                        + print("file_remove " + path)
                        + print("file_remove " + path)
                        + print("file_save " + guest.text("/../x") + url)));
    }

    @Test
    @Tag("W8.6")
    void eventsArePushed() throws Exception {
        String event = guest.text("{\"message\":{\"n\":1},\"type\":\"a\",\"x\":2}");
        assertEquals("-2", run(print("event_publish " + event)));
        bench.env = Map.of("MCM.WEBSOCKET_SUPPORT", "true");
        Bench.Run run = bench.run(
                guest.handler(print("event_publish " + event) + print("event_publish " + guest.text("{\"type\":1}"))
                        + print("event_publish " + guest.text("no")) + "(call $done)"));
        assertEquals("0,-4,-4", run.outcome());
        assertEquals(List.of("{\"type\":\"a\",\"message\":{\"n\":1}}"), run.host().published);
    }

    @Test
    @Tag("W8.7")
    void instanceKnowsItsWorld() throws Exception {
        guest.field("(global $t (mut i64) (i64.const 0))");
        bench.env = Map.of("A", "1");
        assertEquals(
                "1,-1,{\"A\":\"1\"},/api/t/v1,-1,0,65536,-3,1,-4,0",
                run(result("env_get " + guest.text("A")) + print("env_get " + guest.text("nope"))
                        + result("env_get " + NOTHING) + result("info_get " + guest.text("apiRoot"))
                        + print("info_get " + guest.text("x")) + print("random_bytes (i32.const 0)")
                        + print("random_bytes (i32.const 65536)") + print("random_bytes (i32.const 65537)")
                        + "(global.set $t (call $time_now)) (drop (call $sleep_ms (i32.const 20)))"
                        + "(call $print (i64.ge_s (i64.sub (call $time_now) (global.get $t)) (i64.const 19)))"
                        + print("sleep_ms (i32.const -1)") + print("sleep_ms (i32.const 0)")
                        + "(drop (i32.const 0))"));
    }

    @Test
    @Tag("W8.8")
    void logHasLevels() throws Exception {
        StringBuilder body = new StringBuilder();
        for (int level = 0; level <= 4; level++) {
            body.append(print("log_write (i32.const " + level + ")" + url));
        }
        Bench.Run run = bench.run(guest.handler(body + "(call $done)")).closed();
        assertEquals("0,0,0,0,-4", run.outcome());
        assertEquals(
                "DEBUG http://x/\nINFO http://x/\nWARN http://x/\nERROR http://x/\n",
                run.host().logText());
    }

    @Test
    @Tag("W8.8")
    void abortLogsWhereItHappened() throws Exception {
        byte[] text = "no".getBytes(StandardCharsets.UTF_16LE);
        guest.bytes((byte) text.length, (byte) 0, (byte) 0, (byte) 0);
        String message = guest.bytes(text).split("\\) \\(")[0] + ")";
        Bench.Run run = bench.run(guest.handler(
                        "(call $abort " + message + "(i32.const 0xFFFFFFF0) (i32.const 7) (i32.const 9))"))
                .closed();
        assertEquals("! trap: abort", run.outcome());
        assertTrue(
                run.host().logText().startsWith("ERROR abort: no in (7:9)\n"),
                run.host().logText());
    }
}
