package mimosa.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import mimosa.api.MimosaException.Kind;
import mimosa.api.mim.HealthCheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthAndNodeTest {
    @TempDir
    Path folder;

    private record Check(String name, String problem) implements HealthCheck {}

    private static RecordedExchange health(String method, String path) {
        return new RecordedExchange(method, "/health", "/health" + path);
    }

    @Test
    @Tag("M7.3")
    @Tag("M7.4")
    void readyWhenEverythingIsWell() throws Exception {
        AtomicBoolean active = new AtomicBoolean();
        HealthHandler handler = new HealthHandler(active::get);
        assertEquals(503, health("GET", "/ready").handledBy(handler).status);
        active.set(true);
        assertEquals(503, health("GET", "/ready").handledBy(handler).status, "nobody runs mims yet");
        handler.mims = new InMemoryMims(folder);
        handler.checks = List.of(new Check("storage", "disk full"), new Check("engines", null));
        RecordedExchange down = health("GET", "/ready").handledBy(handler);
        assertEquals(503, down.status);
        assertEquals(
                "{\"status\":\"DOWN\",\"checks\":["
                        + "{\"name\":\"framework\",\"status\":\"UP\",\"message\":\"\"},"
                        + "{\"name\":\"engines\",\"status\":\"UP\",\"message\":\"\"},"
                        + "{\"name\":\"storage\",\"status\":\"DOWN\",\"message\":\"disk full\"}]}",
                down.text());
        assertEquals(
                "{\"status\":\"UP\",\"checks\":[]}",
                health("GET", "/live").handledBy(handler).text());
        handler.checks = List.of(new Check("storage", null));
        assertEquals(200, health("GET", "/ready").handledBy(handler).status);
        RecordedExchange head = health("HEAD", "/ready").handledBy(handler);
        assertEquals(200, head.status);
        assertEquals("", head.text());
        handler.checks = List.of(new HealthCheck() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public String problem() {
                throw new IllegalStateException("broken check, as the test wants it");
            }
        });
        assertEquals(503, health("GET", "/ready").handledBy(handler).status);
        assertEquals(
                Kind.NOT_FOUND, health("GET", "").handledBy(handler).failure.kind());
        assertEquals(
                Kind.METHOD_NOT_ALLOWED,
                health("POST", "/live").handledBy(handler).failure.kind());
    }

    private RecordedExchange rpc(String body) throws Exception {
        RecordedExchange exchange =
                new RecordedExchange("POST", "/jsonrpc/v1", "/jsonrpc/v1").with("content-type", "text/plain");
        exchange.sending(body).handledBy(new JsonRpcHandler(new InMemoryMims(folder)));
        assertNull(exchange.failure);
        return exchange;
    }

    @Test
    @Tag("M7.1")
    void theNodeTellsWhoItIs() throws Exception {
        JsonNode answer = new ObjectMapper()
                .readTree(rpc("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getMe\"}")
                        .bytes());
        assertEquals(1, answer.get("id").asInt());
        JsonNode me = answer.get("result");
        assertEquals("n1", me.get("nodeId").asText());
        assertEquals("box", me.get("nodeName").asText());
        for (String member : List.of("accountId", "version", "linkLocalIp", "supernodeTypeName")) {
            assertTrue(me.get(member).isTextual(), member);
        }
        RecordedExchange notification = rpc("{\"jsonrpc\":\"2.0\",\"method\":\"getMe\"}");
        assertEquals(204, notification.status);
        assertEquals("", notification.text());
    }

    @Test
    @Tag("M7.2")
    void whatIsNoCallOfTheProtocolHasItsCode() throws Exception {
        String[][] cases = {
            {"{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"getEdgeHmacCode\"}", "-32601", "\"a\""},
            {"{", "-32700", "null"},
            {"", "-32700", "null"},
            {"[".repeat(65), "-32700", "null"},
            {"{\"id\":1}", "-32600", "1"},
            {"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getMe\"}]", "-32600", "null"},
            {"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"getMe\"}", "-32600", "null"},
            {"null", "-32600", "null"}
        };
        for (String[] c : cases) {
            RecordedExchange exchange = rpc(c[0]);
            assertEquals(200, exchange.status);
            JsonNode answer = new ObjectMapper().readTree(exchange.bytes());
            assertEquals(c[1], answer.at("/error/code").asText(), c[0]);
            assertEquals(c[2], answer.get("id").toString(), c[0]);
        }
    }
}
