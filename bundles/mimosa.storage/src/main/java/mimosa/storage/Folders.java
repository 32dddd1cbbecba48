package mimosa.storage;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What has to be done to folders so that it lasts; not disturbed by interrupts. */
final class Folders {
    private Folders() {}

    /** Makes a folder and its parents, each entry durable. */
    static void create(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folder.toAbsolutePath().getParent();
        create(parent);
        Files.createDirectories(folder);
        sync(parent);
    }

    /** Makes the entries of a folder durable, where the system can do that. */
    static void sync(Path folder) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                interrupted |= Thread.interrupted();
                try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                    channel.force(true);
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                } catch (AccessDeniedException e) {
                    // Windows does not open folders, and writes their entries through by itself.
                    return;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Removes a folder with its content; no effect when it is absent. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> content;
        try (Stream<Path> walk = Files.walk(folder)) {
            content = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : content) {
            Files.delete(path);
        }
    }

    /** Whether some bytes can be written there: makes a file and removes it again. */
    static void probe(Path folder) throws IOException {
        Path path = folder.resolve(".probe");
        try {
            File file = path.toFile();
            try (RandomAccessFile probe = new RandomAccessFile(file, "rw")) {
                probe.write(new byte[64 * 1024]);
            }
        } finally {
            Files.deleteIfExists(path);
        }
    }
}
