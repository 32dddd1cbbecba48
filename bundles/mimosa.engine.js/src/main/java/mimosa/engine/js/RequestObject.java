package mimosa.engine.js;

import java.io.IOException;
import java.util.Locale;
import mimosa.api.MimosaException;
import mimosa.api.http.Exchange;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;

/** {@code request} as the script sees it. */
final class RequestObject {
    private RequestObject() {}

    /** @throws MimosaException of kind {@code UNSUPPORTED_MEDIA_TYPE} when the body cannot be turned into a string */
    static Scriptable create(Guest guest, Scriptable global, Instance instance) {
        Exchange exchange = instance.exchange();
        Scriptable request = guest.newObject(global);
        ScriptableObject.putProperty(request, "method", exchange.method().toUpperCase(Locale.ROOT));
        ScriptableObject.putProperty(request, "url", url(exchange));
        HeadersObject headers = HeadersObject.of(global, exchange.headers());
        headers.put("x-request-id", headers, exchange.requestId());
        ScriptableObject.putProperty(request, "headers", headers);
        String authorization = exchange.header("authorization");
        ScriptableObject.putProperty(request, "authorization", authorization == null ? "" : authorization);
        ScriptableObject.putProperty(request, "body", body(exchange));
        FormRequest form = new FormRequest(instance);
        HostFunction.define(guest, global, request, "handleFormRequest", 1, form::handle);
        return request;
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
