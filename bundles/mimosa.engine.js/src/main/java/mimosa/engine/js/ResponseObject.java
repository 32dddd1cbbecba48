package mimosa.engine.js;

import java.nio.charset.StandardCharsets;
import mimosa.api.MimosaException;
import mimosa.api.engine.Host.Level;
import mimosa.api.http.HeaderField;
import mimosa.api.storage.StoredFile;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.NativeArray;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.Undefined;

/** {@code response} as the script sees it. */
final class ResponseObject {
    private static final String STATUS = "statusCode";
    private static final byte[] NOTHING = new byte[0];

    private final Instance instance;
    private final Answer answer;
    private final ScriptableObject object;

    /** @param object as {@link #create} makes it */
    ResponseObject(Instance instance, ScriptableObject object) {
        this.instance = instance;
        this.answer = instance.answer();
        this.object = object;
    }

    /** The object without a request; its functions work for whose instance calls them. */
    static ScriptableObject create(Guest guest, Scriptable global) {
        ScriptableObject object = (ScriptableObject) guest.newObject(global);
        object.defineProperty(STATUS, 200, ScriptableObject.EMPTY);
        HostFunction.define(guest, global, object, "setHeader", 2, (g, args) -> of(g).setHeader(args));
        HostFunction.define(guest, global, object, "write", 1, (g, args) -> of(g).write(args.get(0)));
        HostFunction.define(guest, global, object, "end", 1, (g, args) -> of(g).end(args.get(0)));
        HostFunction.define(guest, global, object, "writeMimeFile", 2, (g, args) -> of(g).writeMimeFile(g, args));
        return object;
    }

    private static ResponseObject of(Guest guest) {
        return guest.instance().response();
    }

    ScriptableObject object() {
        return object;
    }

    /** The status that the script has set, whatever it is; for a rollback. */
    Object status() {
        return ScriptableObject.getProperty(object, STATUS);
    }

    void setStatus(Object status) {
        ScriptableObject.putProperty(object, STATUS, status);
    }

    private boolean setHeader(Args args) {
        String name = args.string(0);
        String[] values = values(args.get(1));
        if (!HeaderField.isName(name)) {
            throw ScriptRuntime.typeError("response.setHeader: illegal header name \"" + name + "\"");
        }
        for (String value : values) {
            if (isIllegal(value)) {
                throw ScriptRuntime.typeError("response.setHeader: illegal character in the value of " + name);
            }
        }
        if (answer.isBegun()) {
            ignored("response.setHeader(\"" + name + "\")");
            return false;
        }
        answer.setHeader(name, values);
        return true;
    }

    private static boolean isIllegal(String value) {
        return value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0 || value.indexOf('\0') >= 0;
    }

    private static String[] values(Object value) {
        if (value instanceof NativeArray array) {
            String[] values = new String[(int) Math.min(array.getLength(), 1000)];
            for (int i = 0; i < values.length; i++) {
                values[i] = Context.toString(ScriptableObject.getProperty(array, i));
            }
            return values;
        }
        return new String[] {Context.toString(value)};
    }

    private boolean write(Object chunk) {
        if (answer.isEnded()) {
            ignored("response.write");
            return false;
        }
        Integer status = acceptedStatus();
        if (status == null) {
            return false;
        }
        answer.write(status, bytes(status, chunk));
        var room = answer.room();
        if (room != null) {
            instance.waitFor(room);
        }
        return !answer.isLost();
    }

    private Object end(Object chunk) {
        if (answer.isEnded()) {
            ignored("response.end");
            return Undefined.instance;
        }
        Integer status = acceptedStatus();
        if (status != null) {
            answer.end(status, bytes(status, chunk));
        }
        return Undefined.instance;
    }

    private Object writeMimeFile(Guest guest, Args args) {
        String path = args.string(0);
        String type = args.has(1) ? args.string(1) : "application/octet-stream";
        if (isIllegal(type)) {
            throw ScriptRuntime.typeError("response.writeMimeFile: illegal character in the MIME type");
        }
        if (answer.isEnded()) {
            ignored("response.writeMimeFile");
            return Undefined.instance;
        }
        Integer status = acceptedStatus();
        if (status == null) {
            return Undefined.instance;
        }
        StoredFile file = JsError.plain(
                guest, args.scope(), () -> instance.host().storage().file(path));
        if (file == null) {
            answer.fail(new MimosaException(MimosaException.Kind.NOT_FOUND, "no file at " + path));
        } else {
            answer.end(status, type, file);
        }
        return Undefined.instance;
    }

    private void ignored(String call) {
        if (answer.warnOnce()) {
            instance.log(
                    Level.WARN,
                    call + " was ignored: "
                            + (answer.isEnded() ? "the response has ended" : "the first byte has left"));
        }
    }

    /** The status to send; {@code null} when it was none, and the answer is an error now. */
    private Integer acceptedStatus() {
        if (answer.isBegun()) {
            return 200;
        }
        Object value = status();
        double number = value instanceof Number || value instanceof CharSequence ? Context.toNumber(value) : Double.NaN;
        if (number >= 200 && number <= 599 && number == Math.rint(number)) {
            return (int) number;
        }
        MimosaException failure = new MimosaException(
                MimosaException.Kind.GUEST,
                "response.statusCode must be a whole number from 200 to 599, found " + describe(value));
        instance.log(Level.ERROR, failure.getMessage());
        answer.fail(failure);
        return null;
    }

    private static String describe(Object value) {
        return value instanceof Scriptable ? ScriptRuntime.typeof(value) : Context.toString(value);
    }

    private byte[] bytes(int status, Object chunk) {
        if (!Args.given(chunk)) {
            return NOTHING;
        }
        byte[] binary = Bytes.of(chunk);
        String text = binary == null ? Context.toString(chunk) : null;
        if (!answer.isBegun() && answer.header("content-type") == null && status != 204 && status != 304) {
            answer.setHeader("Content-Type", binary != null ? "application/octet-stream" : guess(text));
        }
        return binary != null ? binary : encode(text);
    }

    private static String guess(String text) {
        String start = text.stripLeading();
        return start.startsWith("{") || start.startsWith("[") ? "application/json" : "text/plain; charset=utf-8";
    }

    /** A string that came from binary data goes back to the bytes it was made of. */
    private byte[] encode(String text) {
        MediaType type = MediaType.of(answer.header("content-type"));
        boolean binary = !type.isText() && !type.isMultipart() && text.chars().allMatch(c -> c <= 255);
        return binary ? text.getBytes(StandardCharsets.ISO_8859_1) : Bytes.utf8(text);
    }
}
