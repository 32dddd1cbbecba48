package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import mimosa.testing.Wat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** WebAssembly mims on a real node: deployed, refused, served, stopped. */
class WasmContractTest {
    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.start("wasm");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static final String IMPORTS =
            """
            (import "env" "response_end" (func $end (param i32 i32) (result i32)))
            (import "env" "result_read" (func $read (param i32 i32 i32) (result i32)))
            (import "env" "storage_get" (func $get (param i32 i32) (result i32)))
            (import "env" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
            (import "env" "storage_lock_begin" (func $lock (result i32)))
            (import "env" "storage_lock_commit" (func $commit (result i32)))
            (import "env" "http_get" (func $http_get (param i32 i32) (result i32)))
            (import "env" "request_url" (func $url (result i32)))
            (memory (export "memory") 1)
            """;

    private static String handler(String body) {
        return "(module " + IMPORTS + "(data (i32.const 16) \"key\") (data (i32.const 32) \"hello\")"
                + "(func (export \"mim_handle\") (local $n i32) " + body + "))";
    }

    private static HttpResponse<String> deploy(String name, byte[] module, Map<String, String> env) {
        HttpResponse<String> uploaded = node.upload(Tar.image(name + "-v1", "1.0.0", Map.of("index.wasm", module)));
        if (uploaded.statusCode() != 200) {
            return uploaded;
        }
        ObjectNode payload = Node.JSON.createObjectNode();
        payload.put("name", name).put("image", name + "-v1");
        ObjectNode variables = payload.putObject("env");
        variables.put("MCM.BASE_API_PATH", "/" + name + "/v1");
        env.forEach(variables::put);
        return node.deploy(payload.toString());
    }

    private static void serve(String name, String text, Map<String, String> env) {
        HttpResponse<String> answer = deploy(name, Wat.module(text), env);
        assertEquals(200, answer.statusCode(), answer.body());
    }

    private static void serve(String name, String text) {
        serve(name, text, Map.of());
    }

    /** A module whose handler counts in the store, under lock. */
    private static String counter() {
        return handler(
                """
                (drop (call $lock))
                (local.set $n (call $get (i32.const 16) (i32.const 3)))
                (i64.store (i32.const 64) (i64.const 0))
                (if (i32.gt_s (local.get $n) (i32.const 0))
                  (then (drop (call $read (i32.const 64) (i32.const 0) (local.get $n)))))
                (i32.store (i32.const 72) (i32.add (i32.const 1)
                  (i32.add (i32.mul (i32.const 100) (i32.load8_u (i32.const 64)))
                           (i32.load8_u (i32.const 65)))))
                (i32.store8 (i32.const 64) (i32.div_u (i32.load (i32.const 72)) (i32.const 100)))
                (i32.store8 (i32.const 65) (i32.rem_u (i32.load (i32.const 72)) (i32.const 100)))
                (drop (call $set (i32.const 16) (i32.const 3) (i32.const 64) (i32.const 2)))
                (drop (call $commit))
                (drop (call $end (i32.const 32) (i32.const 5)))
                """);
    }

    private static final String READER =
            """
            mimikModule.exports = function (context, request, response) {
              var v = context.storage.getItem('key');
              response.end(String(v.charCodeAt(0) * 100 + v.charCodeAt(1)));
            };
            """;

    @Test
    @Tag("W1.1")
    void moduleOfTheFirstHourIsServed() {
        serve("hello", handler("(drop (call $end (i32.const 32) (i32.const 5)))"));
        HttpResponse<String> answer = node.get("/api/hello/v1/x");
        assertEquals("200 hello", answer.statusCode() + " " + answer.body());
        assertEquals(
                "text/plain; charset=utf-8",
                answer.headers().firstValue("content-type").orElse(""));
        String mim = node.send(node.management("/mims/api-hello").GET()).body();
        assertTrue(mim.contains("\"MCM.RUNTIME\":\"wasm\""), mim);
    }

    @Test
    @Tag("W1.3")
    @Tag("W9.1")
    void defectiveModuleIsRefusedAndATrapAnswered() {
        HttpResponse<String> refused = deploy(
                "foo",
                Wat.module("(module (import \"env\" \"foo\" (func)) (memory (export \"memory\") 1)"
                        + "(func (export \"mim_handle\")))"),
                Map.of());
        assertEquals(400, refused.statusCode());
        assertTrue(
                refused.body().contains("index.wasm: imports env.foo, which Mimosa does not provide"), refused.body());
        assertEquals(404, node.get("/api/foo/v1").statusCode());
        serve("trap", handler("unreachable"));
        HttpResponse<String> trapped = node.get("/api/trap/v1");
        assertEquals(500, trapped.statusCode());
        assertEquals(
                "trap: unreachable",
                Node.json(trapped.body()).at("/error/message").asText());
    }

