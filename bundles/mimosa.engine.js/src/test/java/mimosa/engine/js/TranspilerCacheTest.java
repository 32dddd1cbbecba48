package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TranspilerCacheTest {
    private static final Transpiled RESULT = new Transpiled("code", "{}");

    @TempDir
    Path folder;

    @Test
    void keyDependsOnAllThatTheResultDoes() {
        TranspilerCache cache = new TranspilerCache(folder, 10, 1 << 20);
        assertEquals(cache.key("index.js", "a", null), cache.key("index.js", "a", null));
        assertNotEquals(cache.key("index.js", "a", null), cache.key("index.js", "b", null));
        assertNotEquals(cache.key("index.js", "a", null), cache.key("index.js", "a", "{}"));
    }

    @Test
    void damagedEntryIsMadeAgain() throws Exception {
        TranspilerCache cache = new TranspilerCache(folder.resolve("deep/down"), 10, 1 << 20);
        assertNull(cache.get("k"));
        cache.put("k", RESULT);
        assertEquals(RESULT, cache.get("k"));
        Path file = folder.resolve("deep/down/k.json.gz");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertNull(cache.get("k"));
        Files.write(file, new byte[] {1, 2, 3});
        assertNull(cache.get("k"));
        cache.put("k", RESULT);
        assertEquals(RESULT, cache.get("k"));
    }

    @Test
    void whatHasNotBeenUsedForLongestGoesFirst() throws Exception {
        TranspilerCache cache = new TranspilerCache(folder, 2, 1 << 20);
        cache.put("a", RESULT);
        cache.put("b", RESULT);
        Files.setLastModifiedTime(folder.resolve("a.json.gz"), FileTime.fromMillis(1));
        Files.setLastModifiedTime(folder.resolve("b.json.gz"), FileTime.fromMillis(2));
        assertEquals(RESULT, cache.get("a"));
        cache.put("c", RESULT);
        assertNull(cache.get("b"));
        assertEquals(RESULT, cache.get("a"));
        TranspilerCache tiny = new TranspilerCache(folder, 10, 10);
        tiny.put("d", RESULT);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }
}
