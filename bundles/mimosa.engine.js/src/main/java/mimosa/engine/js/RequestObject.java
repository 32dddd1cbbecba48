package mimosa.engine.js;

import java.io.IOException;
import java.util.Locale;
import mimosa.api.MimosaException;
import mimosa.api.http.Exchange;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;

/** {@code request} as the script sees it. */
final class RequestObject {
    private static final String[] PROPERTIES = {"method", "url", "headers", "authorization", "body"};

    private RequestObject() {}

    /** Without a request, whose properties come in their order all the same. */
    static ScriptableObject create(Guest guest, Scriptable global) {
        ScriptableObject request = (ScriptableObject) guest.newObject(global);
        for (String name : PROPERTIES) {
            request.defineProperty(name, "", ScriptableObject.EMPTY);
        }
        HostFunction.define(guest, global, request, "handleFormRequest", 1, (g, args) -> g.instance()
                .form()
                .handle(g, args));
        return request;
    }

    /** @throws MimosaException of kind {@code UNSUPPORTED_MEDIA_TYPE} when the body cannot be turned into a string */
    static void fill(ScriptableObject request, Scriptable global, Exchange exchange) {
        set(request, "method", exchange.method().toUpperCase(Locale.ROOT));
        set(request, "url", url(exchange));
        HeadersObject headers = HeadersObject.of(global, exchange.headers());
        headers.put("x-request-id", headers, exchange.requestId());
        set(request, "headers", headers);
        String authorization = exchange.header("authorization");
        set(request, "authorization", authorization == null ? "" : authorization);
        set(request, "body", body(exchange));
    }

    private static void set(ScriptableObject request, String name, Object value) {
        request.put(name, request, value);
    }

    private static String url(Exchange exchange) {
        String path = exchange.remainingPath();
        String query = exchange.query();
        return (path.startsWith("/") ? path : "/" + path) + (query == null ? "" : "?" + query);
    }

    private static String body(Exchange exchange) {
        String coding = exchange.header("content-encoding");
        if (coding != null && !coding.isBlank() && !coding.strip().equalsIgnoreCase("identity")) {
            throw new MimosaException(
                    MimosaException.Kind.UNSUPPORTED_MEDIA_TYPE,
                    "content encoding " + coding + " is not accepted, expected identity");
        }
        MediaType type = MediaType.of(exchange.header("content-type"));
        if (type.isMultipart() || exchange.body().size() == 0) {
            return "";
        }
        try {
            return type.decode(exchange.body().bytes());
        } catch (IOException e) {
            throw new MimosaException(MimosaException.Kind.INTERNAL, "the request body could not be read", e);
        }
    }
}
