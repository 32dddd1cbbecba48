package mimosa.runtime.image;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import mimosa.api.MimosaException;

/**
 * The fields of one header block that matter here.
 *
 * @param block 512 bytes
 * @param offset of the block in the archive, for messages
 */
record TarHeader(byte[] block, long offset) {
    private static final int NAME_LENGTH = 100;
    private static final int SIZE = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int TYPE = 156;
    private static final int MAGIC = 257;
    private static final int PREFIX = 345;
    private static final int PREFIX_LENGTH = 155;

    static MimosaException corrupt(long offset) {
        return MimosaException.invalid("corrupt tar header at offset " + offset);
    }

    boolean hasMagic() {
        return Arrays.equals(block, MAGIC, MAGIC + 5, "ustar".getBytes(StandardCharsets.US_ASCII), 0, 5);
    }

    /** GNU writes spaces after the magic word and has no prefix field; what is there means something else. */
    private boolean hasPrefix() {
        return hasMagic() && block[MAGIC + 5] == 0 && block[PREFIX] != 0;
    }

    boolean hasValidChecksum() {
        int sum = 0;
        for (int i = 0; i < block.length; i++) {
            boolean inField = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_LENGTH;
            sum += inField ? ' ' : block[i] & 0xff;
        }
        return octal(CHECKSUM, CHECKSUM_LENGTH) == sum;
    }

    char type() {
        return (char) (block[TYPE] & 0xff);
    }

    TarEntry.Kind kind(boolean namedAsDirectory) {
        return switch (type()) {
            case '0', '\0', '7' -> namedAsDirectory ? TarEntry.Kind.DIRECTORY : TarEntry.Kind.FILE;
            case '5' -> TarEntry.Kind.DIRECTORY;
            default -> TarEntry.Kind.SPECIAL;
        };
    }

    /** The size field: octal, or binary (GNU) where the first bit is set. */
    long size() {
        long size = (block[SIZE] & 0x80) != 0 ? binary(SIZE, SIZE_LENGTH) : octal(SIZE, SIZE_LENGTH);
        if (size < 0) {
            throw corrupt(offset);
        }
        return size;
    }

    String name() {
        return text(rawName());
    }

    byte[] rawName() {
        byte[] name = field(block, 0, NAME_LENGTH);
        if (!hasPrefix()) {
            return name;
        }
        byte[] prefix = field(block, PREFIX, PREFIX_LENGTH);
        return ByteBuffer.allocate(prefix.length + 1 + name.length)
                .put(prefix)
                .put((byte) '/')
                .put(name)
                .array();
    }

    /** The name of a block of which only the beginning is there. */
    static String partialName(byte[] beginning) {
        return text(field(beginning, 0, Math.min(beginning.length, NAME_LENGTH)));
    }

    /** UTF-8, as everybody writes; older archives may hold bytes that are not, which then stand for one character each. */
    static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    /** Cuts zeros off the end, not those within: they make a name illegal. */
    static byte[] untilZeros(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return Arrays.copyOf(bytes, end);
    }

    private static byte[] field(byte[] bytes, int start, int length) {
        int end = start;
        while (end < start + length && bytes[end] != 0) {
            end++;
        }
        return Arrays.copyOfRange(bytes, start, end);
    }

    /** Digits between blanks and zeros; an empty field is 0, anything else -1. */
    private long octal(int start, int length) {
        int from = start;
        int to = start + length;
        while (from < to && isFiller(block[from])) {
            from++;
        }
        while (to > from && isFiller(block[to - 1])) {
            to--;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            if (block[i] < '0' || block[i] > '7') {
                return -1;
            }
            value = value * 8 + block[i] - '0';
        }
        return value;
    }

    private static boolean isFiller(byte b) {
        return b == ' ' || b == 0;
    }

    /** Big-endian without the first bit; -1 when negative or too large for a long. */
    private long binary(int start, int length) {
        if ((block[start] & 0x7f) != 0) {
            return -1;
        }
        long value = 0;
        for (int i = start + 1; i < start + length; i++) {
            if (value >>> 55 != 0) {
                return -1;
            }
            value = value << 8 | block[i] & 0xff;
        }
        return value;
    }
}
