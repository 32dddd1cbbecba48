package mimosa.storage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;

/** Texts as bytes: exact for any UTF-16, one byte a character for Latin-1. */
final class TextFormat {
    private TextFormat() {}

    static void write(WriteBuffer target, String text) {
        int length = text.length();
        if (isLatin1(text)) {
            target.putVarInt(length << 1).put(text.getBytes(StandardCharsets.ISO_8859_1));
        } else {
            target.putVarInt(length << 1 | 1).putStringData(text, length);
        }
    }

    static String read(ByteBuffer source) {
        int header = DataUtils.readVarInt(source);
        int length = header >>> 1;
        if ((header & 1) != 0) {
            return DataUtils.readString(source, length);
        }
        byte[] bytes = new byte[length];
        source.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Bytes of memory, about. */
    static int memory(String text) {
        return 56 + 2 * text.length();
    }

    private static boolean isLatin1(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xff) {
                return false;
            }
        }
        return true;
    }
}