    @Test
    @Tag("W7.6")
    @Tag("W7.8")
    void countsUnderLockAndTheStoreOutlivesTheLanguage() throws InterruptedException {
        serve("count", counter());
        Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
        List<Thread> clients = new ArrayList<>();
        for (int c = 0; c < 8; c++) {
            clients.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 200; i++) {
                    statuses.merge(node.get("/api/count/v1").statusCode(), 1, Integer::sum);
                }
            }));
        }
        for (Thread client : clients) {
            client.join();
        }
        assertEquals(Map.of(200, 1600), new TreeMap<>(statuses));
        node.upload(Tar.image("count-v1", "2.0.0", READER));
        HttpResponse<String> redeployed = node.deploy(
                "{\"name\":\"count\",\"image\":\"count-v1:2.0.0\"," + "\"env\":{\"MCM.BASE_API_PATH\":\"/count/v1\"}}");
        assertEquals(200, redeployed.statusCode(), redeployed.body());
        assertEquals("1600", node.get("/api/count/v1").body());
    }

    @Test
    @Tag("W9.3")
    @Tag("W9.4")
    void endlessProgramIsStopped() {
        serve("spin", handler("(loop $l (br $l))"), Map.of("MCM.MAX_EXECUTION_TIME_SEC", "1"));
        HttpResponse<String> answer = node.get("/api/spin/v1");
        assertEquals(504, answer.statusCode());
        String message = Node.json(answer.body()).at("/error/message").asText();
        assertTrue(message.startsWith("wall time limit") || message.startsWith("CPU time limit"), message);
    }

    @Test
    @Tag("W8.5")
    void mimCallsAnother() {
        serve("called", handler("(drop (call $end (i32.const 32) (i32.const 5)))"));
        byte[] url = ("127.0.0.1:" + node.port + "/api/called/v1/").getBytes(StandardCharsets.UTF_8);
        serve(
                "calling",
                "(module " + IMPORTS + "(data (i32.const 16) \"" + new String(url, StandardCharsets.UTF_8) + "\")"
                        + "(func (export \"mim_handle\") (local $n i32)"
                        + "(local.set $n (call $http_get (i32.const 16) (i32.const " + url.length + ")))"
                        + "(drop (call $read (i32.const 1000) (i32.const 0) (local.get $n)))"
                        + "(drop (call $end (i32.const 1000) (local.get $n)))))");
        assertEquals("hello", node.get("/api/calling/v1").body());
    }

    @Test
    void storeIsUnharmedByProgramsThatAreStopped() throws InterruptedException {
        serve(
                "killed",
                handler("(loop $l (drop (call $lock)) (drop (call $set (i32.const 16) (i32.const 3) (i32.const 32)"
                        + " (i32.const 5))) (drop (call $commit)) (drop (call $get (i32.const 16) (i32.const 3)))"
                        + " (br $l))"),
                Map.of("MCM.MAX_EXECUTION_TIME_SEC", "1"));
        List<Thread> clients = new ArrayList<>();
        Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
        for (int c = 0; c < 4; c++) {
            clients.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 5; i++) {
                    statuses.merge(node.get("/api/killed/v1").statusCode(), 1, Integer::sum);
                }
            }));
        }
        for (Thread client : clients) {
            client.join();
        }
        assertEquals(Map.of(504, 20), statuses);
        serve(
                "killed",
                handler(
                        "(drop (call $read (i32.const 64) (i32.const 0)"
                                + " (call $get (i32.const 16) (i32.const 3)))) (drop (call $end (i32.const 64) (i32.const 5)))"));
        HttpResponse<String> answer = node.get("/api/killed/v1");
        assertEquals("200 hello", answer.statusCode() + " " + answer.body());
        assertTrue(!node.logFile().contains("ClosedChannel") && !node.logFile().contains("ClosedByInterrupt"));
    }

    @Test
    void undeployedMimIsGone() {
        serve("gone", handler("(drop (call $end (i32.const 32) (i32.const 5)))"));
        HttpRequest.Builder removal = node.management("/mims/api-gone").DELETE();
        assertEquals(200, node.send(removal).statusCode());
        assertEquals(404, node.get("/api/gone/v1").statusCode());
    }

    /**
     * Modules that differ are compiled anew each time, and what was compiled before has to go. For longer, run with
     * {@code -Dmimosa.redeployments=1000}.
     */
    @Test
    void redeploymentsLeaveNothingBehind() throws IOException {
        int times = Integer.getInteger("mimosa.redeployments", 300);
        String body = "(drop (call $end (i32.const 32) (i32.const %d)))";
        for (int i = 0; i < 2; i++) {
            byte[] module = Wat.module(handler(body.formatted(i + 3)));
            HttpResponse<String> uploaded = node.upload(Tar.image("again" + i, "1.0.0", Map.of("index.wasm", module)));
            assertEquals(200, uploaded.statusCode(), uploaded.body());
        }
        redeploy(100);
        Footprint before = Footprint.of(node);
        redeploy(times);
        Footprint after = Footprint.of(node);
        System.out.printf("%d redeployments of a WebAssembly mim: before %s, after %s%n", times, before, after);
        assertEquals(before.files(), after.files());
        assertTrue(after.heapBytes() < before.heapBytes() + 4_000_000, () -> before + " -> " + after);
        assertTrue(after.classes() < before.classes() + 300, () -> before + " -> " + after);
        assertTrue(after.metaspaceBytes() < before.metaspaceBytes() + 4_000_000, () -> before + " -> " + after);
        assertTrue(after.threads() <= before.threads() + 4, () -> before + " -> " + after);
    }

    private static void redeploy(int times) {
        for (int i = 0; i < times; i++) {
            HttpResponse<String> deployed = node.deploy("{\"name\":\"again\",\"image\":\"again" + i % 2
                    + "\",\"env\":{\"MCM.BASE_API_PATH\":\"/again/v1\"}}");
            assertEquals(200, deployed.statusCode(), deployed.body());
            if (i % 10 == 0) {
                assertEquals(
                        "hello".substring(0, i % 2 + 3),
                        node.get("/api/again/v1").body());
            }
        }
    }
}
