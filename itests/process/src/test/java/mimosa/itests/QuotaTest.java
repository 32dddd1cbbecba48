package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to requests that want more than a mim may have, with the limits as they ship. */
class QuotaTest {
    private static final Upstream upstream = new Upstream();
    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.create("quota", Map.of("mimosa.client", "allow = " + upstream.address()));
        node.run();
    }

    @AfterAll
    static void stop() {
        node.close();
        upstream.close();
    }

    private static List<CompletableFuture<HttpResponse<String>>> sendAll(String path, int count) {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            answers.add(node.sendAsync(path, "r" + i));
        }
        return answers;
    }

    @Test
    @Tag("J9.4")
    void oneRequestMoreThanThereAreSlotsWaitsForOne() {
        node.serve("brief", Node.handler("setTimeout(function(){response.end('done')},200)"));
        List<String> bodies = sendAll("/api/brief/v1", 65).stream()
                .map(answer -> answer.join().statusCode() + answer.join().body())
                .toList();
        assertEquals(Collections.nCopies(65, "200done"), bodies);
    }

    /** The 64 that run wait for a server that answers when all others have been refused. */
    @Test
    @Tag("J9.5")
    void whoFindsNoSlotIsRefusedAtOnceOrAfterItsTurnInTheQueue() {
        CountDownLatch gate = new CountDownLatch(1);
        upstream.serveWhen(gate, "/gate");
        node.serve(
                "busy",
                Node.handler("if (request.url === '/warm') response.end(); else context.http.request({url:'http://"
                        + upstream.address() + "/gate',success:function(){response.end('done')}})"));
        // Connected and warm, so that all 400 are there long before the first of them has waited its time.
        sendAll("/api/busy/v1/warm", 400).forEach(CompletableFuture::join);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch refused = new CountDownLatch(400 - 64);
        List<CompletableFuture<Void>> answers = sendAll("/api/busy/v1", 400).stream()
                .map(each -> each.thenAccept(answer -> {
                    order.add(kind(answer));
                    refused.countDown();
                }))
                .toList();
        await(refused);
        assertEquals(Map.of("at once", 80, "queued", 256), count(order));
        assertEquals(Collections.nCopies(80, "at once"), order.subList(0, 80));
        gate.countDown();
        answers.forEach(CompletableFuture::join);
        assertEquals(Map.of("at once", 80, "queued", 256, "done", 64), count(order));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(60, TimeUnit.SECONDS), () -> latch.getCount() + " answers are missing");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What became of a request; anything unexpected as it is. */
    private static String kind(HttpResponse<String> answer) {
        boolean again = answer.headers().firstValue("Retry-After").orElse("").equals("1");
        if (answer.statusCode() == 503 && again) {
            return answer.body().contains("256 wait already")
                    ? "at once"
                    : answer.body().contains("within 5000 ms") ? "queued" : answer.body();
        }
        return answer.statusCode() == 200 ? answer.body() : answer.statusCode() + answer.body();
    }

    private static Map<String, Integer> count(List<String> kinds) {
        Map<String, Integer> counted = new TreeMap<>();
        List.copyOf(kinds).forEach(kind -> counted.merge(kind, 1, Integer::sum));
        return counted;
    }

    @ParameterizedTest
    @Tag("J9.1")
    @ValueSource(strings = {"while(true){}", "/(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')"})
    void endlessWorkEndsAtTheLimit(String work) {
        node.deployProgram(
                "endless", Node.handler(work + ";response.end('done')"), Map.of("MCM.MAX_EXECUTION_TIME_SEC", "1"));
        HttpResponse<String> answer = node.get("/api/endless/v1");
        assertEquals(504, answer.statusCode(), answer::body);
        assertTrue(answer.body().contains("time limit exceeded"), answer::body);
    }

    /** Short requests run on the threads that serve the connections, and so does the one that turns out to be endless. */
    @Test
    @Tag("J9.1")
    void nobodyWaitsForARequestThatDoesNotEnd() {
        node.deployProgram(
                "odd",
                Node.handler("while(request.url==='/endless');response.end('odd')"),
                Map.of("MCM.MAX_EXECUTION_TIME_SEC", "20"));
        node.serve("even", Node.handler("response.end('even')"));
        for (int round = 0; round < 3; round++) {
            // As many connections as there are requests at a time, which all are used again.
            allAnswer("/api/odd/v1", "odd");
            CompletableFuture<HttpResponse<String>> endless = node.sendAsync("/api/odd/v1/endless", "endless");
            for (int i = 0; i < 3; i++) {
                allAnswer("/api/even/v1", "even");
                allAnswer("/api/odd/v1", "odd");
            }
            assertFalse(endless.isDone(), "it should have outlived all others");
            if (round == 2) {
                assertEquals(504, endless.join().statusCode());
            }
        }
    }

    private static void allAnswer(String path, String body) {
        for (CompletableFuture<HttpResponse<String>> answer : sendAll(path, 16)) {
            assertEquals(body, answer.join().body());
        }
    }

    @Test
    @Tag("J9.2")
    void runawayRecursionCostsItsOwnRequestOnly() {
        node.serve(
                "deep",
                Node.handler(
                        """
                        function f() { f(); }
                        function deep(n) { return n ? deep(n - 1) + 1 : 0; }
                        if (request.url === '/uncaught') f();
                        else if (request.url === '/caught') try { f(); } catch (e) { response.end(e.name); }
                        else response.end(String(deep(1000)));
                        """));
        for (int i = 0; i < 100; i++) {
            HttpResponse<String> uncaught = node.get("/api/deep/v1/uncaught");
            assertEquals(500, uncaught.statusCode(), uncaught::body);
            JsonNode error = Node.json(uncaught.body()).path("error");
            assertTrue(error.path("message").asText().matches("(RangeError|InternalError): .+"), uncaught::body);
        }
        assertTrue(node.get("/api/deep/v1/caught").body().matches("RangeError|InternalError"));
        assertEquals("1000", node.get("/api/deep/v1/ending").body());
    }

    @ParameterizedTest
    @Tag("J9.3")
    @ValueSource(strings = {"var s='x'; for(;;) s+=s", "new ArrayBuffer(1e10)"})
    void whatIsTooLargeForMemoryIsRefused(String greed) {
        HttpResponse<String> answer = call(greed);
        String message = Node.json(answer.body()).path("error").path("message").asText();
        assertTrue(
                answer.statusCode() == 500 && message.startsWith("RangeError")
                        || answer.statusCode() == 504 && message.startsWith("memory limit exceeded"),
                answer::body);
        assertEquals("on", call("response.end('on')").body());
    }

    private static HttpResponse<String> call(String body) {
        node.serve("greedy", Node.handler(body));
        return node.get("/api/greedy/v1");
    }
}
