package mimosa.engine.js;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.TopLevel;
import org.mozilla.javascript.typedarrays.NativeArrayBuffer;
import org.mozilla.javascript.typedarrays.NativeTypedArrayView;

/** Bytes between the host and the script. */
final class Bytes {
    private Bytes() {}

    /** A copy of what a typed array or an {@code ArrayBuffer} holds; {@code null} for every other value. */
    static byte[] of(Object value) {
        if (value instanceof NativeTypedArrayView<?> view) {
            byte[] all = view.getBuffer().getBuffer();
            int from = Math.min(view.getByteOffset(), all.length);
            return Arrays.copyOfRange(all, from, Math.min(all.length, from + view.getByteLength()));
        }
        if (value instanceof NativeArrayBuffer buffer) {
            return buffer.isDetached() ? new byte[0] : buffer.getBuffer().clone();
        }
        return null;
    }

    /** UTF-8 as the web has it: an unpaired surrogate becomes U+FFFD. */
    static byte[] utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return hasUnpaired(text) ? replaceUnpaired(text) : bytes;
    }

    private static boolean hasUnpaired(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return true;
            }
        }
        return false;
    }

    private static byte[] replaceUnpaired(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints()
                .forEach(point -> clean.appendCodePoint(
                        point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? 0xFFFD : point));
        return clean.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A new {@code Uint8Array} with a copy of the bytes. */
    static Scriptable toUint8Array(Guest guest, Scriptable scope, byte[] bytes) {
        NativeArrayBuffer buffer = (NativeArrayBuffer) ScriptRuntime.newBuiltinObject(
                guest, scope, TopLevel.Builtins.ArrayBuffer, new Object[] {bytes.length});
        System.arraycopy(bytes, 0, buffer.getBuffer(), 0, bytes.length);
        return ScriptRuntime.newBuiltinObject(guest, scope, TopLevel.Builtins.Uint8Array, new Object[] {buffer});
    }
}
