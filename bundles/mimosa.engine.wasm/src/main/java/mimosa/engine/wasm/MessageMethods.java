package mimosa.engine.wasm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.client.OutboundRequest;
import mimosa.api.http.HeaderField;
import mimosa.api.storage.Item;
import mimosa.api.storage.Session;
import mimosa.api.storage.StoredFile;

/** What the messages of a program mean. */
final class MessageMethods {
    private static final byte[] NOTHING = new byte[0];
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final String NO_MESH = "not available: this node has no mesh";

    private final Execution execution;
    private final Messages messages;
    private boolean warned;
    private boolean uploaded;

    MessageMethods(Execution execution, Messages messages) {
        this.execution = execution;
        this.messages = messages;
    }

    void run(Messages.Request request) {
        switch (request.method()) {
            case "response.send" -> orWarn(request, () -> send(request.params()));
            case "websocket_broker.publish" -> orWarn(request, () -> publish(request.params()));
            case "httpclient.fetch" -> orError(request, () -> fetch(request));
            case "request.handle_form_upload" -> orError(request, () -> upload(request));
            case "edge.decrypt", "edge.request_bep" -> messages.queue(() -> messages.fail(request, NO_MESH));
            case "storage.get_item",
                    "storage.set_item",
                    "storage.set_item_with_tag",
                    "storage.remove_item",
                    "storage.each_item" -> messages.nowOrQueued(() -> orError(request, () -> store(request)));
            default -> unknown(request);
        }
    }

    private void unknown(Messages.Request request) {
        String text = "unknown method " + request.method();
        if (request.id() == 0) {
            messages.warn(text);
        } else {
            messages.nowOrQueued(() -> messages.fail(request, text));
        }
    }

    /** Something that the program may have asked for in a wrong way. */
    @FunctionalInterface
    private interface Step {
        void run() throws Code;
    }

    private void orError(Messages.Request request, Step step) {
        String failure = failure(step);
        if (failure != null) {
            messages.fail(request, failure);
        }
    }

    private void orWarn(Messages.Request request, Step step) {
        String failure = failure(step);
        if (failure != null) {
            messages.warn(request.method() + ": " + failure);
        }
    }

    /** What went wrong; {@code null} when nothing did. */
    private String failure(Step step) {
        try {
            step.run();
            return null;
        } catch (Code e) {
            return e.getMessage();
        } catch (MimosaException e) {
            return messages.text(e);
        }
    }

    // The answer.

    private void send(Params params) throws Code {
        Answer answer = messages.conversation().answer();
        if (answer.isEnded()) {
            if (!warned) {
                messages.warn("response.send was ignored: the response has ended");
                warned = true;
            }
            return;
        }
        List<?> elements = params.elements();
        byte[] data = Params.bytes(elements.get(0), "data");
        Params options = new Params(elements.size() > 1 && elements.get(1) != null ? elements.get(1) : Map.of());
        Object status = options.members().get("statusCode");
        if (status != null && !(status instanceof Long number && number >= 200 && number <= 599)) {
            answer.fail(new MimosaException(
                    MimosaException.Kind.GUEST, "statusCode must be a whole number from 200 to 599"));
            return;
        }
        if (status instanceof Long number) {
            answer.status(number.intValue());
        }
        StackRoom.forService();
        send(answer, data, options.text("filePath"), options.text("fileMimeType"));
    }

    private void send(Answer answer, byte[] data, String path, String type) throws Code {
        if (path.isEmpty()) {
            if (!type.isEmpty()) {
                answer.header("Content-Type", ResponseFunctions.checkedType(type), false);
            }
            answer.end(data);
            return;
        }
        StoredFile file = messages.conversation().storage().file(path);
        if (file == null) {
            answer.fail(new MimosaException(MimosaException.Kind.NOT_FOUND, "no file at " + path));
        } else {
            answer.end(type.isEmpty() ? "application/octet-stream" : type, file);
        }
    }

    private void publish(Params params) throws Code {
        List<?> elements = params.elements();
        if (!"true".equals(execution.host().env().get("MCM.WEBSOCKET_SUPPORT"))) {
            return;
        }
        ObjectNode frame = Json.object();
        frame.put("type", Params.text(elements.get(0), "type"));
        if (elements.size() > 1) {
            frame.set("message", JsonWire.json(elements.get(1)));
        }
        StackRoom.forService();
        execution.host().publish(frame.toString());
    }

    // The store.

    private void store(Messages.Request request) throws Code {
        Params params = request.params();
        Session session = messages.conversation().storage();
        switch (request.method()) {
            case "storage.get_item" -> {
                String value = session.get(key(params));
                if (value == null) {
                    throw Code.absent("item not found");
                }
                messages.succeed(request, 200, Map.of(), Utf8.bytes(value));
                return;
            }
            case "storage.set_item" -> session.put(key(params), params.text("value"), "");
            case "storage.set_item_with_tag" -> session.put(key(params), params.text("value"), params.text("tag"));
            case "storage.remove_item" -> session.remove(key(params));
            default -> {
                each(request, session, params.text("tag"));
                return;
            }
        }
        messages.succeed(request, 200, Map.of(), NOTHING);
    }

    private static String key(Params params) throws Code {
        String key = params.text("key");
        if (key.isEmpty()) {
            throw Code.invalid("the key is empty");
        }
        return key;
    }

    private void each(Messages.Request request, Session session, String tag) {
        List<Item> items = new ArrayList<>();
        session.each(tag.isEmpty() ? null : tag, item -> {
            items.add(item);
            return !execution.gate().isKilled();
        });
        for (Item item : items) {
            if (messages.succeed(request, 200, Map.of(item.key(), item.value()), NOTHING) != 0) {
                break;
            }
        }
        messages.succeed(request, 200, Map.of(), NOTHING);
    }

    private void upload(Messages.Request request) throws Code {
        boolean first = !uploaded;
        uploaded = true;
        new MessageForm(execution, messages, request).walk(first);
    }

    // The network.

    private void fetch(Messages.Request request) throws Code {
        Params params = request.params();
        String url = params.text("url");
        if (url.isEmpty()) {
            throw Code.invalid("the member url is missing or empty");
        }
        List<HeaderField> headers = new ArrayList<>();
        if (params.members().get("headers") instanceof Map<?, ?> fields) {
            for (Map.Entry<?, ?> field : fields.entrySet()) {
                headers.add(new HeaderField((String) field.getKey(), Params.text(field.getValue(), "header")));
            }
        }
        byte[] data = params.bytes("data");
        String method = params.text("method");
        OutboundRequest outbound = new OutboundRequest(
                method.isEmpty() ? "GET" : method.toUpperCase(Locale.ROOT),
                url,
                headers,
                data.length == 0 ? null : data,
                CONNECT_TIMEOUT,
                execution.remaining(),
                !params.text("mode").equals("proxy"),
                HttpFunctions.hops(execution) + 1);
        StackRoom.forService();
        messages.expect();
        new MessageFetch(execution, messages, request).send(outbound);
    }
}
