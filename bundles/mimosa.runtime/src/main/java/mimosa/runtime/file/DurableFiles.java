package mimosa.runtime.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * File changes that survive {@code kill -9} and loss of power once the call has returned: a temporary file in the same
 * folder, forced to disk, renamed over the old one, and the folder forced too. Until then the old state stays.
 *
 * <p>What a crash leaves behind ends in {@link #TEMPORARY} and is cleared by {@link #removeLeftovers}. Thread-safe for
 * different files; who writes one file from several threads orders them.
 */
public final class DurableFiles {
    /** The ending of files under construction. */
    public static final String TEMPORARY = ".tmp";

    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private DurableFiles() {}

    /** Replaces or makes a file whose mode is left to the process's umask. */
    public static void write(Path file, byte[] content) throws IOException {
        write(file, content, new FileAttribute<?>[0]);
    }

    /** Replaces or makes a file of mode 0600, for what may hold secrets. */
    public static void writePrivate(Path file, byte[] content) throws IOException {
        write(file, content, ownerOnly());
    }

    private static void write(Path file, byte[] content, FileAttribute<?>[] attributes) throws IOException {
        Path temporary = temporary(file.toAbsolutePath().getParent(), file.getFileName() + ".");
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)) {
                writeFully(channel, ByteBuffer.wrap(content));
                channel.force(true);
            }
            rename(temporary, file);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Forces a file to disk and moves it, over an older one if there is one. Both places are on one file system. */
    public static void move(Path from, Path to) throws IOException {
        try (FileChannel channel = FileChannel.open(from, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        rename(from, to);
    }

    private static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncFolder(to.toAbsolutePath().getParent());
    }

    /**
     * Removes a file for good.
     *
     * @return whether there was one
     */
    public static boolean delete(Path file) throws IOException {
        boolean deleted = Files.deleteIfExists(file);
        if (deleted) {
            syncFolder(file.toAbsolutePath().getParent());
        }
        return deleted;
    }

    /** Makes a folder and those above it, as far as they are missing; the folder itself can be entered by its owner only. */
    public static void folder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            folder(parent);
        }
        Files.createDirectories(folder, POSIX ? mode("rwx------") : new FileAttribute<?>[0]);
        if (parent != null) {
            syncFolder(parent);
        }
    }

    /** Opens a new, empty file of mode 0600 for reading and writing, which is gone as soon as it is closed. */
    public static FileChannel scratch(Path folder) throws IOException {
        Set<OpenOption> options = Set.of(
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
        return FileChannel.open(temporary(folder, "scratch-"), options, ownerOnly());
    }

    /** Makes a new, empty file of mode 0600; whoever asks for it moves it away or deletes it. */
    public static Path newFile(Path folder) throws IOException {
        return Files.createFile(temporary(folder, "new-"), ownerOnly());
    }

    /** Removes what a crash left in a folder. To be called while nobody else writes there. */
    public static void removeLeftovers(Path folder) throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder, "*" + TEMPORARY)) {
            for (Path leftover : leftovers) {
                Files.deleteIfExists(leftover);
            }
        }
    }

    /** Writes all that remains of a buffer at the channel's position. */
    public static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static Path temporary(Path folder, String prefix) {
        return folder.resolve(prefix + UUID.randomUUID() + TEMPORARY);
    }

    private static FileAttribute<?>[] ownerOnly() {
        return POSIX ? mode("rw-------") : new FileAttribute<?>[0];
    }

    private static FileAttribute<?>[] mode(String permissions) {
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        };
    }

    /** A rename is durable only when its folder is; where folders cannot be opened (Windows) the system sees to it. */
    private static void syncFolder(Path folder) throws IOException {
        if (POSIX) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
