package mimosa.engine.wasm;

import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import mimosa.api.http.HeaderField;
import mimosa.api.storage.StoredFile;

/** The answer as programs shape it. */
final class ResponseFunctions {
    private static final Pattern MEDIA_TYPE = Pattern.compile("[^\\s/;]+/[^\\s/;]+(\\s*;.*)?");

    private ResponseFunctions() {}

    static void addTo(HostFunctions env) {
        env.add("response_status", "i:i", ResponseFunctions::status);
        env.add("response_header", "pp:i", ResponseFunctions::header);
        env.add("response_write", "p:i", ResponseFunctions::write);
        env.add("response_end", "p:i", ResponseFunctions::end);
        env.add("response_file", "pp:i", ResponseFunctions::file);
        env.add("event_publish", "p:i", ResponseFunctions::publish);
    }

    private static Answer unbegun(Execution e) throws Code {
        Answer answer = e.conversation().answer();
        if (answer.isBegun()) {
            throw Code.denied("the first byte of the response has left");
        }
        return answer;
    }

    private static Answer open(Execution e) throws Code {
        Answer answer = e.conversation().answer();
        if (answer.isEnded()) {
            throw Code.denied("the response has ended");
        }
        StackRoom.forAnswer();
        return answer;
    }

    private static long status(Execution e, Args a) throws Code {
        Answer answer = unbegun(e);
        int status = a.number(0);
        if (status < 200 || status > 599) {
            throw Code.invalid(status + " is no status, expected 200 to 599");
        }
        answer.status(status);
        return 0;
    }

    private static long header(Execution e, Args a) throws Code {
        Answer answer = unbegun(e);
        String name = a.text(0, "name");
        String value = a.text(1, "value");
        if (!HeaderField.isName(name)) {
            throw Code.invalid("illegal header name \"" + name + "\"");
        }
        if (isBroken(value)) {
            throw Code.invalid("illegal character in the value of " + name);
        }
        answer.header(name, value, name.equalsIgnoreCase("set-cookie"));
        return 0;
    }

    private static boolean isBroken(String value) {
        return value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == '\0');
    }

    private static long write(Execution e, Args a) throws Code {
        Answer answer = open(e);
        if (answer.isLost()) {
            throw Code.io("the client has gone");
        }
        answer.write(a.bytes(0));
        CompletableFuture<Void> room = answer.room();
        if (room != null) {
            e.waitFor(room);
        }
        if (answer.isLost()) {
            throw Code.io("the client has gone");
        }
        return 0;
    }

    private static long end(Execution e, Args a) throws Code {
        open(e).end(a.bytes(0));
        return 0;
    }

    private static long file(Execution e, Args a) throws Code {
        Answer answer = open(e);
        String path = a.text(0, "path");
        String type = a.text(1, "type");
        if (!type.isEmpty()) {
            checkedType(type);
        }
        if (path.isEmpty()) {
            throw Code.invalid("the path is empty");
        }
        StoredFile file = e.conversation().storage().file(path);
        if (file == null) {
            throw Code.absent("there is no file " + path);
        }
        answer.end(type.isEmpty() ? "application/octet-stream" : type, file);
        return 0;
    }

    static String checkedType(String type) throws Code {
        if (isBroken(type) || !MEDIA_TYPE.matcher(type).matches()) {
            throw Code.invalid("illegal media type \"" + type + "\"");
        }
        return type;
    }

    private static long publish(Execution e, Args a) throws Code {
        StackRoom.forService();
        Conversation conversation = e.conversation();
        if (!"true".equals(e.host().env().get("MCM.WEBSOCKET_SUPPORT"))) {
            throw Code.denied("the mim has no WebSocket, MCM.WEBSOCKET_SUPPORT is not \"true\"");
        }
        var event = Json.parse(a, 0);
        var frame = Json.object();
        if (Json.text(event, "type", null) == null) {
            throw Code.invalid("the member type is missing");
        }
        frame.set("type", event.get("type"));
        if (event.has("message")) {
            frame.set("message", event.get("message"));
        }
        String text = frame.toString();
        conversation.answer().expect(text.length());
        conversation.effects().add(() -> e.host().publish(text));
        return 0;
    }
}
