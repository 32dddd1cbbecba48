package mimosa.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import mimosa.api.storage.JsonQuery;
import mimosa.api.storage.JsonQuery.Filter;
import mimosa.api.storage.JsonQuery.Order;
import mimosa.api.storage.JsonQuery.Page;
import mimosa.api.storage.Session;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages without filters and orders, which are found without looking at the values. */
class PageTest {
    private static final String[] VALUES = {"{\"n\": 1}", "7", " [1]", "word", "{", "\"text\"", "", "true", "tru"};
    private static final String[] TAGS = {"", "a", "b"};

    @TempDir
    Path data;

    private final Random random = new Random(11);

    @Test
    @Tag("J7.11")
    @Tag("J7.12")
    void pagesAreThoseOfALookAtAllValuesWhateverHasChanged() throws IOException {
        Stores stores = TestStores.open(data);
        changeAndCompare(stores);
        stores.close();
        stores = TestStores.open(data);
        changeAndCompare(stores);
        stores.close();
    }

    @Test
    void aStoreOfTheFirstFormatAnswersAllTheSame() throws IOException {
        Stores stores = TestStores.open(data);
        changeAndCompare(stores);
        stores.close();
        makeOfTheFirstFormat();
        stores = TestStores.open(data);
        changeAndCompare(stores);
        stores.close();
    }

    private void changeAndCompare(Stores stores) {
        try (Session session = TestStores.session(stores)) {
            for (int i = 0; i < 300; i++) {
                boolean locking = random.nextInt(4) == 0;
                if (locking) {
                    session.lock();
                }
                change(session);
                compare(session);
                if (locking && random.nextBoolean()) {
                    session.rollback();
                } else if (locking) {
                    session.commit();
                }
                compare(session);
            }
        }
    }

    private void change(Session session) {
        for (int i = random.nextInt(4); i >= 0; i--) {
            String key = "k" + random.nextInt(40);
            if (random.nextInt(3) == 0) {
                session.remove(key);
            } else {
                session.put(key, any(VALUES), any(TAGS));
            }
        }
        if (random.nextInt(50) == 0) {
            session.removeTagged("a");
        }
    }

    private String any(String[] texts) {
        return texts[random.nextInt(texts.length)];
    }

    private void compare(Session session) {
        String tag = random.nextBoolean() ? null : any(TAGS);
        int offset = random.nextInt(20);
        int limit = random.nextInt(20);
        Page page = session.query(new JsonQuery(offset, limit, tag, List.of(), List.of()));
        // Nothing has that member, so the order is that of insertion.
        List<Order> order = List.of(new Order("$.nowhere", false));
        assertEquals(session.query(new JsonQuery(offset, limit, tag, List.of(), order)), page);
    }

    private void makeOfTheFirstFormat() {
        try (MVStore file =
                new MVStore.Builder().fileName(TestStores.file(data).toString()).open()) {
            MVMap<String, Long> facts = file.openMap(
                    "facts",
                    new MVMap.Builder<String, Long>()
                            .keyType(StringDataType.INSTANCE)
                            .valueType(LongDataType.INSTANCE));
            assertEquals(2L, facts.put("format", 1L));
            file.removeMap("plain");
        }
    }

    @Test
    void aPageOfATagReadsLittleOfTheFile() throws Exception {
        Stores stores = TestStores.open(data);
        try (Session session = TestStores.session(stores)) {
            session.lock();
            for (int i = 0; i < 2000; i++) {
                session.put("k" + i, "{\"n\": " + i + ", \"rest\": \"" + "x".repeat(1000) + "\"}", "t");
            }
            session.commit();
        }
        stores.close();
        FaultyDisk.Faults faults = new FaultyDisk.Faults();
        stores = TestStores.open(data, faults.opener());
        try (Session session = TestStores.session(stores)) {
            session.get("k0");
            faults.reads.set(0);
            Page page = session.query(new JsonQuery(1500, 20, "t", List.of(), List.of()));
            assertEquals("k1500", page.items().get(0).key());
            assertEquals(2000, page.total());
            int reads = faults.reads.getAndSet(0);
            List<Filter> filters = List.of(new Filter("$.n", ">=", "0"));
            assertEquals(page, session.query(new JsonQuery(1500, 20, "t", filters, List.of())));
            assertTrue(3 * reads < faults.reads.get(), reads + " reads, with a filter " + faults.reads);
        } finally {
            stores.close();
        }
    }
}
