package mimosa.engine.wasm;

/**
 * The bytes of a memory, with a mark for each piece of it that has been written to. When its instance has ended the
 * marked pieces are restored, and the next instance finds a memory that looks new.
 *
 * @param marks one for each piece; of another type than the bytes, so that the compiler knows them apart
 */
record UsedMemory(MemoryImage image, byte[] bytes, short[] marks) {
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
        for (int i = 0; i < pieces; i++) {
            if (marks[i] != 0) {
                marks[i] = 0;
                image.restore(bytes, i);
            }
        }
    }
}
