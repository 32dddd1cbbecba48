package mimosa.engine.js;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;

/** {@code Duktape}: the few members of that engine's global object which mims are known to use. */
final class DuktapeObject {
    private static final int VERSION = 20700;

    private DuktapeObject() {}

    static Scriptable create(Context cx, Scriptable scope) {
        Guest guest = Guest.of(cx);
        ScriptableObject duktape = (ScriptableObject) guest.newObject(scope);
        duktape.defineProperty("version", VERSION, ScriptableObject.EMPTY);
        duktape.defineProperty("env", platform() + " rhino", ScriptableObject.EMPTY);
        HostFunction.define(guest, scope, duktape, "enc", 2, (g, args) -> encode(args.string(0), args.get(1)));
        HostFunction.define(
                guest,
                scope,
                duktape,
                "dec",
                2,
                (g, args) -> Bytes.toUint8Array(g, args.scope(), decode(args.string(0), args.string(1))));
        return duktape;
    }

    private static String platform() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        return os.contains("win") ? "windows" : os.contains("mac") ? "macosx" : "linux";
    }

    private static String encode(String format, Object value) {
        byte[] bytes = Bytes.of(value);
        if (bytes == null) {
            bytes = Bytes.utf8(Context.toString(value));
        }
        return switch (format) {
            case "base64" -> Base64.getEncoder().encodeToString(bytes);
            case "hex" -> HexFormat.of().formatHex(bytes);
            default -> throw unknown(format);
        };
    }

    private static byte[] decode(String format, String text) {
        try {
            return switch (format) {
                case "base64" -> Base64.getDecoder().decode(text.getBytes(StandardCharsets.ISO_8859_1));
                case "hex" -> HexFormat.of().parseHex(text);
                default -> throw unknown(format);
            };
        } catch (IllegalArgumentException e) {
            throw ScriptRuntime.typeError("Duktape.dec: the text is not " + format + ": " + e.getMessage());
        }
    }

    private static RuntimeException unknown(String format) {
        return ScriptRuntime.typeError("Duktape: unknown format \"" + format + "\", expected base64 or hex");
    }
}
