package mimosa.engine.wasm;

import java.util.Arrays;

/**
 * The bytes of a memory, with a mark for each piece of it that has been written to. When its instance has ended the
 * marked pieces are restored, and the next instance finds a memory that looks new.
 *
 * @param marks one for each piece; of another type than the bytes, so that the compiler knows them apart
 */
record UsedMemory(MemoryImage image, byte[] bytes, short[] marks) {
    /** What marks are compared with: many are looked at by one instruction, and most are not set. */
    private static final short[] UNMARKED = new short[1024];

    static UsedMemory of(MemoryImage image) {
        return new UsedMemory(image, image.newMemory(), new short[marks(image.length())]);
    }

    /** How many marks there are for so many bytes: a power of two, so that a mask can be used in place of a check. */
    static int marks(int bytes) {
        int pieces = bytes >>> MemoryImage.SHIFT;
        return pieces <= 1 ? 1 : Integer.highestOneBit(pieces - 1) << 1;
    }

    void restore() {
        int pieces = bytes.length >>> MemoryImage.SHIFT;
        for (int i = marked(0, pieces); i < pieces; i = marked(i + 1, pieces)) {
            marks[i] = 0;
            image.restore(bytes, i);
        }
    }

    /** The first piece from the given one on that is marked; {@code pieces} when there is none. */
    private int marked(int from, int pieces) {
        for (int i = from; i < pieces; i += UNMARKED.length) {
            int count = Math.min(pieces - i, UNMARKED.length);
            int found = Arrays.mismatch(marks, i, i + count, UNMARKED, 0, count);
            if (found >= 0) {
                return i + found;
            }
        }
        return pieces;
    }
}
