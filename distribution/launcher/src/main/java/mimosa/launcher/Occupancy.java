package mimosa.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Keeps a second node off the same data folder, and tells the scripts of the running one: {@code run/pid} holds its
 * process id, {@code run/url} exists once it is ready.
 */
final class Occupancy implements AutoCloseable {
    private final Path folder;
    private final FileChannel channel;

    private Occupancy(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    static Occupancy take(Folders folders) {
        Path run = folders.run();
        try {
            createPrivately(folders.data());
            createPrivately(run);
            FileChannel channel = FileChannel.open(
                    run.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!lock(channel)) {
                channel.close();
                throw new StartFailure("the data folder " + folders.data() + " is in use by another node"
                        + pid(run.resolve("pid")) + "; stop that node or name another folder in MIMOSA_DATA");
            }
            Occupancy occupancy = new Occupancy(run, channel);
            Files.deleteIfExists(run.resolve("url"));
            Files.writeString(run.resolve("pid"), ProcessHandle.current().pid() + "\n");
            return occupancy;
        } catch (IOException e) {
            throw new StartFailure("the data folder " + folders.data() + " cannot be written: " + e, e);
        }
    }

    private static void createPrivately(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String pid(Path file) {
        try {
            return " (process " + Files.readString(file).strip() + ")";
        } catch (IOException e) {
            return ""; // The other node has just begun or is about to end.
        }
    }

    /** Tells the scripts that the node is ready. */
    void ready(String url) throws IOException {
        Path written = Files.writeString(folder.resolve("url.tmp"), url + "\n");
        Files.move(written, folder.resolve("url"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() {
        try (channel) {
            Files.deleteIfExists(folder.resolve("url"));
            Files.deleteIfExists(folder.resolve("pid"));
        } catch (IOException e) {
            // What is left is recognised as stale: the lock dies with the process.
        }
    }
}
