package mimosa.engine.wasm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Random;
import mimosa.api.engine.Payload;
import mimosa.testing.Wat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LinearMemoryTest {
    private static final int BYTES = 2 * 65_536;

    private final byte[] first = new byte[BYTES];
    private UsedMemory used;
    private LinearMemory memory;

    @BeforeEach
    void makeMemory() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            first[30_000 + i] = (byte) random.nextInt();
        }
        used = UsedMemory.of(MemoryImage.of(first));
        memory = new LinearMemory(null, used, 4, true, new MemoryShare(1 << 30));
    }

    @Test
    void imageGivesBackWhatItWasMadeOf() {
        assertArrayEquals(first, used.bytes());
        assertEquals(0, MemoryImage.ofZeros(BYTES).size());
        assertEquals(BYTES, MemoryImage.of(first).length());
    }

    /** Stores of every kind, at the edges of pieces above all: afterwards nothing of them may be left. */
    @Test
    void restoredMemoryIsAsItWasAtFirst() {
        Random random = new Random(2);
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 40; i++) {
                int edge = (1 + random.nextInt(BYTES / 4096 - 1)) * 4096;
                int address = random.nextBoolean() ? edge - 1 - random.nextInt(8) : random.nextInt(BYTES - 5000);
                store(random, address);
            }
            used.restore();
            assertArrayEquals(first, used.bytes(), "round " + round);
        }
        assertSame(used, memory.reusable());
    }

    private void store(Random random, int address) {
        switch (random.nextInt(10)) {
            case 0 -> memory.writeByte(address, (byte) 1);
            case 1 -> memory.writeShort(address, (short) -2);
            case 2 -> memory.writeI32(address, -3);
            case 3 -> memory.writeLong(Math.min(address, BYTES - 8), -4);
            case 4 -> memory.writeF32(address, 1.5f);
            case 5 -> memory.writeF64(Math.min(address, BYTES - 8), -1.5);
            case 6 -> memory.write(address, new byte[] {1, 2, 3, 4, 5}, 1, 3);
            case 7 -> memory.fill((byte) 9, address, address + random.nextInt(4000));
            case 8 -> memory.copy(address, random.nextInt(BYTES - 5000), random.nextInt(4000));
            default -> memory.copy(random.nextInt(BYTES - 5000), address, random.nextInt(4000));
        }
    }

    @Test
    void everyAccessPastTheEndIsATrap() {
        for (int address : new int[] {BYTES, BYTES - 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertThrows(Trap.class, () -> memory.readShort(address));
            assertThrows(Trap.class, () -> memory.readInt(address));
            assertThrows(Trap.class, () -> memory.readLong(address));
            assertThrows(Trap.class, () -> memory.readFloat(address));
            assertThrows(Trap.class, () -> memory.readDouble(address));
            assertThrows(Trap.class, () -> memory.writeShort(address, (short) 1));
            assertThrows(Trap.class, () -> memory.writeI32(address, 1));
            assertThrows(Trap.class, () -> memory.writeLong(address, 1));
            assertThrows(Trap.class, () -> memory.writeF32(address, 1));
            assertThrows(Trap.class, () -> memory.writeF64(address, 1));
            assertThrows(Trap.class, () -> memory.fill((byte) 1, address, address + 2));
            assertThrows(Trap.class, () -> memory.copy(0, address, 2));
            assertThrows(Trap.class, () -> memory.copy(address, 0, 2));
            assertThrows(Trap.class, () -> memory.readBytes(address, 2));
        }
        assertThrows(Trap.class, () -> memory.read(BYTES));
        assertThrows(Trap.class, () -> memory.writeByte(-1, (byte) 1));
        used.restore();
        assertArrayEquals(first, used.bytes());
    }

    @Test
    void grownMemoryKeepsItsBytesAndIsNotUsedAgain() {
        memory = new LinearMemory(execution(), used, 4, true, new MemoryShare(1 << 30));
        memory.writeLong(100, 42);
        assertEquals(2, memory.grow(1));
        assertEquals(42, memory.readLong(100));
        assertEquals(0, memory.readLong(BYTES));
        memory.writeLong(3 * 65_536 - 8, 7);
        assertThrows(Trap.class, () -> memory.writeByte(3 * 65_536, (byte) 1));
        assertEquals(-1, memory.grow(2));
        assertEquals(3, memory.grow(0));
        assertNull(memory.reusable());
    }

    private static Execution execution() {
        return new Execution(blueprint(), null, null, null);
    }

    static Blueprint blueprint() {
        return new Loading(
                        new Payload(
                                "api-t",
                                "index.wasm",
                                Wat.module(new Guest().handler("(call $done)")),
                                null,
                                Map.of(),
                                false),
                        new TestSettings().settings(),
                        new MemoryShare(1 << 30))
                .compile();
    }
}
