package mimosa.engine.wasm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class UsedMemoryTest {
    private static final int PIECES = 2_500;

    private final byte[] first = new byte[PIECES << MemoryImage.SHIFT];

    @Test
    void markedPiecesAreAsAtFirstWhereverTheyAre() {
        Arrays.fill(first, (byte) 7);
        UsedMemory used = UsedMemory.of(MemoryImage.of(first));
        for (int piece : new int[] {0, 1, 1_023, 1_024, 1_500, 2_047, 2_048, PIECES - 1}) {
            used.bytes()[(piece << MemoryImage.SHIFT) + 99] = 1;
            used.marks()[piece] = 1;
        }

        used.restore();

        assertArrayEquals(first, used.bytes());
        assertArrayEquals(new short[used.marks().length], used.marks());
    }

    @Test
    void onlyMarkedPiecesAreTouched() {
        UsedMemory used = UsedMemory.of(MemoryImage.of(first));
        used.bytes()[5 << MemoryImage.SHIFT] = 1;
        used.marks()[4_000] = 1;

        used.restore();

        assertEquals(1, used.bytes()[5 << MemoryImage.SHIFT]);
        assertEquals(1, used.marks()[4_000], "beyond the memory, where a mask may lead but no piece is");
    }
}
