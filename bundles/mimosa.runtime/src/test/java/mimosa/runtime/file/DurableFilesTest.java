package mimosa.runtime.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFilesTest {
    @TempDir
    Path folder;

    private long count() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void replacesFileAndItsMode() throws IOException {
        Path file = folder.resolve("f.json");
        DurableFiles.write(file, "old".getBytes(UTF_8));
        DurableFiles.writePrivate(file, "new".getBytes(UTF_8));
        assertEquals("new", Files.readString(file));
        assertEquals("rw-------", mode(file));
        assertEquals(1, count());
    }

    @Test
    void leavesTheOldFileWhenTheNewOneCannotBePut() throws IOException {
        Path occupied = Files.createDirectories(folder.resolve("f/child")).getParent();
        assertThrows(IOException.class, () -> DurableFiles.write(occupied, new byte[1]));
        assertTrue(Files.isDirectory(occupied));
        assertEquals(1, count());
    }

    @Test
    void movesOverAnOlderFile() throws IOException {
        Path file = Files.writeString(folder.resolve("f"), "old");
        DurableFiles.move(Files.writeString(DurableFiles.newFile(folder), "new"), file);
        assertEquals("new", Files.readString(file));
        assertEquals(1, count());
        assertTrue(DurableFiles.delete(file));
        assertFalse(DurableFiles.delete(file));
    }

    @Test
    void makesFoldersForTheOwner() throws IOException {
        DurableFiles.folder(folder.resolve("a/b"));
        DurableFiles.folder(folder.resolve("a/b"));
        assertEquals("rwx------", mode(folder.resolve("a/b")));
    }

    @Test
    void removesScratchFileWhenItIsClosed() throws IOException {
        try (FileChannel scratch = DurableFiles.scratch(folder)) {
            DurableFiles.writeFully(scratch, ByteBuffer.wrap(new byte[100]));
            assertEquals(100, scratch.size());
        }
        assertEquals(0, count());
    }

    @Test
    void removesLeftoversOnly() throws IOException {
        DurableFiles.newFile(folder);
        Files.writeString(folder.resolve("kept.json"), "");
        DurableFiles.removeLeftovers(folder);
        assertEquals(1, count());
    }
}
