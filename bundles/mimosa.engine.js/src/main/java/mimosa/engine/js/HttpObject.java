package mimosa.engine.js;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import mimosa.api.client.OutboundRequest;
import mimosa.api.http.HeaderField;
import mimosa.api.storage.Session;
import mimosa.api.storage.StoredFile;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.NativeJSON;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.Undefined;

/** {@code context.http} as the script sees it. */
final class HttpObject {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private HttpObject() {}

    static Scriptable create(Guest guest, Scriptable global) {
        ScriptableObject object = (ScriptableObject) guest.newObject(global);
        HostFunction.define(guest, global, object, "request", 1, HttpObject::request);
        return object;
    }

    private static Object request(Guest guest, Args args) {
        Instance instance = guest.instance();
        if (!(args.get(0) instanceof Scriptable options)) {
            throw ScriptRuntime.typeError("context.http.request: expected an object with the options, found "
                    + ScriptRuntime.typeof(args.get(0)));
        }
        if (!(option(options, "url") instanceof CharSequence url) || url.isEmpty()) {
            throw ScriptRuntime.typeError("context.http.request: the option url must be a non-empty string");
        }
        String mode = text(options, "mode", "");
        List<HeaderField> headers = headers(options);
        byte[] body = body(guest, args.scope(), option(options, "data"), headers);
        OutboundRequest request = new OutboundRequest(
                method(options),
                url.toString(),
                headers,
                body,
                millis(options, "connectionTimeout", CONNECT_TIMEOUT),
                millis(options, "socketTimeout", instance.remaining()),
                !mode.equals("proxy"),
                hops(instance) + 1);
        Outbound call = new Outbound(
                instance,
                mode.equals("stream"),
                outputFile(guest, args.scope(), options),
                Args.asFunction(option(options, "success")),
                Args.asFunction(option(options, "error")));
        if (headers.stream().anyMatch(HttpObject::isIllegal)) {
            call.refuse("illegal header: a name or value has a line break or NUL in it");
        } else {
            call.send(request);
        }
        return Undefined.instance;
    }

    /** Where the answer is to be written; {@code null} when that is memory. An illegal path is found before the call. */
    private static OutputFile outputFile(Guest guest, Scriptable scope, Scriptable options) {
        String path = text(options, "outputFile", "");
        if (path.isEmpty()) {
            return null;
        }
        Session session = guest.instance().host().storage();
        StoredFile earlier = JsError.plain(guest, scope, () -> session.file(path));
        if (earlier != null) {
            earlier.close();
        }
        return new OutputFile(session, path);
    }

    /** How many mims have called each other on the way to this one. */
    private static int hops(Instance instance) {
        String value = instance.exchange().header(OutboundRequest.HOPS_HEADER);
        return value != null && value.matches("\\d{1,4}") ? Integer.parseInt(value) : 0;
    }

    private static Object option(Scriptable options, String name) {
        Object value = ScriptableObject.getProperty(options, name);
        return value == Scriptable.NOT_FOUND ? Undefined.instance : value;
    }

    private static String text(Scriptable options, String name, String otherwise) {
        Object value = option(options, name);
        return Args.given(value) ? Context.toString(value) : otherwise;
    }

    private static Duration millis(Scriptable options, String name, Duration otherwise) {
        Object value = option(options, name);
        double ms = Args.given(value) ? Context.toNumber(value) : Double.NaN;
        return ms > 0 ? Duration.ofMillis((long) Math.min(ms, Integer.MAX_VALUE)) : otherwise;
    }

    private static String method(Scriptable options) {
        for (String name : new String[] {"type", "method", "httpMethod"}) {
            String method = text(options, name, "");
            if (!method.isEmpty()) {
                return method.toUpperCase(Locale.ROOT);
            }
        }
        return "GET";
    }

    private static List<HeaderField> headers(Scriptable options) {
        String authorization = text(options, "authorization", null);
        List<HeaderField> fields = new ArrayList<>();
        if (option(options, "headers") instanceof Scriptable headers) {
            for (Object id : headers.getIds()) {
                Object value = ScriptableObject.getProperty(headers, String.valueOf(id));
                boolean replaced = authorization != null && "authorization".equalsIgnoreCase(String.valueOf(id));
                if (Args.given(value) && value != Scriptable.NOT_FOUND && !replaced) {
                    fields.add(new HeaderField(String.valueOf(id), Context.toString(value)));
                }
            }
        }
        if (authorization != null) {
            fields.add(new HeaderField("Authorization", authorization));
        }
        return fields;
    }

    private static boolean isIllegal(HeaderField field) {
        return (field.name() + field.value()).chars().anyMatch(c -> c == '\r' || c == '\n' || c == '\0');
    }

    private static byte[] body(Guest guest, Scriptable scope, Object data, List<HeaderField> headers) {
        if (!Args.given(data)) {
            return null;
        }
        byte[] bytes = Bytes.of(data);
        if (bytes != null) {
            return bytes;
        }
        if (data instanceof Scriptable && !Args.isSymbol(data)) {
            if (headers.stream().noneMatch(field -> field.name().equalsIgnoreCase("content-type"))) {
                headers.add(new HeaderField("Content-Type", "application/json"));
            }
            return Bytes.utf8(Context.toString(NativeJSON.stringify(guest, scope, data, null, null)));
        }
        return Bytes.utf8(Context.toString(data));
    }
}
