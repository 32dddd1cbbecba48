package mimosa.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import java.util.zip.ZipOutputStream;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.FileStore;
import org.h2.mvstore.RandomAccessStore;
import org.h2.mvstore.SFChunk;
import org.h2.mvstore.WriteBuffer;

/**
 * The file below an {@code MVStore}, on a {@link Disk}: immune to interrupts, with sealed chunks ({@link ChunkSeal}),
 * without the many small truncations and the megabyte of write buffer that each store would have otherwise.
 */
final class SealedFileStore extends RandomAccessStore {
    /** Truncating costs a sync, so it has to be worth it. */
    private static final long WORTH_TRUNCATING = 1 << 20;

    private static final Pattern CLEAN = Pattern.compile("(?:^|,)clean:1(?:,|$)");

    /** A chunk that has been written. */
    record Extent(long position, int length) {}

    private final Disk disk;
    private final Queue<WriteBuffer> buffers;
    private final Queue<Extent> unsynced = new ConcurrentLinkedQueue<>();
    private boolean givenUp;
    private Runnable settled;

    /** @param buffers shared by all stores; offered to, so bounded by its own capacity */
    SealedFileStore(Map<String, Object> config, String name, Disk disk, Queue<WriteBuffer> buffers) throws IOException {
        super(config);
        this.disk = disk;
        this.buffers = buffers;
        init(name, false);
        setSize(disk.size());
    }

    /** The chunks written since the last {@link #sync} before {@link #giveUp}. */
    List<Extent> unsynced() {
        return List.copyOf(unsynced);
    }

    /** From now on a sync does not count, not even one that is under way. */
    void giveUp() {
        synchronized (unsynced) {
            givenUp = true;
        }
    }

    /**
     * Has the caller of the next commit told, in the midst of it and once, when it is settled what is going to be written: a
     * change that is made from then on belongs to the commit after it.
     */
    void whenSettled(Runnable told) {
        settled = told;
    }

    @Override
    public void open(String fileName, boolean readOnly, char[] encryptionKey) {
        throw new IllegalStateException("opened by the constructor: " + getFileName());
    }

    @Override
    public FileStore<SFChunk> open(String fileName, boolean readOnly) {
        throw new IllegalStateException("opened by the constructor: " + getFileName());
    }

    /**
     * Finds the newest valid chunk. After a crash all chunks are looked at: H2 would only follow the trail that begins at
     * the header, which the last commit may have begun to write over, and take an older chunk for the newest.
     */
    @Override
    protected void readStoreHeader(boolean recoveryMode) {
        super.readStoreHeader(recoveryMode || !isCleanlyClosed());
    }

    /** Whether both copies of the header are the same and say so. */
    private boolean isCleanlyClosed() {
        byte[] header = readFully((SFChunk) null, 0, 2 * XtsDisk.SECTOR).array();
        String first = new String(header, 0, XtsDisk.SECTOR, StandardCharsets.ISO_8859_1);
        String second = new String(header, XtsDisk.SECTOR, XtsDisk.SECTOR, StandardCharsets.ISO_8859_1);
        return first.equals(second) && CLEAN.matcher(first).find();
    }

    @Override
    public ByteBuffer readFully(SFChunk chunk, long position, int length) {
        byte[] bytes = new byte[length];
        try {
            disk.read(position, bytes, 0, length);
            readCount.incrementAndGet();
            readBytes.addAndGet(length);
            // Without a chunk and of this length it is a footer, read to find out whether a chunk is valid.
            if (chunk == null && length == ChunkSeal.FOOTER && !ChunkSeal.isIntact(disk, position, bytes)) {
                return ByteBuffer.allocate(length);
            }
            return ByteBuffer.wrap(bytes);
        } catch (IOException e) {
            throw failed(DataUtils.ERROR_READING_FAILED, "cannot read {1} bytes at {2} of {0}", length, position, e);
        }
    }

    @Override
    protected void writeFully(SFChunk chunk, long position, ByteBuffer source) {
        int offset = source.arrayOffset() + source.position();
        int length = source.remaining();
        if (chunk != null) {
            ChunkSeal.seal(source.array(), offset, length);
            unsynced.add(new Extent(position, length));
        }
        try {
            disk.write(position, source.array(), offset, length);
        } catch (IOException e) {
            throw failed(DataUtils.ERROR_WRITING_FAILED, "cannot write {1} bytes at {2} of {0}", length, position, e);
        }
        source.position(source.limit());
        setSize(Math.max(size(), position + length));
        writeCount.incrementAndGet();
        writeBytes.addAndGet(length);
    }

    long writtenBytes() {
        return writeBytes.get();
    }

    @Override
    public void sync() {
        try {
            disk.sync();
            synchronized (unsynced) {
                if (!givenUp) {
                    unsynced.clear();
                }
            }
        } catch (IOException e) {
            throw failed(DataUtils.ERROR_WRITING_FAILED, "cannot sync {0}", 0, 0, e);
        }
    }

    @Override
    protected void truncate(long size) {
        try {
            disk.truncate(size);
            setSize(Math.min(size(), size));
        } catch (IOException e) {
            throw failed(DataUtils.ERROR_WRITING_FAILED, "cannot shorten {0} to {2} bytes", 0, size, e);
        }
    }

    @Override
    protected void shrinkStoreIfPossible(int minPercent) {
        long unused = size() - getAfterLastBlock_() * XtsDisk.SECTOR;
        if (minPercent == 0 || unused >= WORTH_TRUNCATING) {
            super.shrinkStoreIfPossible(minPercent);
        }
    }

    /** The first thing that a commit asks for when it has collected the roots of all maps. */
    @Override
    public WriteBuffer getWriteBuffer() {
        if (settled != null) {
            settled.run();
            settled = null;
        }
        WriteBuffer buffer = buffers.poll();
        return buffer == null ? new WriteBuffer() : buffer.clear();
    }

    @Override
    public void releaseWriteBuffer(WriteBuffer buffer) {
        // A commit of large values must not keep its buffer for ever.
        if (buffer.capacity() <= 4 << 20) {
            buffers.offer(buffer);
        }
    }

    @Override
    public void backup(ZipOutputStream out) {
        throw new IllegalStateException("to back a store up, copy its file while the node is stopped");
    }

    @Override
    public void close() {
        try {
            disk.close();
        } catch (IOException e) {
            throw failed(DataUtils.ERROR_WRITING_FAILED, "cannot close {0}", 0, 0, e);
        } finally {
            super.close();
        }
    }

    private RuntimeException failed(int code, String message, int length, long position, IOException cause) {
        return DataUtils.newMVStoreException(code, message, getFileName(), length, position, cause);
    }
}
