package mimosa.engine.wasm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import mimosa.api.client.OutboundRequest;
import mimosa.api.http.HeaderField;

/** Outbound HTTP. */
final class HttpFunctions {
    private static final long CONNECT_TIMEOUT_MS = 5000;

    private HttpFunctions() {}

    static void addTo(HostFunctions env) {
        env.yielding("http_get", "p:i", HttpFunctions::get);
        env.yielding("http_request", "pp:i", HttpFunctions::request);
        env.add("http_status", ":i", (e, a) -> e.conversation().outbound().status());
        env.yielding("http_header", "p:i", HttpFunctions::header);
        env.yielding("http_headers", ":i", (e, a) -> e.result()
                .set(Json.text(e.conversation().outbound().headers())));
        env.yielding("http_read", ":i", HttpFunctions::read);
        env.add("http_close", ":i", (e, a) -> {
            e.conversation().outbound().close();
            return 0;
        });
    }

    private static OutboundCalls calls(Execution e) throws Code {
        if (e.conversation().effects().isHolding()) {
            throw Code.denied("a call cannot be held back until the storage lock is left");
        }
        return e.conversation().outbound();
    }

    private static long get(Execution e, Args a) throws Code {
        OutboundCalls calls = calls(e);
        calls.forget();
        ObjectNode descriptor = Json.object();
        descriptor.put("url", a.text(0, "URL"));
        return send(e, calls, descriptor, null);
    }

    private static long request(Execution e, Args a) throws Code {
        OutboundCalls calls = calls(e);
        calls.forget();
        ObjectNode descriptor = Json.parse(a, 0);
        byte[] body = a.length(1) == 0 ? null : a.bytes(1);
        if (body != null && descriptor.has("data")) {
            throw Code.invalid("there are both a body and the member data");
        }
        return send(e, calls, descriptor, body);
    }

    private static long header(Execution e, Args a) throws Code {
        String name = a.text(0, "name").toLowerCase(Locale.ROOT);
        String value = e.conversation().outbound().headers().get(name);
        if (value == null) {
            throw Code.absent("the answer has no header " + name);
        }
        return e.result().set(value);
    }

    private static long read(Execution e, Args a) throws Code {
        return e.result().set(calls(e).read());
    }

    private static long send(Execution e, OutboundCalls calls, ObjectNode descriptor, byte[] given) throws Code {
        String url = Json.text(descriptor, "url", "");
        if (url.isEmpty()) {
            throw Code.invalid("the member url is missing or empty");
        }
        List<HeaderField> headers = headers(descriptor);
        byte[] body = given == null ? data(descriptor, headers) : given;
        String mode = Json.text(descriptor, "mode", "");
        OutboundRequest request = new OutboundRequest(
                method(descriptor),
                url,
                headers,
                body,
                Duration.ofMillis(millis(descriptor, "connectionTimeout", CONNECT_TIMEOUT_MS)),
                Duration.ofMillis(
                        millis(descriptor, "socketTimeout", e.remaining().toMillis())),
                !mode.equals("proxy"),
                hops(e) + 1);
        String outputFile = Json.text(descriptor, "outputFile", "");
        return e.result().set(calls.call(request, mode.equals("stream"), outputFile));
    }

    /** How many mims have called each other on the way to this one. */
    static int hops(Execution e) {
        String value = e.conversation().exchange().header(OutboundRequest.HOPS_HEADER);
        return value != null && value.matches("\\d{1,4}") ? Integer.parseInt(value) : 0;
    }

    private static String method(ObjectNode descriptor) throws Code {
        for (String name : new String[] {"type", "method", "httpMethod"}) {
            String method = Json.text(descriptor, name, "");
            if (!method.isEmpty()) {
                return method.toUpperCase(Locale.ROOT);
            }
        }
        return "GET";
    }

    private static long millis(ObjectNode descriptor, String member, long otherwise) throws Code {
        long millis = Math.min(Json.whole(descriptor, member, otherwise), Integer.MAX_VALUE);
        return millis == 0 ? otherwise : millis;
    }

    private static List<HeaderField> headers(ObjectNode descriptor) throws Code {
        List<HeaderField> fields = new ArrayList<>();
        String authorization = Json.text(descriptor, "authorization", null);
        JsonNode headers = descriptor.get("headers");
        if (headers != null && !headers.isNull()) {
            if (!headers.isObject()) {
                throw Code.invalid("the member headers must be an object");
            }
            for (Map.Entry<String, JsonNode> entry : headers.properties()) {
                JsonNode value = entry.getValue();
                if (value.isContainerNode()) {
                    throw Code.invalid("the header " + entry.getKey() + " must be a string");
                }
                boolean replaced = authorization != null && entry.getKey().equalsIgnoreCase("authorization");
                if (!value.isNull() && !replaced) {
                    fields.add(new HeaderField(entry.getKey(), value.asText()));
                }
            }
        }
        if (authorization != null) {
            fields.add(new HeaderField("Authorization", authorization));
        }
        if (fields.stream().anyMatch(HttpFunctions::isIllegal)) {
            throw Code.invalid("illegal header: a name or value has a line break or NUL in it");
        }
        return fields;
    }

    private static boolean isIllegal(HeaderField field) {
        return (field.name() + field.value()).chars().anyMatch(c -> c == '\r' || c == '\n' || c == '\0');
    }

    /** @param headers of the request, to which the type is added where JSON is sent */
    private static byte[] data(ObjectNode descriptor, List<HeaderField> headers) {
        JsonNode data = descriptor.get("data");
        if (data == null || data.isNull()) {
            return null;
        }
        if (data.isContainerNode()
                && headers.stream().noneMatch(field -> field.name().equalsIgnoreCase("content-type"))) {
            headers.add(new HeaderField("Content-Type", "application/json"));
        }
        return Utf8.bytes(data.isContainerNode() ? data.toString() : data.asText());
    }
}
