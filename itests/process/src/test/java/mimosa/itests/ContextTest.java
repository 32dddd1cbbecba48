package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a mim knows of itself, and what it pushes to clients that stay connected. */
class ContextTest {
    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.start("context");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** A client that keeps the frames it gets. */
    private static final class Listener implements WebSocket.Listener {
        final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                frames.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return null;
        }

        String next() throws InterruptedException {
            return frames.poll(60, TimeUnit.SECONDS);
        }
    }

    private static CompletableFuture<WebSocket> connect(String mim, Listener listener) {
        URI uri = URI.create("ws://127.0.0.1:" + node.port + "/ws/api/" + mim + "/v1");
        return node.http.newWebSocketBuilder().buildAsync(uri, listener);
    }

    private static void deploy(String name, String body, Map<String, String> env) {
        HttpResponse<String> deployed = node.deployProgram(name, Node.handler(body), env);
        assertEquals(200, deployed.statusCode(), deployed::body);
    }

    @Test
    @Tag("J6.1")
    void infoSaysWhoAndWhereTheMimIsAlsoAfterARestart() {
        deploy("t", "response.end(JSON.stringify(context.info))", Map.of());
        JsonNode info = Node.json(node.get("/api/t/v1").body());
        assertEquals("api-t", info.path("serviceType").asText());
        assertEquals("/api/t/v1", info.path("apiRoot").asText());
        assertTrue(info.path("httpPort").isTextual());
        assertEquals(String.valueOf(node.port), info.path("httpPort").asText());
        assertEquals("", info.path("accountId").asText("absent"));
        assertTrue(info.path("nodeId").asText().length() > 8, info::toString);
        assertEquals(info.path("nodeId"), info.path("node_id"));
        assertEquals(0, node.stop());
        node.run();
        assertEquals(info, Node.json(node.get("/api/t/v1").body()));
    }

    @Test
    @Tag("J6.5")
    void eventsReachEachConnectedClientInOrder() throws InterruptedException {
        String push = "context.dispatchWebSocketEvent({type:'a',message:{n:1}});"
                + " context.dispatchWebSocketEvent({type:'b'}); context.dispatchWebSocketEvent(); response.end()";
        deploy("pushing", push, Map.of("MCM.WEBSOCKET_SUPPORT", "true"));
        Listener one = new Listener();
        Listener two = new Listener();
        connect("pushing", one).join();
        connect("pushing", two).join();
        assertEquals(200, node.get("/api/pushing/v1").statusCode());
        for (Listener client : new Listener[] {one, two}) {
            assertEquals(Node.json("{\"type\":\"a\",\"message\":{\"n\":1}}"), Node.json(client.next()));
            assertEquals(Node.json("{\"type\":\"b\"}"), Node.json(client.next()));
        }
        assertEquals(
                200, node.send(node.management("/mims/api-pushing").DELETE()).statusCode());
        assertEquals(1001, one.closed.orTimeout(60, TimeUnit.SECONDS).join());
        assertNull(one.frames.poll());
    }

    /** Whoever has been let in misses nothing that is pushed from then on. */
    @Test
    @Tag("J6.5")
    void anEventRightAfterTheHandshakeIsNotMissed() throws InterruptedException {
        deploy(
                "quick",
                "context.dispatchWebSocketEvent({type:request.url}); response.end()",
                Map.of("MCM.WEBSOCKET_SUPPORT", "true"));
        for (int i = 0; i < 100; i++) {
            Listener client = new Listener();
            WebSocket socket = connect("quick", client).join();
            assertEquals(200, node.get("/api/quick/v1/" + i).statusCode());
            assertEquals("{\"type\":\"/" + i + "\"}", client.next());
            socket.abort();
        }
    }

    @Test
    @Tag("J6.6")
    void withoutSupportEventsGoNowhereAndNobodyConnects() {
        deploy(
                "silent",
                "context.dispatchWebSocketEvent({type:'a'}); context.dispatchWebSocketEvent(); response.end('ok')",
                Map.of());
        assertEquals("ok", node.get("/api/silent/v1").body());
        CompletionException refused = assertThrows(CompletionException.class, connect("silent", new Listener())::join);
        WebSocketHandshakeException handshake = assertInstanceOf(WebSocketHandshakeException.class, refused.getCause());
        assertEquals(404, handshake.getResponse().statusCode());
    }
}
