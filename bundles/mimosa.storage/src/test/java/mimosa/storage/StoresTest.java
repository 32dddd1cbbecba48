package mimosa.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.storage.Embedding;
import mimosa.api.storage.KeyValueStore;
import mimosa.api.storage.NewFile;
import mimosa.api.storage.Session;
import mimosa.api.storage.StoredFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoresTest {
    private static final String SECRET = "the quick brown fox jumps over the lazy dog";

    @TempDir
    Path data;

    private Stores stores;
    private KeyValueStore view;

    @BeforeEach
    void open() throws IOException {
        stores = TestStores.open(data);
        view = TestStores.view(stores, "mim.api.t");
    }

    @AfterEach
    void close() {
        stores.close();
    }

    private void put(String key, String value) throws Exception {
        try (Session session = view.session(TestStores.PATIENT)) {
            session.put(key, value, "");
            TestStores.await(session.durable());
        }
    }

    private String get(String key) {
        try (Session session = view.session(TestStores.PATIENT)) {
            return session.get(key);
        }
    }

    private boolean fileHolds(String text) throws IOException {
        return Files.readString(TestStores.file(data), StandardCharsets.ISO_8859_1)
                .contains(text);
    }

    @Test
    void encryptedStoresShowNothingOfItemsFilesAndEmbeddings() throws Exception {
        view.configure(Map.of("encrypted", "true"));
        byte[] content = (SECRET + "\n").repeat(5000).getBytes(StandardCharsets.US_ASCII);
        try (Session session = view.session(TestStores.PATIENT)) {
            session.put(SECRET, SECRET, SECRET);
            session.putEmbedding(new Embedding(SECRET, new float[] {1}, SECRET, SECRET));
            TestStores.write(session, "a " + SECRET, content);
            TestStores.write(session, "b " + SECRET, content);
            TestStores.await(session.durable());
        }
        stores.close();
        List<byte[]> contents = new ArrayList<>();
        try (Stream<Path> files = Files.walk(data).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                byte[] bytes = Files.readAllBytes(file);
                assertFalse(new String(bytes, StandardCharsets.ISO_8859_1).contains("quick"), file.toString());
                assertFalse(file.toString().contains("quick"), file.toString());
                if (file.getParent().endsWith("files")) {
                    contents.add(bytes);
                }
            }
        }
        assertEquals(2, contents.size());
        assertFalse(Arrays.equals(contents.get(0), contents.get(1)), "equal files look equal");
        open();
        try (Session session = view.session(TestStores.PATIENT);
                StoredFile file = session.file("a " + SECRET)) {
            assertEquals(SECRET, session.embedding(SECRET).value());
            assertEquals(new String(content, StandardCharsets.US_ASCII), TestStores.read(file));
            ByteBuffer part = ByteBuffer.allocate(100);
            assertEquals(100, file.read(4050, part));
            assertArrayEquals(Arrays.copyOfRange(content, 4050, 4150), part.array());
        }
    }

    @Test
    void encryptedDataAreUnreadableWithoutTheirKeyAndStayEncrypted() throws Exception {
        view.configure(Map.of("encrypted", "true"));
        put("k", SECRET);
        stores.close();
        assertFalse(fileHolds("quick brown"));
        Path key = data.resolve("keys/mim.api.t.key");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
        open();
        assertEquals(
                Kind.INVALID,
                assertThrows(MimosaException.class, () -> view.configure(Map.of("encrypted", "false")))
                        .kind());
        view.configure(Map.of("encrypted", "true"));
        assertEquals(SECRET, get("k"));
        put("k", SECRET + "!");
        stores.close();
        Files.writeString(key, "00".repeat(64));
        open();
        assertEquals(
                Kind.STORAGE,
                assertThrows(MimosaException.class, () -> get("k")).kind());
    }

    @Test
    void plainDataCannotBecomeEncryptedAndUnknownOptionsAreRefused() throws Exception {
        view.configure(Map.of("encrypted", "false"));
        put("k", SECRET);
        stores.close();
        assertTrue(fileHolds("quick brown"));
        open();
        for (Map<String, String> wrong :
                List.of(Map.of("encrypted", "true"), Map.of("encrypted", "yes"), Map.of("colour", "blue"))) {
            assertEquals(
                    Kind.INVALID,
                    assertThrows(MimosaException.class, () -> view.configure(wrong))
                            .kind());
        }
        assertEquals(SECRET, get("k"));
    }

    @Test
    void sectorsAreEncryptedAsTheStandardSays() throws IOException {
        // OpenSSL's aes-256-xts over 4096 zero bytes, data key 00..1f, tweak key 20..3f, sector 5: first and last 16
        // bytes.
        byte[] key = new byte[64];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) i;
        }
        Path file = data.resolve("sectors");
        byte[] zeros = new byte[4096];
        try (Disk disk = new XtsDisk(LocalDisk.open(file), key)) {
            disk.write(5 * 4096, zeros, 0, 4096);
            byte[] back = new byte[100];
            disk.read(5 * 4096 + 1000, back, 0, 100);
            assertArrayEquals(new byte[100], back);
        }
        byte[] bytes = Files.readAllBytes(file);
        HexFormat hex = HexFormat.of();
        assertEquals("41047df5c636cd4fcb4cae528f91daa1", hex.formatHex(bytes, 5 * 4096, 5 * 4096 + 16));
        assertEquals("623f8bbc7821a63f9843285f9698ffdf", hex.formatHex(bytes, 6 * 4096 - 16, 6 * 4096));
    }

    @Test
    void destroyedDataAreGoneAndOpenSessionsFail() throws Exception {
        view.configure(Map.of("encrypted", "true"));
        put("k", "1");
        Session old = view.session(TestStores.PATIENT);
        assertEquals("1", old.get("k"));
        TestStores.write(old, "f", new byte[100]);
        NewFile draft = old.newFile("g");
        draft.write(ByteBuffer.allocate(100_000));
        old.putEmbedding(new Embedding("k", new float[] {1}, "", ""));
        old.lock();
        old.put("k", "2", "");
        TestStores.write(old, "h", new byte[100]);
        view.destroy();
        for (Runnable call : List.<Runnable>of(
                () -> old.get("k"),
                () -> old.commit(),
                () -> old.put("k", "3", ""),
                () -> draft.commit(),
                () -> TestStores.write(old, "i", new byte[1]),
                () -> old.file("f"))) {
            assertEquals(
                    Kind.STORAGE, assertThrows(MimosaException.class, call::run).kind());
        }
        old.close();
        try (Stream<Path> left = Files.walk(data)) {
            assertEquals(List.of(), left.filter(Files::isRegularFile).toList());
        }
        assertNull(get("k"));
        assertEquals(0, view.usedBytes());
        try (Session session = view.session(TestStores.PATIENT)) {
            assertNull(session.file("f"));
            assertNull(session.embedding("k"));
        }
        put("k", "new");
        assertEquals("new", get("k"));
        assertFalse(Files.exists(data.resolve("keys/mim.api.t.key")));
        view.destroy();
        view.destroy();
    }

    @Test
    void whatACrashLeavesOfDestroyedDataIsRemovedAtTheNextStart() throws Exception {
        put("k", "1");
        stores.close();
        Path left = data.resolve("storage/%destroyed-1234");
        Files.move(data.resolve("storage/mim.api.t"), left);
        open();
        assertFalse(Files.exists(left));
        assertNull(get("k"));
    }

    @Test
    void aSecondProcessIsKeptOut() throws Exception {
        put("k", "1");
        Stores second = TestStores.open(data);
        try (Session session = TestStores.session(second)) {
            MimosaException failure = assertThrows(MimosaException.class, () -> session.get("k"));
            assertEquals(Kind.STORAGE, failure.kind());
            assertTrue(failure.getMessage().contains("in use"), failure.getMessage());
        } finally {
            second.close();
        }
    }

    @Test
    void foldersOfDifferentNamesAreDifferentAlsoWithoutRegardToCase() {
        List<String> names =
                List.of("mim.a", "mim.A", "mim/a", "../a", "..", ".", "%0041", "x".repeat(500), "x".repeat(501));
        List<String> folders = names.stream()
                .map(name -> Place.of(data, name).folder())
                .peek(folder ->
                        assertEquals(data.resolve("storage"), folder.normalize().getParent()))
                .map(folder -> folder.getFileName().toString().toLowerCase())
                .toList();
        assertEquals(names.size(), folders.stream().distinct().count());
        assertEquals("mim.a", folders.get(0));
        assertNotEquals(".", folders.get(5));
    }

    @Test
    void aDataFolderThatCannotBeWrittenIsAProblem() throws IOException {
        assertNull(new DataFolderCheck(data.resolve("new")).problem());
        Path file = Files.writeString(data.resolve("file"), "");
        assertNotNull(new DataFolderCheck(file.resolve("below")).problem());
    }

    @Test
    void theShippedConfigurationIsRightAndAWrongValueIsNamed() {
        assertEquals(TestStores.DEFAULTS, Settings.of(config("", null)));
        MimosaException range = assertThrows(MimosaException.class, () -> Settings.of(config("keyBytes", 0)));
        assertEquals("mimosa.storage: keyBytes is 0, expected 1 to 65536", range.getMessage());
        MimosaException word = assertThrows(MimosaException.class, () -> Settings.of(config("durability", "none")));
        assertEquals("mimosa.storage: durability is 'none', expected power or process", word.getMessage());
    }

    /** The defaults, except for one property. */
    private static Stores.Config config(String property, Object value) {
        return (Stores.Config) Proxy.newProxyInstance(
                Stores.class.getClassLoader(),
                new Class<?>[] {Stores.Config.class},
                (proxy, method, args) -> method.getName().equals(property) ? value : method.getDefaultValue());
    }

    @Test
    void manyOpenStoresTakeLittleMemory() throws Exception {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        long before = runtime.totalMemory() - runtime.freeMemory();
        for (int i = 0; i < 40; i++) {
            try (Session session = TestStores.view(stores, "mim.api." + i).session(TestStores.PATIENT)) {
                session.put("k", "1", "");
                TestStores.await(session.durable());
            }
        }
        System.gc();
        long each = (runtime.totalMemory() - runtime.freeMemory() - before) / 40;
        assertTrue(each < 100_000, each + " bytes each");
    }
}
