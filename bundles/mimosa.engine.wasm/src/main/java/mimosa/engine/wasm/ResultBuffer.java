package mimosa.engine.wasm;

import java.util.Arrays;

/** The bytes that a program gets from a call of the host, until the next one, and the text of its last failure. */
final class ResultBuffer {
    private static final byte[] EMPTY = new byte[0];
    private static final int MAX_ERROR_BYTES = 512;

    private final int maxBytes;
    private byte[] bytes = EMPTY;
    private String error = "";

    ResultBuffer(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    ResultBuffer(int maxBytes, ResultBuffer other) {
        this.maxBytes = maxBytes;
        this.bytes = other.bytes;
        this.error = other.error;
    }

    int length() {
        return bytes.length;
    }

    /** @return the number of bytes */
    int set(byte[] content) throws Code {
        if (content.length > maxBytes) {
            throw Code.limit("the result has " + content.length + " bytes, limit is " + maxBytes + " (resultBytes)");
        }
        bytes = content;
        return content.length;
    }

    int set(String text) throws Code {
        return set(Utf8.bytes(text));
    }

    void clear() {
        bytes = EMPTY;
    }

    byte[] slice(int offset, int count) {
        return Arrays.copyOfRange(bytes, offset, offset + count);
    }

    void failed(String text) {
        error = text;
    }

    int setLastError() {
        bytes = Utf8.cut(error, MAX_ERROR_BYTES);
        return bytes.length;
    }
}
