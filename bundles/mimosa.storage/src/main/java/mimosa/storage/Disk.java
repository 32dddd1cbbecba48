package mimosa.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Random access to the bytes of one file. No call may be disturbed by an interrupt of the calling thread: programs are
 * interrupted at any moment, and a file that closes itself then would be lost for everybody else.
 */
interface Disk extends Closeable {
    /** Reads exactly {@code length} bytes. */
    void read(long position, byte[] target, int offset, int length) throws IOException;

    void write(long position, byte[] source, int offset, int length) throws IOException;

    long size() throws IOException;

    void truncate(long size) throws IOException;

    /** Returns when everything written so far survives a loss of power. */
    void sync() throws IOException;

    @Override
    void close() throws IOException;

    /** Opens a file for one user, creating it when it is absent; its folder exists. */
    @FunctionalInterface
    interface Opener {
        Disk open(Path file) throws IOException;

        /** Opens a file that others may have open, too; it is created only to be written. */
        default Disk share(Path file, boolean writable) throws IOException {
            return LocalDisk.share(file, writable);
        }
    }
}
