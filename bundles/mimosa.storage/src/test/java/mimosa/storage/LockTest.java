package mimosa.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.storage.Session;
import mimosa.api.storage.Waiting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockTest {
    @TempDir
    Path data;

    private Stores stores;
    private final BlockingQueue<CompletableFuture<?>> waits = new LinkedBlockingQueue<>();

    /** Waits, and tells the test of it. */
    private final Waiting told = turn -> {
        waits.add(turn.toCompletableFuture());
        TestStores.PATIENT.until(turn);
    };

    @BeforeEach
    void open() throws IOException {
        stores = TestStores.open(data);
    }

    @AfterEach
    void close() {
        stores.close();
    }

    private Session session(Waiting waiting) {
        return TestStores.view(stores, "mim.api.t").session(waiting);
    }

    private void awaitWaiting() throws InterruptedException {
        assertTrue(waits.poll(20, TimeUnit.SECONDS) != null, "nobody waits");
    }

    @Test
    @Tag("J7.18")
    void concurrentIncrementsUnderTheLockAllCount() throws Exception {
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        for (int client = 0; client < 8; client++) {
            clients.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < 200; i++) {
                            increment();
                        }
                    },
                    task -> Thread.ofPlatform().start(task)));
        }
        for (CompletableFuture<Void> client : clients) {
            client.get(60, TimeUnit.SECONDS);
        }
        try (Session session = session(TestStores.PATIENT)) {
            assertEquals("1600", session.get("n"));
        }
    }

    private void increment() {
        try (Session session = session(TestStores.PATIENT)) {
            session.lock();
            String n = session.get("n");
            session.put("n", n == null ? "1" : String.valueOf(Integer.parseInt(n) + 1), "");
            session.commit();
            session.durable().toCompletableFuture().join();
        }
    }

    @Test
    @Tag("J7.19")
    void rollbackUndoesEverythingSinceTheOutermostLock() {
        try (Session session = session(TestStores.PATIENT)) {
            session.put("x", "1", "t");
            session.lock();
            session.put("x", "2", "");
            session.put("y", "2", "");
            assertEquals(2, session.lock());
            session.removeTagged("t");
            assertEquals(1, session.commit());
            session.remove("x");
            assertNull(session.get("x"));
            session.rollback();
            assertEquals(0, session.depth());
            assertEquals("1", session.get("x"));
            assertNull(session.get("y"));
            session.rollback();
        }
    }

    @Test
    @Tag("J7.20")
    void aSessionThatIsClosedGivesItsLockUpAndChangesNothing() {
        Session stopped = session(TestStores.PATIENT);
        stopped.put("x", "1", "");
        stopped.lock();
        stopped.lock();
        stopped.put("x", "2", "");
        stopped.close();
        stopped.close();
        try (Session next = session(TestStores.PATIENT)) {
            assertEquals("1", next.get("x"));
            assertEquals(1, next.lock());
        }
        assertEquals(
                Kind.STORAGE,
                assertThrows(MimosaException.class, () -> stopped.get("x")).kind());
    }

    @Test
    @Tag("J7.21")
    void aNestedLockSeesAndJoinsTheOuterOne() {
        try (Session session = session(TestStores.PATIENT)) {
            assertEquals(1, session.lock());
            session.put("x", "3", "");
            assertEquals(2, session.lock());
            assertEquals("3", session.get("x"));
            assertEquals(1, session.commit());
            assertEquals(0, session.commit());
            assertEquals("3", session.get("x"));
            assertEquals(
                    Kind.INVALID,
                    assertThrows(MimosaException.class, session::commit).kind());
        }
    }

    @Test
    @Tag("J7.22")
    void othersReadTheStateBeforeAndWriteAfterInTheOrderOfAsking() throws Exception {
        try (Session a = session(TestStores.PATIENT);
                Session b = session(TestStores.PATIENT)) {
            a.put("x", "old", "");
            a.lock();
            a.put("x", "new", "");
            assertEquals("old", b.get("x"));
            List<CompletableFuture<Void>> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String digit = String.valueOf(i);
                boolean locking = i % 2 == 0;
                writers.add(CompletableFuture.runAsync(() -> append(digit, locking), task -> Thread.ofPlatform()
                        .start(task)));
                awaitWaiting();
            }
            b.each(null, item -> assertAndGoOn("old", item.value()));
            assertFalse(writers.get(0).isDone());
            a.commit();
            for (CompletableFuture<Void> writer : writers) {
                writer.get(20, TimeUnit.SECONDS);
            }
            List<String> order = new ArrayList<>();
            b.each("w", item -> order.add(item.key()));
            assertEquals(List.of("0", "1", "2", "3"), order);
            assertEquals("new", b.get("x"));
        }
    }

    private static boolean assertAndGoOn(String expected, String actual) {
        assertEquals(expected, actual);
        return true;
    }

    private void append(String key, boolean locking) {
        try (Session session = session(told)) {
            if (locking) {
                session.lock();
            }
            session.put(key, "1", "w");
            if (locking) {
                session.commit();
            }
        }
    }

    @Test
    void whoGivesUpWaitingLeavesTheLineAlsoWhenItsTurnComesJustThen() {
        Session holder = session(TestStores.PATIENT);
        holder.lock();
        Session impatient = session(turn -> {
            throw new MimosaException(Kind.QUOTA, "time is up");
        });
        assertEquals(
                Kind.QUOTA, assertThrows(MimosaException.class, impatient::lock).kind());
        Session late = session(turn -> {
            holder.commit();
            assertTrue(turn.toCompletableFuture().isDone());
            throw new MimosaException(Kind.QUOTA, "time is up");
        });
        assertThrows(MimosaException.class, () -> late.put("k", "1", ""));
        assertNull(late.get("k"));
        try (Session next = session(turn -> {
            throw new AssertionError("the lock was lost");
        })) {
            assertEquals(1, next.lock());
            next.put("k", "2", "");
            assertEquals(0, next.commit());
        }
        late.close();
        impatient.close();
        holder.close();
    }

    @Test
    void aTransactionOverALimitCanGoOnWithoutTheChange() throws IOException {
        try (Session session = session(TestStores.PATIENT)) {
            session.lock();
            session.put("a", "1", "");
            assertThrows(MimosaException.class, () -> session.put("b", "x".repeat(5_242_881), ""));
            session.put("c", "1", "");
            session.commit();
            assertNull(session.get("b"));
            assertEquals("1", session.get("c"));
        }
    }
}
