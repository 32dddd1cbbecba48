package mimosa.engine.wasm;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Texts as bytes, and back. */
final class Utf8 {
    private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

    private static final char REPLACED = '\uFFFD';

    private Utf8() {}

    /** An unpaired surrogate becomes U+FFFD. */
    static byte[] bytes(String text) {
        return hasSurrogates(text) ? replaced(text) : text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean hasSurrogates(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static byte[] replaced(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8
                    .newEncoder()
                    .replaceWith(REPLACEMENT)
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalStateException("cannot be: malformed input is replaced", e);
        }
    }

    /** The text; {@code null} when the bytes are none. */
    static String strict(byte[] bytes) {
        String text = lenient(bytes);
        return text.indexOf(REPLACED) < 0 ? text : decoded(bytes);
    }

    /** Of bytes that have a U+FFFD, or something that became one. */
    private static String decoded(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** Bad bytes become U+FFFD. */
    static String lenient(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A header value as its sender meant it: where each character stands for a byte, those bytes may be UTF-8. */
    static String header(String value) {
        boolean bytes = value.chars().allMatch(c -> c <= 0xFF) && value.chars().anyMatch(c -> c >= 0x80);
        String decoded = bytes ? strict(value.getBytes(StandardCharsets.ISO_8859_1)) : null;
        return decoded == null ? value : decoded;
    }

    /** The text, or its beginning, in at most so many bytes. */
    static byte[] cut(String text, int most) {
        byte[] bytes = bytes(text);
        if (bytes.length <= most) {
            return bytes;
        }
        int end = most;
        while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return Arrays.copyOf(bytes, end);
    }
}
