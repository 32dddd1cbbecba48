package mimosa.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.http.Body;
import mimosa.api.http.Exchange;
import mimosa.api.http.HttpHandler;
import mimosa.api.mim.Mims;
import mimosa.api.mim.Node;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * JSON-RPC 2.0 with the one method {@code getMe}, for which no credentials are needed. Errors of the protocol are
 * answered with HTTP status 200, notifications with 204; there are no batches.
 */
@Component(service = HttpHandler.class, property = HttpHandler.PATH + "=/jsonrpc/v1")
public final class JsonRpcHandler implements HttpHandler {
    private static final int PARSE_ERROR = -32700;
    private static final int INVALID_REQUEST = -32600;
    private static final int METHOD_NOT_FOUND = -32601;

    private final Mims mims;

    @Activate
    public JsonRpcHandler(@Reference Mims mims) {
        this.mims = mims;
    }

    @Override
    public void handle(Exchange exchange) {
        if (!exchange.remainingPath().isEmpty() && !exchange.remainingPath().equals("/")) {
            throw new MimosaException(Kind.NOT_FOUND, "'" + exchange.path() + "': expected /jsonrpc/v1");
        }
        if (!exchange.method().equals("POST")) {
            throw Resource.methodNotAllowed(exchange, List.of("POST"));
        }
        exchange.receive(Resource.JSON_BYTES).whenComplete((body, failure) -> {
            try {
                if (failure == null) {
                    answer(exchange, body);
                } else {
                    exchange.fail(failure.getCause() == null ? failure : failure.getCause());
                }
            } catch (IOException | RuntimeException e) { // the boundary of a request: it becomes the answer
                exchange.fail(e);
            }
        });
    }

    private void answer(Exchange exchange, Body body) throws IOException {
        JsonNode request;
        try {
            request = Json.parse(body.bytes());
        } catch (JsonProcessingException e) {
            Json.answer(exchange, 200, error(NullNode.instance, PARSE_ERROR, "not JSON: " + e.getOriginalMessage()));
            return;
        }
        if (request.isMissingNode()) {
            Json.answer(exchange, 200, error(NullNode.instance, PARSE_ERROR, "not JSON: the body is empty"));
        } else if (!isRequest(request)) {
            JsonNode id = isId(request.path("id")) ? request.get("id") : NullNode.instance;
            Json.answer(exchange, 200, error(id, INVALID_REQUEST, "expected one JSON-RPC 2.0 request"));
        } else if (!request.has("id")) {
            exchange.status(204);
            exchange.end(ByteBuffer.allocate(0));
        } else {
            Json.answer(
                    exchange, 200, call(request.get("id"), request.get("method").textValue()));
        }
    }

    private static boolean isRequest(JsonNode request) {
        JsonNode params = request.path("params");
        return request.isObject()
                && request.path("jsonrpc").asText().equals("2.0")
                && request.path("method").isTextual()
                && (params.isMissingNode() || params.isContainerNode())
                && (!request.has("id") || isId(request.get("id")));
    }

    private static boolean isId(JsonNode id) {
        return id.isTextual() || id.isNumber() || id.isNull();
    }

    private Map<String, Object> call(JsonNode id, String method) {
        if (!method.equals("getMe")) {
            return error(id, METHOD_NOT_FOUND, "no method '" + method + "', only getMe");
        }
        Map<String, Object> answer = head(id);
        answer.put("result", me(mims.node()));
        return answer;
    }

    /** All members are texts, empty where this node has nothing to say. */
    private static Map<String, Object> me(Node node) {
        Map<String, Object> me = new LinkedHashMap<>();
        me.put("accountId", "");
        me.put("nodeId", node.id());
        me.put("nodeName", node.name());
        me.put("version", node.version());
        me.put("linkLocalIp", "");
        me.put("supernodeTypeName", "");
        return me;
    }

    private static Map<String, Object> error(JsonNode id, int code, String message) {
        Map<String, Object> answer = head(id);
        answer.put("error", Map.of("code", code, "message", message));
        return answer;
    }

    private static Map<String, Object> head(JsonNode id) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("jsonrpc", "2.0");
        answer.put("id", id);
        return answer;
    }
}
