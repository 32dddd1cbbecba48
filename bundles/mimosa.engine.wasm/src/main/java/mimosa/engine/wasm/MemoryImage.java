package mimosa.engine.wasm;

import java.util.Arrays;

/** What the memory of a new instance holds. Pages that are all zeros are not kept. Immutable. */
final class MemoryImage {
    /** A memory is looked after in pieces of this size, much smaller than the pages that programs ask for. */
    static final int SHIFT = 12;

    static final int PIECE = 1 << SHIFT;

    /** Longest value that is stored at once, less one: so far may a store reach into the next piece. */
    private static final int OVERHANG = 7;

    private static final byte[] ZEROS = new byte[PIECE];

    private final byte[][] pieces;

    private MemoryImage(byte[][] pieces) {
        this.pieces = pieces;
    }

    static MemoryImage ofZeros(int bytes) {
        return new MemoryImage(new byte[bytes >>> SHIFT][]);
    }

    static MemoryImage of(byte[] memory) {
        byte[][] pieces = new byte[memory.length >>> SHIFT][];
        for (int i = 0; i < pieces.length; i++) {
            int from = i << SHIFT;
            boolean zeros = Arrays.equals(memory, from, from + PIECE, ZEROS, 0, PIECE);
            pieces[i] = zeros ? null : Arrays.copyOfRange(memory, from, from + PIECE);
        }
        return new MemoryImage(pieces);
    }

    /** Bytes of the memory. */
    int length() {
        return pieces.length << SHIFT;
    }

    /** Bytes that are kept for it. */
    long size() {
        return Arrays.stream(pieces).filter(piece -> piece != null).count() * PIECE;
    }

    /** A memory as this image has it. */
    byte[] newMemory() {
        byte[] memory = new byte[length()];
        for (int i = 0; i < pieces.length; i++) {
            if (pieces[i] != null) {
                System.arraycopy(pieces[i], 0, memory, i << SHIFT, PIECE);
            }
        }
        return memory;
    }

    /** Makes a piece, and what a store at its end may have changed of the next one, as this image has it. */
    void restore(byte[] memory, int index) {
        restore(memory, index, PIECE);
        if (index + 1 < pieces.length) {
            restore(memory, index + 1, OVERHANG);
        }
    }

    private void restore(byte[] memory, int index, int count) {
        byte[] piece = pieces[index];
        System.arraycopy(piece == null ? ZEROS : piece, 0, memory, index << SHIFT, count);
    }
}
