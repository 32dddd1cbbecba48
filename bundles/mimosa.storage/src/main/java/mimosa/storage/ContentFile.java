package mimosa.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import mimosa.api.MimosaException;
import mimosa.api.storage.StoredFile;

/** An opened file: holds its content open, which stays readable when it is deleted. */
final class ContentFile implements StoredFile {
    /** Most that one call reads, since it takes a copy of it. */
    private static final int PIECE_BYTES = 256 * 1024;

    private final FileEntry entry;
    private final Disk disk;

    ContentFile(FileEntry entry, Disk disk) {
        this.entry = entry;
        this.disk = disk;
    }

    @Override
    public long size() {
        return entry.size();
    }

    @Override
    public int read(long position, ByteBuffer target) {
        if (position < 0) {
            throw MimosaException.invalid("a file is read from position 0 on, found " + position);
        }
        if (position >= entry.size()) {
            return -1;
        }
        int length = (int) Math.min(Math.min(target.remaining(), PIECE_BYTES), entry.size() - position);
        byte[] bytes = new byte[length];
        try {
            disk.read(position, bytes, 0, length);
        } catch (IOException e) {
            throw Failures.storage("cannot read file " + entry.path(), e);
        }
        target.put(bytes);
        return length;
    }

    @Override
    public void close() {
        try {
            disk.close();
        } catch (IOException e) {
            throw Failures.storage("cannot close file " + entry.path(), e);
        }
    }
}
