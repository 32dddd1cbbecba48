package mimosa.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OccupancyTest {
    @TempDir
    private Path home;

    @Test
    void aDataFolderHasOneNodeAtATime() throws IOException {
        Folders folders = new Folders(home, home, home, home.resolve("data"), home);

        try (Occupancy first = Occupancy.take(folders)) {
            StartFailure failure = assertThrows(StartFailure.class, () -> Occupancy.take(folders));
            assertTrue(
                    failure.getMessage()
                            .contains("in use by another node (process "
                                    + ProcessHandle.current().pid() + ")"),
                    failure.getMessage());
            first.ready("http://127.0.0.1:1");
            assertEquals("http://127.0.0.1:1\n", Files.readString(folders.run().resolve("url")));
        }
        assertFalse(Files.exists(folders.run().resolve("url")));
        assertFalse(Files.exists(folders.run().resolve("pid")));
        Occupancy.take(folders).close();
    }

    @Test
    void othersCannotLookIntoTheDataFolder() throws IOException {
        Folders folders = new Folders(home, home, home, home.resolve("data"), home);

        Occupancy.take(folders).close();

        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folders.data())));
    }
}
