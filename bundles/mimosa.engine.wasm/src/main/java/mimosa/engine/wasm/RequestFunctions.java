package mimosa.engine.wasm;

import java.io.IOException;
import java.util.Locale;
import mimosa.api.http.Exchange;

/** The request as programs see it. */
final class RequestFunctions {
    private RequestFunctions() {}

    static void addTo(HostFunctions env) {
        env.yielding("request_method", ":i", (e, a) -> e.result()
                .set(e.conversation().exchange().method().toUpperCase(Locale.ROOT)));
        env.yielding("request_url", ":i", (e, a) -> e.result()
                .set(url(e.conversation().exchange())));
        env.yielding("request_header", "p:i", RequestFunctions::header);
        env.yielding("request_headers", ":i", (e, a) -> e.result()
                .set(Json.text(e.conversation().headers())));
        env.yielding("request_body", ":i", RequestFunctions::body);
        env.yielding("form_next", ":i", (e, a) -> e.result()
                .set(e.conversation().form().next()));
        env.yielding("form_value", ":i", (e, a) -> e.result()
                .set(e.conversation().form().value(e)));
        env.add("form_store", "p:i", (e, a) -> e.conversation().form().store(e, a.text(0, "path")));
    }

    static String url(Exchange exchange) {
        String path = exchange.remainingPath();
        String query = exchange.query();
        return (path.startsWith("/") ? path : "/" + path) + (query == null ? "" : "?" + query);
    }

    private static long header(Execution e, Args a) throws Code {
        String name = a.text(0, "name").toLowerCase(Locale.ROOT);
        String value = e.conversation().headers().get(name);
        if (value == null) {
            throw Code.absent("the request has no header " + name);
        }
        return e.result().set(value);
    }

    private static long body(Execution e, Args a) throws Code {
        Conversation conversation = e.conversation();
        if (conversation.answer().isEnded()) {
            throw Code.denied("the body is gone, the response has ended");
        }
        Exchange exchange = conversation.exchange();
        long size = FormParts.isMultipart(exchange) ? 0 : exchange.body().size();
        int most = e.blueprint().settings().resultBytes();
        if (size > most) {
            throw Code.limit("the body has " + size + " bytes, limit is " + most + " (resultBytes)");
        }
        try {
            return e.result().set(size == 0 ? new byte[0] : exchange.body().bytes());
        } catch (IOException failure) {
            throw Code.io("the body is gone, the client has left");
        }
    }
}
