package mimosa.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.storage.Item;
import mimosa.api.storage.KeyValueStore;
import mimosa.api.storage.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionTest {
    @TempDir
    Path data;

    private Stores stores;
    private Session session;

    @BeforeEach
    void open() throws IOException {
        stores = TestStores.open(data);
        session = TestStores.session(stores);
    }

    @AfterEach
    void close() {
        session.close();
        stores.close();
    }

    private void reopen() throws IOException {
        close();
        open();
    }

    private List<String> keys(String tag) {
        List<String> keys = new ArrayList<>();
        session.each(tag, item -> keys.add(item.key()));
        return keys;
    }

    private static Kind kind(Supplier<Object> call) {
        return assertThrows(MimosaException.class, call::get).kind();
    }

    private Kind putFails(String key, String value, String tag) {
        return kind(() -> {
            session.put(key, value, tag);
            return null;
        });
    }

    @Test
    @Tag("J7.1")
    void whatWasPutIsFoundAndTheRestIsAbsent() throws IOException {
        session.put("a", "5", "");
        session.put("b", "[object Object]", "t");
        reopen();
        assertEquals("5", session.get("a"));
        assertEquals(new Item("b", "[object Object]", "t"), session.item("b"));
        assertNull(session.get("zz"));
    }

    @Test
    @Tag("J7.2")
    void anExistingKeyKeepsItsPosition() {
        for (String key : List.of("a", "b", "c", "a")) {
            session.put(key, "1", "");
        }
        assertEquals(List.of("a", "b", "c"), keys(null));
    }

    @Test
    @Tag("J7.3")
    void aVisitSeesTheStateAtItsBeginning() throws IOException {
        session.put("a", "1", "");
        session.put("b", "1", "");
        assertTrue(session.remove("a"));
        assertFalse(session.remove("a"));
        session.put("a", "2", "");
        List<String> seen = new ArrayList<>();
        session.each(null, item -> {
            session.put("d" + seen.size(), "1", "");
            session.remove("a");
            return seen.add(item.key());
        });
        assertEquals(List.of("b", "a"), seen);
        reopen();
        assertEquals(List.of("b", "d0", "d1"), keys(null));
    }

    @Test
    void aVisitEndsWhenTheVisitorSaysSoAndPassesItsExceptionOn() {
        session.put("a", "1", "");
        session.put("b", "1", "");
        List<String> seen = new ArrayList<>();
        session.each(null, item -> !seen.add(item.key()));
        assertEquals(List.of("a"), seen);
        assertThrows(
                ArithmeticException.class,
                () -> session.each(null, item -> {
                    throw new ArithmeticException();
                }));
    }

    @Test
    @Tag("J7.4")
    void puttingWithoutTagClearsTheTag() {
        session.put("k", "1", "t");
        session.put("k", "2", "");
        assertEquals(List.of(), keys("t"));
        assertEquals(0, session.removeTagged("t"));
        assertEquals("2", session.get("k"));
    }

    @Test
    @Tag("J7.5")
    void removingByTagTakesAllOfThemAndNoOthers() {
        session.put("k", "1", "t");
        session.put("k", "1", "u");
        session.put("l", "1", "t");
        session.put("m", "1", "");
        assertEquals(1, session.removeTagged("t"));
        assertEquals(0, session.removeTagged(""));
        assertEquals(List.of("k", "m"), keys(null));
        assertEquals(List.of("k"), keys("u"));
    }

    @Test
    @Tag("J7.6")
    void aLimitIsNamedAndNothingChanges() throws IOException {
        Settings shipped = TestStores.DEFAULTS;
        Settings small = new Settings(
                shipped.keyBytes(), shipped.valueBytes(), 12_000_000, true, shipped.idleClose(), 200, 1, 4);
        close();
        stores = new Stores(data, small, LocalDisk::open);
        session = TestStores.session(stores);
        KeyValueStore view = TestStores.view(stores, "mim.api.t");
        String fiveMiB = "é".repeat(5_242_880 / 2);
        session.put("big", fiveMiB, "");
        session.put("\ud800" + "k".repeat(1021), "", "");
        assertEquals(Kind.STORAGE_LIMIT, putFails("big", fiveMiB + "x", ""));
        assertEquals(Kind.STORAGE_LIMIT, putFails("\ud800" + "k".repeat(1022), "", ""));
        long used = view.usedBytes();
        assertEquals(3 + 5_242_880 + 1024, used);
        session.put("more", "x".repeat(5_000_000), "");
        String rest = "x".repeat((int) (12_000_000 - used - 5_000_004 - 1));
        MimosaException over = assertThrows(MimosaException.class, () -> session.put("r", rest + "x", ""));
        assertEquals(Kind.STORAGE_LIMIT, over.kind());
        assertTrue(over.getMessage().contains("totalBytes=12000000"), over.getMessage());
        assertNull(session.get("r"));
        session.put("r", rest, "");
        assertEquals(12_000_000, view.usedBytes());
        reopen();
        assertEquals(12_000_000, TestStores.view(stores, "mim.api.t").usedBytes());
        assertEquals(fiveMiB, session.get("big"));
    }

    @Test
    @Tag("J7.7")
    void illegalKeysValuesAndTagsAreRefused() {
        assertEquals(Kind.INVALID, putFails("", "1", ""));
        assertEquals(Kind.INVALID, putFails(null, "1", ""));
        assertEquals(Kind.INVALID, putFails("k", null, ""));
        assertEquals(Kind.INVALID, putFails("k", "1", null));
        assertEquals(Kind.INVALID, putFails("k", "1", "é".repeat(129)));
        assertEquals(Kind.INVALID, kind(() -> session.get("")));
        assertEquals(Kind.INVALID, kind(() -> session.remove(null)));
        session.put("k", "1", "é".repeat(128));
        assertNull(session.get("k".repeat(2000)));
        assertEquals(List.of("k"), keys(null));
    }

    @Test
    @Tag("J7.8")
    void anyTextComesBackExactly() throws IOException {
        List<String> texts = List.of(
                "\u0000\ud800",
                "\udfff",
                "\ud800\udc00",
                "\udc00\ud800",
                "\u0000",
                "\u007f\u0080\u00ff",
                "\u07ff\uffff");
        for (String text : texts) {
            session.put(text, text + "v", text);
        }
        session.put("empty", "", "");
        reopen();
        for (String text : texts) {
            assertEquals(new Item(text, text + "v", text), session.item(text));
            assertEquals(List.of(text), keys(text));
        }
        assertEquals("", session.get("empty"));
    }

    @Test
    @Tag("J7.9")
    void storesAreApartAndViewsOfOneAreNot() throws Exception {
        KeyValueStore again = TestStores.view(stores, "mim.api.t");
        try (Session other = TestStores.view(stores, "mim.api.T").session(TestStores.PATIENT);
                Session same = again.session(TestStores.PATIENT)) {
            session.put("k", "mine", "");
            other.put("k", "other", "");
            assertEquals("mine", same.get("k"));
            assertEquals("other", other.get("k"));
        }
    }

    @Test
    void readingMakesNoFile() throws IOException {
        assertNull(session.get("k"));
        assertFalse(session.remove("k"));
        assertEquals(0, session.removeTagged("t"));
        assertEquals(List.of(), keys(null));
        session.lock();
        session.commit();
        assertEquals(0, TestStores.view(stores, "mim.api.t").usedBytes());
        assertTrue(session.durable().toCompletableFuture().isDone());
        try (var files = Files.list(data)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void behavesLikeAnOrderedMapWhateverComes() throws IOException {
        Random random = new Random(7);
        Map<String, Item> expected = new LinkedHashMap<>();
        for (int round = 0; round < 300; round++) {
            Map<String, Item> before = new LinkedHashMap<>(expected);
            boolean locked = random.nextInt(3) > 0;
            if (locked) {
                session.lock();
            }
            for (int i = random.nextInt(12); i > 0; i--) {
                changeBoth(random, expected);
                assertSame(expected);
            }
            if (locked && random.nextInt(3) == 0) {
                session.rollback();
                expected = before;
            } else if (locked) {
                session.commit();
            }
            if (random.nextInt(20) == 0) {
                reopen();
            }
            assertSame(expected);
        }
    }

    private void changeBoth(Random random, Map<String, Item> expected) {
        String key = "k" + random.nextInt(8);
        String tag = random.nextInt(3) == 0 ? "" : "t" + random.nextInt(3);
        switch (random.nextInt(6)) {
            case 0 -> assertEquals(expected.remove(key) != null, session.remove(key));
            case 1 -> {
                int before = expected.size();
                expected.values().removeIf(item -> !tag.isEmpty() && item.tag().equals(tag));
                assertEquals(before - expected.size(), session.removeTagged(tag));
            }
            default -> {
                String value = String.valueOf(random.nextInt(1000));
                expected.put(key, new Item(key, value, tag));
                session.put(key, value, tag);
            }
        }
    }

    private void assertSame(Map<String, Item> expected) {
        List<Item> items = new ArrayList<>();
        session.each(null, items::add);
        assertEquals(List.copyOf(expected.values()), items);
        for (String tag : List.of("t0", "t1", "t2")) {
            List<Item> tagged = new ArrayList<>();
            session.each(tag, tagged::add);
            assertEquals(
                    expected.values().stream()
                            .filter(item -> item.tag().equals(tag))
                            .toList(),
                    tagged);
        }
        for (int i = 0; i < 8; i++) {
            assertEquals(expected.get("k" + i), session.item("k" + i));
        }
        if (session.depth() == 0) {
            long bytes = expected.values().stream().mapToLong(Settings::bytes).sum();
            assertEquals(bytes, TestStores.view(stores, "mim.api.t").usedBytes());
        }
    }

    @Test
    void fewTaggedItemsAmongManyAreFoundWithoutReadingAll() throws Exception {
        session.lock();
        for (int i = 0; i < 100_000; i++) {
            session.put("k" + i, "x".repeat(50), i % 1000 == 0 ? "rare" : "");
        }
        session.commit();
        close();
        FaultyDisk.Faults disk = new FaultyDisk.Faults();
        stores = TestStores.open(data, disk.opener());
        session = TestStores.session(stores);
        session.get("k0");
        int before = disk.reads.get();
        assertEquals(100, keys("rare").size());
        int reads = disk.reads.get() - before;
        assertTrue(reads < 400, reads + " reads");
    }
}
