package mimosa.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;

/** A file of the operating system. {@link RandomAccessFile}, unlike a file channel, takes no notice of interrupts. */
final class LocalDisk implements Disk {
    private final RandomAccessFile file;
    private final Object position = new Object();

    private LocalDisk(RandomAccessFile file) {
        this.file = file;
    }

    static Disk open(Path path) throws IOException {
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        try {
            // Held until the file is closed; keeps a second process away from the same data folder.
            if (file.getChannel().tryLock() == null) {
                throw new IOException("it is in use by another process");
            }
            return new LocalDisk(file);
        } catch (OverlappingFileLockException e) {
            file.close();
            throw new IOException("it is in use by this process already", e);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** Opens a file without keeping others away. */
    static Disk share(Path path, boolean writable) throws IOException {
        return new LocalDisk(new RandomAccessFile(path.toFile(), writable ? "rw" : "r"));
    }

    @Override
    public void read(long at, byte[] target, int offset, int length) throws IOException {
        synchronized (position) {
            file.seek(at);
            file.readFully(target, offset, length);
        }
    }

    @Override
    public void write(long at, byte[] source, int offset, int length) throws IOException {
        synchronized (position) {
            file.seek(at);
            file.write(source, offset, length);
        }
    }

    @Override
    public long size() throws IOException {
        return file.length();
    }

    @Override
    public void truncate(long size) throws IOException {
        synchronized (position) {
            file.setLength(size);
        }
    }

    @Override
    public void sync() throws IOException {
        file.getFD().sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
