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
 * The memory of one instance: one array that is exactly as long as the memory, so that an address past the end fails in
 * it and costs those before it nothing; and the marks of what has been written to, without which the array could not be
 * used again. Marks are set before the bytes change, whatever happens in between.
 *
 * <p>It is the only memory class that compiled code ever meets, so that its calls stay direct.
 */
final class LinearMemory implements Memory {
    private static final int SHIFT = MemoryImage.SHIFT;
    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);
    private static final VarHandle FLOATS = view(float[].class);
    private static final VarHandle DOUBLES = view(double[].class);

    private final Execution owner;
    private final UsedMemory first;
    private final int mostPages;
    private final boolean restored;
    private final MemoryShare share;
    private byte[] bytes;
    private short[] marks;
    private DataSegment[] segments;

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * @param first the memory at first
     * @param restored whether it has the module's data already
     * @param share where growth is asked for
     */
    LinearMemory(Execution owner, UsedMemory first, int mostPages, boolean restored, MemoryShare share) {
        this.owner = owner;
        this.first = first;
        this.mostPages = mostPages;
        this.restored = restored;
        this.share = share;
        this.bytes = first.bytes();
        this.marks = first.marks();
    }

    static LinearMemory of(Instance instance) {
        return (LinearMemory) instance.memory();
    }

    Execution owner() {
        return owner;
    }

    /** The memory as it is now. */
    MemoryImage image() {
        return MemoryImage.of(bytes);
    }

    /** What it was made of, to be used again; {@code null} when it has grown since. */
    UsedMemory reusable() {
        return bytes == first.bytes() ? first : null;
    }

    private static Trap outOfBounds() {
        return new Trap(Trap.MEMORY);
    }

    /** @throws Trap unless the range, both numbers unsigned, is in the memory */
    private void check(int address, int length) {
        if (Integer.toUnsignedLong(address) + Integer.toUnsignedLong(length) > bytes.length) {
            throw outOfBounds();
        }
    }

    /** As {@link #check}, except that an empty range may be anywhere. */
    void checkRange(int address, int length) {
        if (length != 0) {
            check(address, length);
        }
    }

    /** Checks a range that is to be written to, and marks it. */
    private void mark(int address, int length) {
        check(address, length);
        if (length > 0) {
            Arrays.fill(marks, address >>> SHIFT, (address + length - 1 >>> SHIFT) + 1, (short) 1);
        }
    }

    // Size.

    @Override
    public int pages() {
        return bytes.length / PAGE_SIZE;
    }

    @Override
    public int grow(int more) {
        int before = pages();
        if (more < 0 || more > mostPages - before || !share.grow(owner, more)) {
            owner.memoryRefused(before + Integer.toUnsignedLong(more));
            return -1;
        }
        return more == 0 || extend(before + more) ? before : -1;
    }

    /** Whether the heap had room for it. */
    private boolean extend(int pages) {
        try {
            byte[] larger = Arrays.copyOf(bytes, pages * PAGE_SIZE);
            marks = Arrays.copyOf(marks, UsedMemory.marks(larger.length));
            bytes = larger;
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    @Override
    public int initialPages() {
        return first.bytes().length / PAGE_SIZE;
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
                if (Integer.toUnsignedLong(offset) + data.length > bytes.length) {
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
        write(target, data, offset, size);
    }

    @Override
    public void drop(int segment) {
        segments[segment] = PassiveDataSegment.EMPTY;
    }

    // Many bytes.

    @Override
    public void write(int address, byte[] data, int offset, int size) {
        mark(address, size);
        System.arraycopy(data, offset, bytes, address, size);
    }

    @Override
    public byte[] readBytes(int address, int length) {
        check(address, length);
        return Arrays.copyOfRange(bytes, address, address + length);
    }

    @Override
    public void zero() {
        // Made of zeros, or of a snapshot that is to stay.
    }

    @Override
    public void fill(byte value, int from, int to) {
        mark(from, to - from);
        Arrays.fill(bytes, from, to, value);
    }

    @Override
    public void copy(int target, int source, int size) {
        check(source, size);
        mark(target, size);
        System.arraycopy(bytes, source, bytes, target, size);
    }

    // One value.

    /** The mask makes sure that there is such a mark, also for an address that is none; then it is one too many. */
    private void touch(int address) {
        short[] known = marks;
        known[address >>> SHIFT & known.length - 1] = 1;
    }

    @Override
    public byte read(int address) {
        try {
            return bytes[address];
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public void writeByte(int address, byte value) {
        try {
            touch(address);
            bytes[address] = value;
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public long readU16(int address) {
        return readShort(address) & 0xFFFFL;
    }

    @Override
    public long readF32(int address) {
        return readInt(address);
    }

    @Override
    public long readF64(int address) {
        return readLong(address);
    }

    @Override
    public short readShort(int address) {
        try {
            return (short) SHORTS.get(bytes, address);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public void writeShort(int address, short value) {
        try {
            touch(address);
            SHORTS.set(bytes, address, value);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public int readInt(int address) {
        try {
            return (int) INTS.get(bytes, address);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public void writeI32(int address, int value) {
        try {
            touch(address);
            INTS.set(bytes, address, value);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public long readLong(int address) {
        try {
            return (long) LONGS.get(bytes, address);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public void writeLong(int address, long value) {
        try {
            touch(address);
            LONGS.set(bytes, address, value);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public float readFloat(int address) {
        try {
            return (float) FLOATS.get(bytes, address);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public void writeF32(int address, float value) {
        try {
            touch(address);
            FLOATS.set(bytes, address, value);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public double readDouble(int address) {
        try {
            return (double) DOUBLES.get(bytes, address);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
        }
    }

    @Override
    public void writeF64(int address, double value) {
        try {
            touch(address);
            DOUBLES.set(bytes, address, value);
        } catch (IndexOutOfBoundsException e) {
            throw outOfBounds();
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
