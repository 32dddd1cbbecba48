package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Redeploy, stop and undeploy while requests come in. */
@Isolated
class LifeCycleTest {
    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.start("life-cycle");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    @Tag("M6.1")
    void redeployUnderLoadFailsNoRequest() {
        node.serve("swap", Node.handler("response.end('v1')"));
        try (Load load = new Load(node, "/api/swap/v1", 200)) {
            for (int round = 0; round < 100; round++) {
                String version = round % 2 == 0 ? "v2" : "v1";
                node.serve("swap", Node.handler("response.end('" + version + "')"));
                assertEquals(version, node.get("/api/swap/v1").body());
            }
            load.stop();
            assertEquals(Map.of(), load.failures());
            assertEquals(Set.of("v1", "v2"), load.bodies());
            assertTrue(load.count() > 200, () -> "only " + load.count() + " requests");
        }
    }

    @Test
    @Tag("M6.2")
    void aRequestIsAnsweredByTheProgramThatBeganIt() {
        node.serve(
                "slow",
                Node.handler("context.storage.setItem('a','1');"
                        + " setTimeout(function(){response.end('old'+context.storage.getItem('a'))},1500)"));
        CompletableFuture<HttpResponse<String>> waiting = getAsync("/api/slow/v1");
        awaitActive("api-slow", 1);
        node.serve("slow", Node.handler("response.end('new')"));
        assertEquals("new", node.get("/api/slow/v1").body());
        assertEquals("old1", waiting.join().body());
    }

    @Test
    @Tag("M6.3")
    @Tag("M5.10")
    void aRefusedRedeployChangesNothing() {
        node.serve("good", Node.handler("response.end('good')"));
        try (Load load = new Load(node, "/api/good/v1", 100)) {
            HttpResponse<String> refused = node.deployProgram("good", "function (", Map.of());
            assertEquals(400, refused.statusCode());
            assertTrue(refused.body().contains("index.js:1:"), refused.body());
            refused = node.deployProgram("good", "throw new Error('at load')", Map.of());
            assertEquals(400, refused.statusCode());
            load.stop();
            assertEquals(Map.of(), load.failures());
            assertEquals(Set.of("good"), load.bodies());
        }
    }

    @Test
    @Tag("M6.4")
    void undeployLetsRunningRequestsFinish() {
        node.serve("leaving", Node.handler("setTimeout(function(){response.end('done')},1000)"));
        CompletableFuture<HttpResponse<String>> waiting = getAsync("/api/leaving/v1");
        awaitActive("api-leaving", 1);
        HttpResponse<String> removed =
                node.send(node.management("/mims/api-leaving").DELETE());
        assertEquals(200, removed.statusCode(), removed::body);
        assertEquals("done", waiting.join().body());
        assertEquals(404, node.get("/api/leaving/v1").statusCode());
        assertEquals(
                404, node.send(node.management("/mims/api-leaving").DELETE()).statusCode());
    }

    @Test
    @Tag("M6.4")
    void undeployAbortsWhatTakesTooLong() {
        node.serve("stuck", Node.handler("setTimeout(function(){response.end('done')},25000)"));
        CompletableFuture<HttpResponse<String>> waiting = getAsync("/api/stuck/v1");
        awaitActive("api-stuck", 1);
        assertEquals(200, node.send(node.management("/mims/api-stuck").DELETE()).statusCode());
        assertEquals(503, waiting.orTimeout(10, TimeUnit.SECONDS).join().statusCode());
    }

    @Test
    @Tag("M5.13")
    void aStoppedMimStaysStoppedUntilItIsStarted() {
        node.serve("paused", Node.handler("response.end('on')"));
        assertEquals("stopped", state("paused", "stopped"));
        HttpResponse<String> refused = node.get("/api/paused/v1");
        assertEquals(503, refused.statusCode());
        assertFalse(refused.headers().firstValue("Retry-After").isPresent());
        assertEquals("started", state("paused", "started"));
        assertEquals("on", node.get("/api/paused/v1").body());
    }

    @Test
    @Tag("M5.11")
    void undeployRemovesDataUnlessTheyAreToBeKept() {
        String program = Node.handler("var s=context.storage; if (request.url==='/w') s.setItem('k','v');"
                + " response.end(String(s.getItem('k')))");
        node.serve("data", program);
        assertEquals("v", node.get("/api/data/v1/w").body());
        node.send(node.management("/mims/api-data?keepData=true").DELETE());
        node.serve("data", program);
        assertEquals("v", node.get("/api/data/v1").body());
        node.send(node.management("/mims/api-data").DELETE());
        node.serve("data", program);
        assertEquals("null", node.get("/api/data/v1").body());
    }

    /** Heap after a collection, classes, threads and files, as an operator would look at them with jcmd. */
    @Test
    void fiveHundredRoundsLeaveNothingBehind() throws IOException {
        rounds(60);
        Footprint before = Footprint.of(node);
        rounds(500);
        Footprint after = Footprint.of(node);
        System.out.printf("500 deploy and undeploy rounds: before %s, after %s%n", before, after);
        assertEquals(before.files(), after.files());
        assertTrue(after.heapBytes() < before.heapBytes() + 4_000_000, () -> before + " -> " + after);
        assertTrue(after.classes() < before.classes() + 300, () -> before + " -> " + after);
        assertTrue(after.metaspaceBytes() < before.metaspaceBytes() + 4_000_000, () -> before + " -> " + after);
        assertTrue(after.threads() <= before.threads() + 4, () -> before + " -> " + after);
    }

    private static void rounds(int count) {
        byte[] image =
                Tar.image("round-v1", "1.0.0", Node.handler("context.storage.setItem('a','1'); response.end('r')"));
        for (int i = 0; i < count; i++) {
            assertEquals(200, node.upload(image).statusCode());
            assertEquals(
                    200,
                    node.deploy("{\"name\":\"round\",\"image\":\"round-v1\"}").statusCode());
            if (i % 10 == 0) {
                assertEquals("r", node.get("/api/round/v1").body());
            }
            assertEquals(
                    200, node.send(node.management("/mims/api-round").DELETE()).statusCode());
            assertEquals(
                    200,
                    node.send(node.management("/images/api-round-v1").DELETE()).statusCode());
        }
    }

    private static String state(String name, String wanted) {
        HttpResponse<String> answer = node.send(node.management("/mims/api-" + name)
                .PUT(HttpRequest.BodyPublishers.ofString("{\"state\":\"" + wanted + "\"}")));
        assertEquals(200, answer.statusCode(), answer::body);
        return Node.json(answer.body()).path("state").asText();
    }

    private static CompletableFuture<HttpResponse<String>> getAsync(String path) {
        return node.http.sendAsync(
                HttpRequest.newBuilder(node.uri(path)).GET().build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Asks the shell, which shows how many instances are at work. */
    private static void awaitActive(String id, int count) {
        Node.await(count + " active instances of " + id, Duration.ofSeconds(20), () -> {
            Node.Result listed = node.mimosa("shell", "mim:list -j");
            for (var mim : Node.json(listed.out())) {
                if (mim.path("id").asText().equals(id)) {
                    return mim.path("active").asInt() == count;
                }
            }
            return false;
        });
    }
}
