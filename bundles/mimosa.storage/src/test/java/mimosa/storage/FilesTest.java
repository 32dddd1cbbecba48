package mimosa.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.storage.NewFile;
import mimosa.api.storage.Session;
import mimosa.api.storage.StoredFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesTest {
    @TempDir
    Path data;

    private final FaultyDisk.Faults disk = new FaultyDisk.Faults();
    private Stores stores;
    private Session session;

    @BeforeEach
    void open() throws IOException {
        stores = TestStores.open(data, disk.opener());
        session = TestStores.session(stores);
    }

    @AfterEach
    void close() {
        session.close();
        stores.close();
    }

    private void write(String path, String content) {
        TestStores.write(session, path, content.getBytes(StandardCharsets.ISO_8859_1));
    }

    private String read(String path) {
        return TestStores.read(session, path);
    }

    private long usedBytes() {
        return TestStores.view(stores, "mim.api.t").usedBytes();
    }

    private static void until(BooleanSupplier state) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!state.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "the state did not come");
            Thread.onSpinWait();
        }
    }

    @Test
    @Tag("J7.26")
    void aFileIsWrittenReplacedAndRemoved() throws Exception {
        write("d/f.txt", "hi");
        assertEquals("hi", read("/d/f.txt"));
        assertEquals("hi", read("file:///d/f.txt"));
        write("file://d/f.txt", "hello");
        write("empty", "");
        assertEquals("", read("empty"));
        assertNull(read("D/F.TXT"));
        assertNull(read("d"));
        assertNull(read("http://host/d/f.txt"));
        TestStores.await(session.durable());
        close();
        open();
        assertEquals("hello", read("d/f.txt"));
        assertEquals("d/f.txt".length() + 5 + 5, usedBytes());
        assertFalse(session.removeFile("http://host/d/f.txt"));
        assertTrue(session.removeFile("d/f.txt"));
        assertFalse(session.removeFile("d/f.txt"));
        assertNull(read("d/f.txt"));
        assertTrue(session.removeFile("empty"));
        TestStores.await(session.durable());
        until(() -> TestStores.contents(data) == 0);
        assertEquals(0, usedBytes());
    }

    @Test
    @Tag("J7.27")
    void illegalPathsAreRefusedAndLegalOnesStayInTheArea() throws Exception {
        List<String> illegal = List.of(
                "../f",
                "a/../../f",
                "a\\b",
                "..",
                ".",
                "./a",
                "a/.",
                "/../x",
                "file://../x",
                "file:///../x",
                "",
                "/",
                "a//b",
                "a/",
                "//a",
                "a\u0000",
                "a\n",
                "\u007f",
                "é".repeat(128),
                "a/".repeat(512) + "a");
        for (String path : illegal) {
            for (Runnable call : List.<Runnable>of(
                    () -> session.newFile(path), () -> session.file(path), () -> session.removeFile(path))) {
                MimosaException failure = assertThrows(MimosaException.class, call::run, path);
                assertEquals(Kind.INVALID, failure.kind());
                assertTrue(failure.getMessage().startsWith("illegal path"), failure.getMessage());
            }
        }
        assertThrows(MimosaException.class, () -> session.newFile("http://host/x"));
        assertThrows(MimosaException.class, () -> session.newFile(null));
        List<String> legal = List.of(
                "...",
                "a",
                "A",
                "CON",
                "a:b",
                "%2e%2e/x",
                "a/" + "é".repeat(127),
                "~/x",
                "C:/x",
                "\ud800",
                "b/".repeat(511) + "bb",
                "a/b");
        for (String path : legal) {
            write(path, path);
        }
        for (String path : legal) {
            assertEquals(path.length(), read(path).length());
        }
        TestStores.await(session.durable());
        close();
        try (Stream<Path> all = Files.walk(data).filter(Files::isRegularFile)) {
            for (Path file : all.toList()) {
                assertTrue(
                        file.equals(TestStores.file(data))
                                || file.getParent().equals(data.resolve("storage/mim.api.t/files"))
                                        && file.getFileName().toString().matches("[0-9a-f]{32}"),
                        file.toString());
            }
        }
    }

    @Test
    void aFileAppearsWhenItIsCommittedAndNotWhenItIsClosedBefore() {
        write("f", "old");
        try (NewFile file = session.newFile("f")) {
            file.write(ByteBuffer.wrap("ne".getBytes()));
            file.write(ByteBuffer.wrap("w".getBytes()));
            assertEquals(3, file.size());
            assertEquals("old", read("f"));
            file.commit();
            assertThrows(MimosaException.class, () -> file.write(ByteBuffer.allocate(1)));
            assertThrows(MimosaException.class, file::commit);
        }
        assertEquals("new", read("f"));
        try (NewFile file = session.newFile("f")) {
            file.write(ByteBuffer.allocate(100_000));
        }
        NewFile left = session.newFile("f");
        left.write(ByteBuffer.allocate(100_000));
        session.close();
        assertThrows(MimosaException.class, left::commit);
        session = TestStores.session(stores);
        assertEquals("new", read("f"));
        session.durable().toCompletableFuture().join();
        until(() -> TestStores.contents(data) == 1);
    }

    @Test
    void anOpenFileStaysAsItWasWhateverHappensToItAndToItsSession() throws Exception {
        String old = "0123456789".repeat(10_000);
        write("f", old);
        StoredFile file = session.file("f");
        StoredFile again = session.file("f");
        write("f", "new");
        assertTrue(session.removeFile("f"));
        TestStores.await(session.durable());
        until(() -> TestStores.contents(data) == 0);
        close();
        assertEquals(100_000, file.size());
        assertEquals(old, TestStores.read(file));
        ByteBuffer end = ByteBuffer.allocate(10);
        assertEquals(3, file.read(99_997, end));
        assertEquals("789", new String(end.array(), 0, 3, StandardCharsets.ISO_8859_1));
        assertEquals(-1, file.read(100_000, end));
        assertEquals(0, file.read(0, ByteBuffer.allocate(0)));
        file.close();
        assertEquals(
                Kind.STORAGE,
                assertThrows(MimosaException.class, () -> file.read(0, end)).kind());
        assertEquals(old, TestStores.read(again));
        again.close();
        open();
    }

    @Test
    @Tag("J7.19")
    void aLockSeesItsFilesAndRollbackLeavesNothingOfThem() throws Exception {
        write("kept", "1");
        write("replaced", "1");
        write("removed", "1");
        TestStores.await(session.durable());
        session.lock();
        write("replaced", "2");
        write("replaced", "3");
        write("made", "1");
        write("madeAndRemoved", "1");
        assertTrue(session.removeFile("removed"));
        assertTrue(session.removeFile("madeAndRemoved"));
        assertNull(read("removed"));
        assertNull(read("madeAndRemoved"));
        assertEquals("3", read("replaced"));
        assertEquals("1", read("made"));
        try (Session other = TestStores.session(stores)) {
            assertEquals("1", TestStores.read(other, "replaced"));
            assertEquals("1", TestStores.read(other, "removed"));
            assertNull(TestStores.read(other, "made"));
        }
        assertEquals(5, TestStores.contents(data));
        session.rollback();
        assertEquals("1", read("replaced"));
        assertEquals("1", read("removed"));
        assertNull(read("made"));
        assertEquals(3, TestStores.contents(data));
        session.lock();
        write("replaced", "4");
        session.removeFile("removed");
        write("made", "1");
        session.commit();
        session.put("k", "1", "");
        TestStores.await(session.durable());
        until(() -> TestStores.contents(data) == 3);
        assertEquals("4", read("replaced"));
        assertEquals("1", read("made"));
    }

    @Test
    @Tag("J7.6")
    void filesCountInTheTotalAndWhatIsOverItIsRefused() throws IOException {
        close();
        Settings shipped = TestStores.DEFAULTS;
        Settings small = new Settings(1024, 1024, 1_000_000, true, shipped.idleClose(), 200, 1, 4);
        stores = new Stores(data, small, LocalDisk::open);
        session = TestStores.session(stores);
        session.put("k", "1", "");
        try (NewFile file = session.newFile("f");
                NewFile other = session.newFile("g")) {
            file.write(ByteBuffer.allocate(999_997));
            ByteBuffer more = ByteBuffer.allocate(1);
            MimosaException over = assertThrows(MimosaException.class, () -> file.write(more));
            assertEquals(Kind.STORAGE_LIMIT, over.kind());
            assertTrue(over.getMessage().contains("totalBytes=1000000"), over.getMessage());
            assertEquals(1, more.remaining());
            assertEquals(
                    Kind.STORAGE_LIMIT,
                    assertThrows(MimosaException.class, () -> other.write(ByteBuffer.allocate(4)))
                            .kind());
            file.commit();
        }
        assertEquals(1_000_000, usedBytes());
        assertThrows(MimosaException.class, () -> session.put("k", "22", ""));
        write("f", "replaced");
        try (NewFile file = session.newFile("f")) {
            file.write(ByteBuffer.allocate(900_000));
            session.put("k2", "x".repeat(1000), "");
            write("g", "x".repeat(99_000));
            assertEquals(
                    Kind.STORAGE_LIMIT,
                    assertThrows(MimosaException.class, file::commit).kind());
            assertEquals("replaced", read("f"));
            session.removeFile("g");
            file.commit();
        }
        assertEquals(2 + 1002 + 1 + 900_000, usedBytes());
    }

    @Test
    void changesOfFilesAreSyncedAlsoWhenOthersNeedNotSurviveALossOfPower() throws Exception {
        close();
        Settings shipped = TestStores.DEFAULTS;
        Settings process = new Settings(1024, 1024, 1_000_000, false, shipped.idleClose(), 200, 1, 4);
        stores = new Stores(data, process, disk.opener());
        session = TestStores.session(stores);
        session.put("k", "1", "");
        TestStores.await(session.durable());
        int before = disk.syncs.get();
        session.put("k", "2", "");
        TestStores.await(session.durable());
        assertEquals(before, disk.syncs.get());
        write("f", "1");
        TestStores.await(session.durable());
        assertTrue(disk.syncs.get() > before);
    }

    @Test
    void leftoversAreRemovedAtTheNextOpening() throws Exception {
        write("f", "1");
        TestStores.await(session.durable());
        close();
        Path left = Files.writeString(data.resolve("storage/mim.api.t/files/0123"), "left");
        open();
        assertEquals("1", read("f"));
        assertFalse(Files.exists(left));
        assertEquals(1, TestStores.contents(data));
    }

    @Test
    void aFullDiskFailsTheWriteAndASyncThatFailsGivesTheFileUp() throws Exception {
        write("f", "durable");
        TestStores.await(session.durable());
        disk.full = true;
        assertEquals(
                Kind.STORAGE,
                assertThrows(MimosaException.class, () -> write("f", "x".repeat(100_000)))
                        .kind());
        disk.full = false;
        assertEquals(1, TestStores.contents(data));
        disk.syncBroken = true;
        write("f", "lost");
        ExecutionException failure = assertThrows(
                ExecutionException.class,
                () -> session.durable().toCompletableFuture().get(20, TimeUnit.SECONDS));
        assertEquals(Kind.NOT_DURABLE, ((MimosaException) failure.getCause()).kind());
        disk.syncBroken = false;
        try (Session next = TestStores.session(stores)) {
            assertEquals("durable", TestStores.read(next, "f"));
        }
        assertEquals(1, TestStores.contents(data));
    }

    @Test
    void afterALossOfPowerEachAcknowledgedFileIsThereAndNoneInPart() throws Exception {
        close();
        Random random = new Random(5);
        int acknowledged = 0;
        for (int round = 0; round < 60; round++) {
            FaultyDisk.Faults power = new FaultyDisk.Faults();
            Stores now = TestStores.open(data, power.opener());
            try (Session writer = TestStores.session(now)) {
                acknowledged = check(writer, acknowledged);
                power.caching = true;
                for (int i = random.nextInt(10); i > 0; i--) {
                    write(writer, ++acknowledged);
                    TestStores.await(writer.durable());
                }
                write(writer, acknowledged + 1);
                power.syncBroken |= random.nextBoolean();
                power.cutPower(random);
                power.full = true;
                power.syncBroken = true;
            }
            now.close();
        }
        open();
    }

    private static void write(Session writer, int number) {
        TestStores.write(
                writer, "f", (number + " ").repeat(1 + number % 9 * 2000).getBytes());
    }

    private static int check(Session reader, int acknowledged) {
        String content = TestStores.read(reader, "f");
        if (acknowledged == 0 && content == null) {
            return 0;
        }
        int number = Integer.parseInt(content.substring(0, content.indexOf(' ')));
        assertTrue(number == acknowledged || number == acknowledged + 1, number + " after " + acknowledged);
        assertEquals((number + " ").repeat(1 + number % 9 * 2000), content);
        return number;
    }

    @Test
    void readersAlwaysFindTheFileWhileItIsReplaced() throws Exception {
        write("f", "0");
        CompletableFuture<Void> end = new CompletableFuture<>();
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            readers.add(CompletableFuture.runAsync(
                    () -> readUntil(end), task -> Thread.ofPlatform().start(task)));
        }
        for (int i = 0; i < 300; i++) {
            write("f", i + "!".repeat(i));
            TestStores.await(session.durable());
        }
        end.complete(null);
        for (CompletableFuture<Void> reader : readers) {
            reader.get(20, TimeUnit.SECONDS);
        }
    }

    private void readUntil(CompletableFuture<Void> end) {
        while (!end.isDone()) {
            try (Session reader = TestStores.session(stores)) {
                String content = TestStores.read(reader, "f");
                assertNotNull(content);
                int number = Integer.parseInt(content.replace("!", ""));
                assertTrue(content.equals(number + "!".repeat(number)) || content.equals("0"), content);
            }
        }
    }
}
