package mimosa.engine.wasm;

import com.dylibso.chicory.runtime.FreshInstance;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.UninstantiableException;
import com.dylibso.chicory.wasm.types.ActiveDataSegment;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.PassiveDataSegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The memory of one instance, made of small pages that are shared until they are written to.
 *
 * <pre>
 *   readable  [ zeros | snapshot | own | zeros ... ]      what loads read
 *   own       [  -    |    -     | own |   -   ... ]      what stores write; none yet: a copy is made first
 * </pre>
 *
 * It is the only memory class that compiled code ever meets, so that its calls stay direct. Both arrays have exactly one
 * entry for each page there is: an address past the end fails in them, at no cost for those before it.
 */
final class LinearMemory implements Memory {
    private static final int SHIFT = 12;
    private static final int SIZE = 1 << SHIFT;
    static final int PART_BYTES = SIZE;
    private static final int MASK = SIZE - 1;
    private static final int PARTS = PAGE_SIZE / SIZE;
    private static final byte[] ZEROS = new byte[SIZE];

    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);
    private static final VarHandle FLOATS = view(float[].class);
    private static final VarHandle DOUBLES = view(double[].class);

    private final Execution owner;
    private final int firstPages;
    private final int mostPages;
    private final MemoryShare share;
    private final boolean restored;
    private byte[][] readable;
    private byte[][] own;
    private DataSegment[] segments;

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * @param pages that are there at first, all zeros
     * @param share where growth is asked for
     */
    LinearMemory(Execution owner, int pages, int mostPages, MemoryShare share) {
        this.owner = owner;
        this.firstPages = pages;
        this.mostPages = mostPages;
        this.share = share;
        this.restored = false;
        this.readable = new byte[pages * PARTS][];
        this.own = new byte[pages * PARTS][];
        Arrays.fill(readable, ZEROS);
    }

    /** @param frozen pages of a memory that nobody writes to any more */
    LinearMemory(Execution owner, byte[][] frozen, int mostPages, MemoryShare share) {
        this.owner = owner;
        this.firstPages = frozen.length / PARTS;
        this.mostPages = mostPages;
        this.share = share;
        this.restored = true;
        this.readable = frozen.clone();
        this.own = new byte[frozen.length][];
    }

    static LinearMemory of(Instance instance) {
        return (LinearMemory) instance.memory();
    }

    Execution owner() {
        return owner;
    }

    /** All pages as they are; no longer to be written to. */
    byte[][] freeze() {
        return readable;
    }

    /** Bytes in pages that are not all zeros by birth. */
    static long size(byte[][] frozen) {
        return Arrays.stream(frozen).filter(page -> page != ZEROS).count() * SIZE;
    }

    private long bytes() {
        return (long) readable.length << SHIFT;
    }

    private Trap outOfBounds() {
        return new Trap(Trap.MEMORY);
    }

    /** @throws Trap unless the range, both numbers unsigned, is in the memory */
    private void check(int address, int length) {
        if (Integer.toUnsignedLong(address) + Integer.toUnsignedLong(length) > bytes()) {
            throw outOfBounds();
        }
    }

    /** As {@link #check}, except that an empty range may be anywhere. */
    void checkRange(int address, int length) {
        if (length != 0) {
            check(address, length);
        }
    }

    private byte[] page(int address) {
        try {
            return readable[address >>> SHIFT];
        } catch (ArrayIndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    private byte[] writable(int address) {
        byte[] page;
        try {
            page = own[address >>> SHIFT];
        } catch (ArrayIndexOutOfBoundsException e) {
            throw outOfBounds();
        }
        return page != null ? page : copy(address >>> SHIFT);
    }

    private byte[] copy(int index) {
        byte[] shared = readable[index];
        byte[] page = shared == ZEROS ? new byte[SIZE] : shared.clone();
        readable[index] = page;
        own[index] = page;
        return page;
    }

    // Size.

    @Override
    public int pages() {
        return readable.length / PARTS;
    }

    @Override
    public int grow(int more) {
        int before = pages();
        if (more < 0 || more > mostPages - before || !share.grow(owner, more)) {
            return -1;
        }
        if (more > 0) {
            int from = readable.length;
            int to = from + more * PARTS;
            byte[][] larger = Arrays.copyOf(readable, to);
            Arrays.fill(larger, from, to, ZEROS);
            own = Arrays.copyOf(own, to);
            readable = larger;
        }
        return before;
    }

    @Override
    public int initialPages() {
        return firstPages;
    }

    @Override
    public int maximumPages() {
        return mostPages;
    }

    @Override
    public boolean shared() {
        return false;
    }

    // Data segments.

    /** As they are now: those dropped are empty. */
    DataSegment[] segments() {
        return segments;
    }

    @Override
    public void initialize(Instance instance, DataSegment[] own) {
        segments = own;
        if (restored) {
            return; // they have been written already
        }
        for (int i = 0; i < own.length; i++) {
            if (own[i] instanceof ActiveDataSegment active) {
                int offset = (int) FreshInstance.constant(instance, active.offsetInstructions());
                byte[] data = active.data();
                if (Integer.toUnsignedLong(offset) + data.length > bytes()) {
                    throw new UninstantiableException("out of bounds memory access");
                }
                write(offset, data, 0, data.length);
                drop(i);
            }
        }
    }

    @Override
    public void initPassiveSegment(int segment, int target, int offset, int size) {
        byte[] data = segments[segment].data();
        if (Integer.toUnsignedLong(offset) + Integer.toUnsignedLong(size) > data.length) {
            throw outOfBounds();
        }
        check(target, size);
        write(target, data, offset, size);
    }

    @Override
    public void drop(int segment) {
        segments[segment] = PassiveDataSegment.EMPTY;
    }

    // Many bytes.

    @Override
    public void write(int address, byte[] data, int offset, int size) {
        check(address, size);
        int to = address;
        int from = offset;
        int left = size;
        while (left > 0) {
            int at = to & MASK;
            int count = Math.min(left, SIZE - at);
            System.arraycopy(data, from, writable(to), at, count);
            to += count;
            from += count;
            left -= count;
        }
    }

    @Override
    public byte[] readBytes(int address, int length) {
        check(address, length);
        byte[] bytes = new byte[length];
        int done = 0;
        while (done < length) {
            int at = (address + done) & MASK;
            int count = Math.min(length - done, SIZE - at);
            System.arraycopy(page(address + done), at, bytes, done, count);
            done += count;
        }
        return bytes;
    }

    @Override
    public void zero() {
        // Made of zeros, or of a snapshot that is to stay.
    }

    @Override
    public void fill(byte value, int from, int to) {
        int left = to - from;
        check(from, left);
        int address = from;
        while (left > 0) {
            int at = address & MASK;
            int count = Math.min(left, SIZE - at);
            Arrays.fill(writable(address), at, at + count, value);
            address += count;
            left -= count;
        }
    }

    @Override
    public void copy(int target, int source, int size) {
        check(target, size);
        check(source, size);
        if (target <= source) {
            copyForwards(target, source, size);
        } else {
            copyBackwards(target, source, size);
        }
    }

    private void copyForwards(int target, int source, int size) {
        int done = 0;
        while (done < size) {
            int to = (target + done) & MASK;
            int from = (source + done) & MASK;
            int count = Math.min(size - done, SIZE - Math.max(to, from));
            byte[] page = writable(target + done);
            System.arraycopy(page(source + done), from, page, to, count);
            done += count;
        }
    }

    private void copyBackwards(int target, int source, int size) {
        int left = size;
        while (left > 0) {
            int to = ((target + left - 1) & MASK) + 1;
            int from = ((source + left - 1) & MASK) + 1;
            int count = Math.min(left, Math.min(to, from));
            byte[] page = writable(target + left - 1);
            System.arraycopy(page(source + left - 1), from - count, page, to - count, count);
            left -= count;
        }
    }

    // One value. Those that lie across two pages are put together of bytes.

    @Override
    public byte read(int address) {
        return page(address)[address & MASK];
    }

    @Override
    public void writeByte(int address, byte value) {
        writable(address)[address & MASK] = value;
    }

    @Override
    public short readShort(int address) {
        int at = address & MASK;
        return at <= SIZE - 2 ? (short) SHORTS.get(page(address), at) : (short) readAcross(address, 2);
    }

    @Override
    public long readU16(int address) {
        return readShort(address) & 0xFFFFL;
    }

    @Override
    public void writeShort(int address, short value) {
        int at = address & MASK;
        if (at <= SIZE - 2) {
            SHORTS.set(writable(address), at, value);
        } else {
            writeAcross(address, value, 2);
        }
    }

    @Override
    public int readInt(int address) {
        int at = address & MASK;
        return at <= SIZE - 4 ? (int) INTS.get(page(address), at) : (int) readAcross(address, 4);
    }

    @Override
    public void writeI32(int address, int value) {
        int at = address & MASK;
        if (at <= SIZE - 4) {
            INTS.set(writable(address), at, value);
        } else {
            writeAcross(address, value, 4);
        }
    }

    @Override
    public long readLong(int address) {
        int at = address & MASK;
        return at <= SIZE - 8 ? (long) LONGS.get(page(address), at) : readAcross(address, 8);
    }

    @Override
    public void writeLong(int address, long value) {
        int at = address & MASK;
        if (at <= SIZE - 8) {
            LONGS.set(writable(address), at, value);
        } else {
            writeAcross(address, value, 8);
        }
    }

    @Override
    public float readFloat(int address) {
        int at = address & MASK;
        return at <= SIZE - 4
                ? (float) FLOATS.get(page(address), at)
                : Float.intBitsToFloat((int) readAcross(address, 4));
    }

    @Override
    public long readF32(int address) {
        return readInt(address);
    }

    @Override
    public void writeF32(int address, float value) {
        int at = address & MASK;
        if (at <= SIZE - 4) {
            FLOATS.set(writable(address), at, value);
        } else {
            writeAcross(address, Float.floatToRawIntBits(value), 4);
        }
    }

    @Override
    public double readDouble(int address) {
        int at = address & MASK;
        return at <= SIZE - 8
                ? (double) DOUBLES.get(page(address), at)
                : Double.longBitsToDouble(readAcross(address, 8));
    }

    @Override
    public long readF64(int address) {
        return readLong(address);
    }

    @Override
    public void writeF64(int address, double value) {
        int at = address & MASK;
        if (at <= SIZE - 8) {
            DOUBLES.set(writable(address), at, value);
        } else {
            writeAcross(address, Double.doubleToRawLongBits(value), 8);
        }
    }

    private long readAcross(int address, int size) {
        check(address, size);
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << 8 | read(address + i) & 0xFF;
        }
        return value;
    }

    /** Nothing is written unless all of it is in the memory. */
    private void writeAcross(int address, long value, int size) {
        check(address, size);
        for (int i = 0; i < size; i++) {
            writeByte(address + i, (byte) (value >>> 8 * i));
        }
    }

    // Threads: modules that could ask for any of these are refused.

    @Override
    @SuppressWarnings("removal")
    public Object lock(int address) {
        throw noThreads();
    }

    @Override
    @SuppressWarnings("removal")
    public int waitOn(int address, int expected, long timeout) {
        throw noThreads();
    }

    @Override
    @SuppressWarnings("removal")
    public int waitOn(int address, long expected, long timeout) {
        throw noThreads();
    }

    @Override
    @SuppressWarnings("removal")
    public int notify(int address, int most) {
        throw noThreads();
    }

    private static IllegalStateException noThreads() {
        return new IllegalStateException("a module with threads should have been refused");
    }
}
