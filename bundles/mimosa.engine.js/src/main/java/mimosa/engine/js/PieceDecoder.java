package mimosa.engine.js;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;

/** Turns the pieces of a body into strings, split only between characters. */
final class PieceDecoder {
    private final CharsetDecoder decoder;
    private byte[] rest = {};

    PieceDecoder(MediaType type) {
        this.decoder = type.charsetOrLatin1()
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
    }

    /** @param last whether nothing follows, so that an incomplete character becomes U+FFFD */
    String decode(ByteBuffer piece, boolean last) {
        ByteBuffer in = ByteBuffer.allocate(rest.length + piece.remaining());
        in.put(rest).put(piece).flip();
        CharBuffer out = CharBuffer.allocate((int) Math.ceil(in.remaining() * (double) decoder.maxCharsPerByte()) + 4);
        decoder.decode(in, out, last);
        if (last) {
            decoder.flush(out);
        }
        rest = new byte[in.remaining()];
        in.get(rest);
        return out.flip().toString();
    }
}
