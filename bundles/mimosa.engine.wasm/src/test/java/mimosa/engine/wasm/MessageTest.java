package mimosa.engine.wasm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.engine.Program;
import mimosa.api.storage.Session;
import mimosa.testing.TestClient;
import mimosa.testing.TestExchange;
import mimosa.testing.TestHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs that speak in messages. Those here log what they get, a line each, and post what the test has prepared. */
class MessageTest {
    private static final String SEND = "{\"method\":\"response.send\",\"id\":0,\"params\":[\"sent\"]}";

    private final Bench bench = new Bench();
    private final DataSegments data = new DataSegments(1000);

    @AfterEach
    void close() {
        bench.close();
    }

    /** A call that posts the message. */
    private String post(String message) {
        return "(call $post " + data.add(message.getBytes(StandardCharsets.UTF_8)) + ")";
    }

    private static String call(int id, String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    /**
     * A program of version 1.
     *
     * @param event what it does with the event, once that is logged
     * @param answer what it does with each answer, once that is logged; leaves a number
     */
    private String program(String event, String answer) {
        return """
                (module
                (import "env" "mk_module_api_request" (func $post (param i32 i32)))
                (import "env" "mk_module_get_buffer" (func $pull (param i32 i64 i32)))
                (import "env" "mk_module_set_buffer" (func $push (param i64 i32 i32)))
                (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
                (memory (export "memory") 4)
                (global $count (mut i32) (i32.const 0))
                (func $log (param $ref i64) (param $len i32)
                  (call $pull (i32.const 100000) (local.get $ref) (local.get $len))
                  (i32.store8 (i32.add (i32.const 100000) (local.get $len)) (i32.const 10))
                  (i32.store (i32.const 0) (i32.const 100000))
                  (i32.store (i32.const 4) (i32.add (local.get $len) (i32.const 1)))
                  (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
                (func (export "mk_module_on_event") (param $ref i64) (param $len i32)
                  (call $log (local.get $ref) (local.get $len))
                """
                + event
                + """
                )
                (func (export "mk_module_on_api_response")
                    (param $id i64) (param $ref i64) (param $len i32) (result i32)
                  (call $log (local.get $ref) (local.get $len))
                  (global.set $count (i32.add (global.get $count) (i32.const 1)))
                """
                + answer + ")\n" + data + ")";
    }

    private static List<JsonNode> received(Bench.Run run) {
        List<JsonNode> all = new ArrayList<>();
        for (TestHost.Line line : run.host().log) {
            JsonNode node = Json.value(line.text());
            if (node != null) {
                all.add(node);
            }
        }
        return all;
    }

    private Bench.Run run(String event, String answer) throws Exception {
        return bench.run(program(event, answer)).closed();
    }

    @Test
    @Tag("W10.1")
    void eventOfTheFirstVersion() throws Exception {
        String send = post(
                "{\"method\":\"response.send\",\"params\":[\"body\",{\"statusCode\":418,\"fileMimeType\":\"a/b\"}]}");
        TestExchange exchange = new TestExchange("PUT", "/x", "y=1", "hello".getBytes(StandardCharsets.UTF_8));
        bench.env = Map.of("A", "1");
        Bench.Run run = bench.run(program(send, "(i32.const 0)"), exchange.header("X-Y", "z"))
                .closed();
        assertEquals("body", run.outcome());
        assertEquals(418, run.exchange().status);
        assertEquals("a/b", run.exchange().answerHeader("content-type"));
        JsonNode event = received(run).get(0);
        assertEquals("2.0", event.get("jsonrpc").asText());
        assertEquals(0, event.get("id").intValue());
        assertEquals("on_http_event", event.get("method").asText());
        assertEquals("/api/t/v1", event.at("/params/context/info/apiRoot").asText());
        assertEquals("8083", event.at("/params/context/info/httpPort").textValue());
        assertEquals("1", event.at("/params/context/env/A").asText());
        assertEquals("/x?y=1", event.at("/params/request/url").asText());
        assertEquals("PUT", event.at("/params/request/method").asText());
        assertEquals("z", event.at("/params/request/headers/x-y").asText());
        assertEquals("hello", event.at("/params/request/jsonBody").asText());
    }

    /** Sends the whole event back, as the text that follows a prepared beginning. */
    private static byte[] echo() {
        ByteArrayOutputStream start = new ByteArrayOutputStream();
        start.write(0x82);
        start.write(0xa6);
        start.writeBytes("method".getBytes(StandardCharsets.US_ASCII));
        start.write(0xad);
        start.writeBytes("response.send".getBytes(StandardCharsets.US_ASCII));
        start.write(0xa6);
        start.writeBytes("params".getBytes(StandardCharsets.US_ASCII));
        start.write(0x91);
        start.write(0xda);
        return start.toByteArray();
    }

    @Test
    @Tag("W10.1")
    @Tag("W10.3")
    void eventOfTheSecondVersionKeepsItsBytes() throws Exception {
        byte[] start = echo();
        String place = data.add(start);
        String end = String.valueOf(1000 + start.length);
        String program = "(module (import \"env\" \"mk_module_api_request\" (func $post (param i32 i32 i32)))"
                + "(import \"env\" \"mk_module_get_buffer\" (func $pull (param i32 i64 i32)))"
                + "(memory (export \"memory\") 1) (func (export \"mk_module_abi_version_2_0_1\"))"
                + "(func (export \"mk_module_on_event\") (param $ref i64) (param $len i32)"
                + "(i32.store8 (i32.const " + end + ") (i32.shr_u (local.get $len) (i32.const 8)))"
                + "(i32.store8 (i32.const " + (1000 + start.length + 1) + ") (local.get $len))"
                + "(call $pull (i32.const " + (1000 + start.length + 2) + ") (local.get $ref) (local.get $len))"
                + "(call $post (i32.const 0) (i32.const 1000) (i32.add (local.get $len) (i32.const "
                + (start.length + 2) + "))))"
                + "(func (export \"mk_module_on_api_response\") (param i64 i64 i32) (result i32) (i32.const 0))"
                + data + ")";
        assertTrue(place.startsWith("(i32.const 1000)"));
        byte[] body = {0, (byte) 0xff, (byte) 0x80};
        Bench.Run run = bench.run(program, new TestExchange("POST", "", null, body));
        assertEquals(200, run.exchange().status);
        Map<String, Object> event = new PackWire().decode(run.exchange().bytes());
        Map<?, ?> params = (Map<?, ?>) event.get("params");
        Map<?, ?> request = (Map<?, ?>) params.get("request");
        assertArrayEquals(body, (byte[]) request.get("jsonBody"));
        assertEquals(0L, event.get("id"));
        assertEquals(
                "messages, version 2 (MessagePack)", bench.load(program).facts().get("abi"));
    }

    @ParameterizedTest
    @Tag("W10.2")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "-|i32 i32 i32|messages, version 2 (MessagePack)",
                "-|i32 i32|messages, version 1 (JSON)",
                "2_1_0|i32 i32 i32|messages, version 2 (MessagePack)",
                "1_0_0|-|messages, version 1 (JSON)",
                "2_0_0|-|messages, version 2 (MessagePack)",
                "-|-|! index.wasm: message ABI version cannot be determined",
                "3_0_0|-|! index.wasm: message ABI version mk_module_abi_version_3_0_0 is not supported",
                "2_0_0|i32 i32|! index.wasm: marker mk_module_abi_version_2_0_0 does not fit mk_module_api_request"
                        + " (i32 i32) -> ()"
            })
    void versionIsFoundOut(String marker, String post, String expected) {
        String module = "(module "
                + (post == null ? "" : "(import \"env\" \"mk_module_api_request\" (func (param " + post + ")))")
                + "(memory (export \"memory\") 1)"
                + (marker == null ? "" : "(func (export \"mk_module_abi_version_" + marker + "\"))")
                + "(func (export \"mk_module_on_event\") (param i64 i32))"
                + "(func (export \"mk_module_on_api_response\") (param i64 i64 i32) (result i32) (i32.const 0)))";
        if (expected.startsWith("! ")) {
            MimosaException refusal = assertThrows(MimosaException.class, () -> bench.load(module));
            assertEquals(expected, "! " + refusal.getMessage());
        } else {
            assertEquals(expected, bench.load(module).facts().get("abi"));
        }
    }

    @Test
    @Tag("W1.3")
    void importsOfTheOtherAbiAreRefused() {
        String module = "(module (import \"env\" \"mk_module_api_request\" (func (param i32 i32)))"
                + "(import \"env\" \"storage_get\" (func (param i32 i32) (result i32)))"
                + "(memory (export \"memory\") 1) (func (export \"mk_module_on_event\") (param i64 i32))"
                + "(func (export \"mk_module_on_api_response\") (param i64 i64 i32) (result i32) (i32.const 0)))";
        MimosaException refusal = assertThrows(MimosaException.class, () -> bench.load(module));
        assertEquals("index.wasm: imports env.storage_get, which Mimosa does not provide", refusal.getMessage());
    }

    @Test
    @Tag("W10.3")
    void itemsAreSetReadAndRemoved() throws Exception {
        String key = "{\"key\":\"k\",\"value\":\"\",\"tag\":\"\"}";
        Bench.Run run = run(
                post(call(1, "storage.get_item", key))
                        + post(call(2, "storage.set_item", "{\"key\":\"k\",\"value\":\"v\",\"tag\":\"t\"}"))
                        + post(call(3, "storage.get_item", key))
                        + post(call(4, "storage.remove_item", key))
                        + post(call(5, "storage.get_item", key))
                        + post(call(6, "storage.get_item", "{\"key\":\"\"}"))
                        + post(call(7, "storage.nothing", "null"))
                        + post(SEND),
                "(i32.const 0)");
        assertEquals("sent", run.outcome());
        List<String> answers = new ArrayList<>();
        for (JsonNode answer : received(run).subList(1, 8)) {
            answers.add(answer.get("id") + answer.at("/params/data/data").asText() + ":"
                    + answer.at("/params/error/message").asText());
        }
        assertEquals(
                List.of(
                        "1:item not found",
                        "2:",
                        "3v:",
                        "4:",
                        "5:item not found",
                        "6:the key is empty",
                        "7:unknown method storage.nothing"),
                answers);
        assertEquals("oncallback.success", received(run).get(2).get("method").asText());
        assertEquals(200, received(run).get(2).at("/params/data/status").intValue());
    }

    @Test
    @Tag("W10.3")
    void itemsAreWalkedUntilTheProgramHasEnough() throws Exception {
        Session session = bench.store.session(turn -> turn.toCompletableFuture().join());
        for (int i = 0; i < 5; i++) {
            session.put("k" + i, "v" + i, i % 2 == 0 ? "even" : "");
        }
        String each = post(call(1, "storage.each_item", "{\"tag\":\"even\"}"));
        Bench.Run all = run(each + post(SEND), "(i32.const 0)");
        List<String> headers = new ArrayList<>();
        received(all).stream()
                .skip(1)
                .forEach(n -> headers.add(n.at("/params/data/headers").toString()));
        assertEquals(List.of("{\"k0\":\"v0\"}", "{\"k2\":\"v2\"}", "{\"k4\":\"v4\"}", "{}"), headers);
        Bench.Run some = run(each + post(SEND), "(i32.ge_u (global.get $count) (i32.const 2))");
        assertEquals(4, received(some).size());
    }

    @Test
    @Tag("W10.4")
    void fetchesAreAnsweredLater() throws Exception {
        TestClient client = new TestClient();
        bench.client = client;
        String fetch = call(
                1,
                "httpclient.fetch",
                "{\"url\":\"http://x/\",\"method\":\"\",\"headers\":{\"A\":\"b\"},\"data\":\"\",\"mode\":\"\"}");
        Bench.Run run = run(post(fetch), post(SEND) + "(i32.const 0)");
        assertEquals("sent", run.outcome());
        assertEquals("hi", received(run).get(1).at("/params/data/data").asText());
        assertEquals(
                "text/plain",
                received(run).get(1).at("/params/data/headers/content-type").asText());
        assertEquals("GET", client.sent.get(0).method());
        client.status = 404;
        JsonNode error =
                received(run(post(fetch), post(SEND) + "(i32.const 0)")).get(1);
        assertEquals("oncallback.error_with_data", error.get("method").asText());
        assertEquals(404, error.at("/params/data/status").intValue());
        client.failure = new MimosaException(Kind.FORBIDDEN, "address not allowed: x");
        JsonNode refused =
                received(run(post(fetch), post(SEND) + "(i32.const 0)")).get(1);
        assertEquals(
                "address not allowed: x", refused.at("/params/error/message").asText());
    }

    @Test
    @Tag("W10.5")
    void longChainOfAnswersDoesNotEatTheStack() throws Exception {
        String get = post(call(1, "storage.get_item", "{\"key\":\"k\"}"));
        Bench.Run run = run(
                get,
                "(if (i32.lt_u (global.get $count) (i32.const 1000)) (then " + get + ") (else " + post(SEND)
                        + ")) (i32.const 0)");
        assertEquals("sent", run.outcome());
        assertEquals(1001, received(run).size());
    }

    @Test
    @Tag("W10.5")
    void messageOfTheInitialisationIsAnsweredFirst() throws Exception {
        String program = program(post(SEND), "(i32.const 0)");
        String early = post(call(1, "storage.get_item", "{\"key\":\"k\"}"));
        Bench.Run run = bench.run(
                        program.substring(0, program.length() - 1) + data + "(func (export \"_start\") " + early + "))")
                .closed();
        assertEquals("sent", run.outcome());
        assertEquals("oncallback.error", received(run).get(0).get("method").asText());
        assertEquals("on_http_event", received(run).get(1).get("method").asText());
    }

    private static TestExchange form(String... names) {
        StringBuilder body = new StringBuilder();
        for (String name : names) {
            body.append("--b\r\nContent-Disposition: form-data; name=\"")
                    .append(name)
                    .append("\"\r\n\r\nvalue\r\n");
        }
        return new TestExchange(
                        "POST", "", null, body.append("--b--\r\n").toString().getBytes(StandardCharsets.UTF_8))
                .header("Content-Type", "multipart/form-data; boundary=b");
    }

    @Test
    @Tag("W10.6")
    void formIsWalkedAsTheProgramSays() throws Exception {
        String upload = post(call(1, "request.handle_form_upload", "null")) + post(SEND);
        Bench.Run got = bench.run(program(upload, "(i32.const 101)"), form("a")).closed();
        assertEquals("101", received(got).get(1).at("/params/data/status").asText());
        assertEquals("a", received(got).get(1).at("/params/data/headers/key").textValue());
        assertEquals(
                "1024", received(got).get(1).at("/params/data/headers/path_len").textValue());
        assertEquals("102", received(got).get(2).at("/params/data/status").asText());
        assertEquals(
                "value", received(got).get(2).at("/params/data/headers/value").textValue());
        assertEquals(3, received(got).size());

        Bench.Run stored = bench.run(
                        program(
                                upload,
                                "(if (i32.eq (global.get $count) (i32.const 1))"
                                        + "(then (call $push (i64.const 2) "
                                        + data.add("f/x".getBytes(StandardCharsets.UTF_8))
                                        + "))) (i32.const 102)"),
                        form("a"))
                .closed();
        assertEquals(
                "f/x", received(stored).get(2).at("/params/data/headers/path").textValue());
        assertEquals(
                "5",
                received(stored).get(2).at("/params/data/headers/file_size").textValue());
        assertEquals("value", new String(bench.store.files().get("f/x"), StandardCharsets.UTF_8));

        assertEquals(
                2,
                received(bench.run(program(upload, "(i32.const 200)"), form("a", "b"))
                                .closed())
                        .size());
        Bench.Run skipped =
                bench.run(program(upload, "(i32.const 7)"), form("a", "b")).closed();
        assertEquals(3, received(skipped).size());
        assertTrue(
                skipped.host().logText().contains("7 is no action"),
                skipped.host().logText());
        Bench.Run none = bench.run(program(upload, "(i32.const 0)")).closed();
        assertEquals(
                "the body is not multipart/form-data",
                received(none).get(1).at("/params/error/message").asText());
    }

    @Test
    @Tag("W10.7")
    void answersOfEveryKind() throws Exception {
        bench.store.putFile("f", "file".getBytes(StandardCharsets.UTF_8));
        assertEquals(
                "file",
                run(post(send("\"\",{\"filePath\":\"f\",\"fileMimeType\":\"a/b\"}")), "(i32.const 0)")
                        .outcome());
        Bench.Run missing = run(post(send("\"\",{\"filePath\":\"none\"}")), "(i32.const 0)");
        assertEquals(Kind.NOT_FOUND, missing.exchange().failure.kind());
        Bench.Run twice = run(post(send("\"one\"")) + post(send("\"two\"")) + post(send("\"three\"")), "(i32.const 0)");
        assertEquals("one", twice.outcome());
        assertEquals(1, twice.host().warnings());
        assertEquals(
                Kind.GUEST,
                run(post(send("\"x\",{\"statusCode\":700}")), "(i32.const 0)")
                        .exchange()
                        .failure
                        .kind());
    }

    private static String send(String params) {
        return call(0, "response.send", "[" + params + "]");
    }

    @Test
    @Tag("W10.8")
    void instanceLivesUntilNothingIsUnderWay() throws Exception {
        assertEquals(
                "! the handler finished without ending the response",
                run("", "(i32.const 0)").outcome());
        TestClient client = new TestClient();
        bench.client = client;
        String fetch = post(call(1, "httpclient.fetch", "{\"url\":\"http://x/\"}"));
        Bench.Run late = run(
                post(SEND) + fetch,
                post(call(0, "storage.set_item", "{\"key\":\"late\",\"value\":\"1\"}")) + "(i32.const 0)");
        assertEquals("sent", late.outcome());
        assertEquals("1", bench.store.committed().get("late").value());
        client.silent = true;
        bench.wallMs = 300;
        assertEquals(
                "! wall time limit exceeded (300 ms)",
                run(fetch, "(i32.const 0)").outcome());
    }

    @Test
    @Tag("W10.8")
    void instancesThatWaitHoldNoThread() throws Exception {
        TestClient client = new TestClient();
        client.silent = true;
        client.maxCalls = 1000;
        bench.client = client;
        bench.wallMs = 1500;
        Program program =
                bench.load(program(post(call(1, "httpclient.fetch", "{\"url\":\"http://x/\"}")), "(i32.const 0)"));
        List<Bench.Run> runs = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            runs.add(bench.start(program, TestExchange.get()));
        }
        for (Bench.Run run : runs) {
            assertEquals("! wall time limit exceeded (1500 ms)", run.closed().outcome());
        }
        assertTrue(bench.engine.liveThreads() <= 32, bench.engine.liveThreads() + " threads");
    }

    @ParameterizedTest
    @Tag("W10.9")
    @CsvSource(
            delimiter = '|',
            value = {
                "(call $pull (i32.const 0) (i64.const 99) (i32.const 1))|message ABI",
                "(call $pull (i32.const 0) (local.get $ref) (i32.add (local.get $len) (i32.const 1)))|message ABI",
                "(call $pull (i32.const 262143) (local.get $ref) (i32.const 2))|memory out of bounds",
                "(call $push (local.get $ref) (i32.const 0) (i32.const 2))|message ABI",
                "(call $post (i32.const 0) (i32.const 1))|message ABI",
                "(call $post (i32.const 0) (i32.const -1))|memory out of bounds"
            })
    void brokenMessagesAreTraps(String body, String kind) throws Exception {
        assertEquals("! trap: " + kind, run(body, "(i32.const 0)").outcome());
    }

    @Test
    @Tag("W10.9")
    void meshIsNotThereAndEventsArePushed() throws Exception {
        Bench.Run run = run(
                post(call(1, "edge.decrypt", "{}"))
                        + post(call(2, "edge.request_bep", "{}"))
                        + post(call(0, "websocket_broker.publish", "[\"a\",{\"n\":1}]"))
                        + post(SEND),
                "(i32.const 0)");
        for (int i = 1; i <= 2; i++) {
            assertTrue(received(run).get(i).at("/params/error/message").asText().contains("no mesh"));
        }
        assertTrue(run.host().published.isEmpty());
        bench.env = Map.of("MCM.WEBSOCKET_SUPPORT", "true");
        Bench.Run pushed =
                run(post(call(0, "websocket_broker.publish", "[\"a\",{\"n\":1}]")) + post(SEND), "(i32.const 0)");
        assertEquals(List.of("{\"type\":\"a\",\"message\":{\"n\":1}}"), pushed.host().published);
    }

    @Test
    void packedMessagesAreReadAsTheyWereWritten() {
        Map<String, Object> message = new LinkedHashMap<>();
        List<Object> many = new ArrayList<>();
        for (long i = 0; i < 20; i++) {
            many.add(i * 7 - 70);
        }
        message.put("list", many);
        for (long number : new long[] {0, 127, 128, -32, -33, 65_536, Long.MIN_VALUE, Long.MAX_VALUE}) {
            message.put("n" + number, number);
        }
        message.put("true", true);
        message.put("null", null);
        message.put("real", 1.5);
        Map<String, Object> inner = new LinkedHashMap<>(message);
        message.put("map", inner);
        assertEquals(message, new PackWire().decode(new PackWire().encode(message)));
        for (int length : new int[] {0, 31, 32, 255, 256, 65_535, 65_536}) {
            byte[] text = new byte[length];
            Map<String, Object> read = new PackWire().decode(new PackWire().encode(Map.of("t", text)));
            assertArrayEquals(text, (byte[]) read.get("t"));
        }
        for (byte[] broken : new byte[][] {
            {},
            {1},
            {(byte) 0x81},
            {(byte) 0x80, 0},
            {(byte) 0xdf, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff},
            {(byte) 0x81, 1, 1},
            {(byte) 0x81, (byte) 0xa1, 'a', (byte) 0xc1}
        }) {
            assertThrows(Trap.class, () -> new PackWire().decode(broken));
        }
        byte[] deep = new byte[200];
        Arrays.fill(deep, (byte) 0x91);
        assertThrows(Trap.class, () -> new PackWire().decode(deep));
    }
}
