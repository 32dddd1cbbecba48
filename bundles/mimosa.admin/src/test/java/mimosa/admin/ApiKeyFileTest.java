package mimosa.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiKeyFileTest {
    @TempDir
    Path folder;

    private String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    @Tag("M5.1")
    void twoRandomKeysAreMadeOnceForTheOwnerAlone() throws IOException {
        Path file = folder.resolve("mimosa-api-key.env");
        String key = ApiKeyFile.at(file);
        List<String> lines = Files.readAllLines(file);
        assertEquals(2, lines.size());
        assertEquals("MCM_API_KEY=" + key, lines.get(0));
        assertTrue(lines.get(1).startsWith("ACCOUNT_API_KEY="));
        String accountKey = lines.get(1).substring("ACCOUNT_API_KEY=".length());
        assertNotEquals(key, accountKey);
        assertEquals(32, Base64.getUrlDecoder().decode(key).length);
        assertEquals(32, Base64.getUrlDecoder().decode(accountKey).length);
        assertEquals("rw-------", permissions(file));
        assertEquals(key, ApiKeyFile.at(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void anExistingFileIsKeptAndNarrowed() throws IOException {
        Path file = Files.writeString(folder.resolve("keys"), "# mine\n MCM_API_KEY = abc=\nOTHER=1\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertEquals("abc=", ApiKeyFile.at(file));
        assertEquals("rw-------", permissions(file));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        assertEquals("abc=", ApiKeyFile.at(file));
        assertEquals("r--------", permissions(file));
    }

    @Test
    void withoutAKeyThereIsNone() throws IOException {
        assertEquals("", ApiKeyFile.at(Files.writeString(folder.resolve("empty"), "MCM_API_KEY=\n")));
        assertEquals("", ApiKeyFile.at(Files.writeString(folder.resolve("other"), "ACCOUNT_API_KEY=x\n")));
        assertEquals("", ApiKeyFile.at(folder.resolve("missing/folder/keys")));
        assertEquals("", ApiKeyFile.at(folder), "a folder is no key file");
    }
}
