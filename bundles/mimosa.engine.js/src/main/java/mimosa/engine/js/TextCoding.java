package mimosa.engine.js;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.LambdaConstructor;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;

/** {@code TextEncoder} and {@code TextDecoder}, for UTF-8 only. */
final class TextCoding {
    private static final int READ_ONLY = ScriptableObject.READONLY;

    private TextCoding() {}

    static Object encoder(Scriptable scope) {
        LambdaConstructor constructor = new LambdaConstructor(
                scope, "TextEncoder", 0, LambdaConstructor.CONSTRUCTOR_NEW, (cx, s, args) -> cx.newObject(s));
        constructor.definePrototypeProperty("encoding", "utf-8", READ_ONLY);
        constructor.definePrototypeMethod(scope, "encode", 0, (cx, s, self, args) -> {
            Args given = new Args(s, args);
            return Bytes.toUint8Array(Guest.of(cx), s, Bytes.utf8(given.has(0) ? given.string(0) : ""));
        });
        return constructor;
    }

    static Object decoder(Scriptable scope) {
        LambdaConstructor constructor = new LambdaConstructor(
                scope, "TextDecoder", 0, LambdaConstructor.CONSTRUCTOR_NEW, TextCoding::newDecoder);
        constructor.definePrototypeMethod(scope, "decode", 0, TextCoding::decode);
        return constructor;
    }

    private static Scriptable newDecoder(Context cx, Scriptable scope, Object[] values) {
        Args args = new Args(scope, values);
        String label = args.has(0) ? args.string(0).strip().toLowerCase(Locale.ROOT) : "utf-8";
        if (!label.equals("utf-8") && !label.equals("utf8")) {
            throw ScriptRuntime.rangeError("TextDecoder: unknown encoding \"" + label + "\", only utf-8 is offered");
        }
        ScriptableObject decoder = (ScriptableObject) cx.newObject(scope);
        decoder.defineProperty("encoding", "utf-8", READ_ONLY);
        decoder.defineProperty("fatal", option(args.get(1), "fatal"), READ_ONLY);
        decoder.defineProperty("ignoreBOM", option(args.get(1), "ignoreBOM"), READ_ONLY);
        return decoder;
    }

    private static Object decode(Context cx, Scriptable scope, Scriptable self, Object[] values) {
        Args args = new Args(scope, values);
        byte[] bytes = args.has(0) ? Bytes.of(args.get(0)) : new byte[0];
        if (bytes == null) {
            throw ScriptRuntime.typeError("TextDecoder.decode: expected a typed array or an ArrayBuffer");
        }
        boolean cutMark = bytes.length >= 3
                && bytes[0] == (byte) 0xEF
                && bytes[1] == (byte) 0xBB
                && bytes[2] == (byte) 0xBF
                && !option(self, "ignoreBOM");
        ByteBuffer text = cutMark ? ByteBuffer.wrap(bytes, 3, bytes.length - 3) : ByteBuffer.wrap(bytes);
        CodingErrorAction onError = option(self, "fatal") ? CodingErrorAction.REPORT : CodingErrorAction.REPLACE;
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(onError)
                    .onUnmappableCharacter(onError)
                    .decode(text)
                    .toString();
        } catch (CharacterCodingException e) {
            throw ScriptRuntime.typeError("TextDecoder.decode: the bytes are not valid UTF-8");
        }
    }

    private static boolean option(Object options, String name) {
        if (!(options instanceof Scriptable object)) {
            return false;
        }
        Object value = ScriptableObject.getProperty(object, name);
        return value != Scriptable.NOT_FOUND && Context.toBoolean(value);
    }
}
