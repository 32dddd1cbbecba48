package mimosa.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.storage.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurabilityTest {
    @TempDir
    Path data;

    private final FaultyDisk.Faults disk = new FaultyDisk.Faults();
    private Stores stores;

    @BeforeEach
    void open() throws Exception {
        stores = TestStores.open(data, disk.opener());
    }

    @AfterEach
    void close() {
        stores.close();
    }

    private Session session() {
        return TestStores.session(stores);
    }

    private void put(String key, String value) throws Exception {
        try (Session session = session()) {
            session.put(key, value, "");
            TestStores.await(session.durable());
        }
    }

    private static boolean isDone(CompletionStage<Void> stage) {
        return stage.toCompletableFuture().isDone();
    }

    private static void until(BooleanSupplier state) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!state.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "the state did not come");
            Thread.onSpinWait();
        }
    }

    private static Kind failure(CompletionStage<Void> stage) {
        ExecutionException failure = assertThrows(
                ExecutionException.class, () -> stage.toCompletableFuture().get(20, TimeUnit.SECONDS));
        return ((MimosaException) failure.getCause()).kind();
    }

    @Test
    @Tag("J7.25")
    void nothingIsAcknowledgedBeforeTheSyncNeitherWritesNorReadsOfThem() throws Exception {
        put("z", "0");
        disk.syncHeld = new CountDownLatch(1);
        try (Session untouched = session();
                Session early = session();
                Session writer = session();
                Session reader = session()) {
            assertTrue(isDone(untouched.durable()));
            assertEquals("0", early.get("z"));
            assertTrue(isDone(early.durable()));
            writer.put("a", "1", "");
            CompletionStage<Void> written = writer.durable();
            assertEquals("1", reader.get("a"));
            CompletionStage<Void> read = reader.durable();
            int syncs = disk.syncs.get();
            until(() -> disk.syncs.get() > syncs - 1 && disk.syncs.get() > 0);
            assertFalse(isDone(written));
            assertFalse(isDone(read));
            assertTrue(isDone(early.durable()));
            CountDownLatch held = disk.syncHeld;
            disk.syncHeld = null;
            held.countDown();
            TestStores.await(written);
            TestStores.await(read);
            assertTrue(isDone(writer.durable()));
        }
    }

    @Test
    void writersThatWaitTogetherShareOneSync() throws Exception {
        put("z", "0");
        disk.syncHeld = new CountDownLatch(1);
        List<CompletionStage<Void>> stages = new ArrayList<>();
        List<Integer> order = new ArrayList<>();
        List<CompletableFuture<Void>> noted = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int number = i;
            try (Session session = session()) {
                session.put("k" + i, "1", "");
                stages.add(session.durable());
            }
            noted.add(stages.get(i).toCompletableFuture().thenRun(() -> order.add(number)));
        }
        int before = disk.syncs.get();
        CountDownLatch held = disk.syncHeld;
        disk.syncHeld = null;
        held.countDown();
        for (CompletableFuture<Void> stage : noted) {
            stage.get(20, TimeUnit.SECONDS);
        }
        assertTrue(disk.syncs.get() - before <= 2, (disk.syncs.get() - before) + " syncs");
        assertEquals(order.stream().sorted().toList(), order);
    }

    @Test
    void changesNobodyWaitsForBecomeDurableAllTheSame() throws Exception {
        put("z", "0");
        int before = disk.syncs.get();
        try (Session session = session()) {
            session.put("a", "1", "");
        }
        until(() -> disk.syncs.get() > before);
    }

    @Test
    void aFullDiskFailsTheAcknowledgementKeepsReadsGoingAndHealsByItself() throws Exception {
        put("a", "durable");
        disk.full = true;
        Session writer = session();
        writer.put("a", "lost", "");
        Session reader = session();
        assertEquals("lost", reader.get("a"));
        assertEquals(Kind.NOT_DURABLE, failure(writer.durable()));
        assertEquals(Kind.NOT_DURABLE, failure(reader.durable()));
        assertEquals("durable", reader.get("a"));
        assertEquals(Kind.NOT_DURABLE, failure(reader.durable()));
        try (Session next = session()) {
            assertEquals("durable", next.get("a"));
            assertTrue(isDone(next.durable()));
            assertEquals(
                    Kind.STORAGE,
                    assertThrows(MimosaException.class, () -> next.put("b", "1", ""))
                            .kind());
            disk.full = false;
            until(() -> canPut(next));
            TestStores.await(next.durable());
        }
        assertEquals(
                Kind.STORAGE,
                assertThrows(MimosaException.class, () -> writer.put("c", "follows from what is lost", ""))
                        .kind());
        writer.close();
        reader.close();
    }

    private static boolean canPut(Session session) {
        try {
            session.put("b", "1", "");
            return true;
        } catch (MimosaException e) {
            assertEquals(Kind.STORAGE, e.kind());
            return false;
        }
    }

    @Test
    void whatASyncFailedForIsNeverSeenAgain() throws Exception {
        put("a", "durable");
        disk.syncBroken = true;
        try (Session writer = session()) {
            writer.put("a", "lost", "");
            assertEquals(Kind.NOT_DURABLE, failure(writer.durable()));
        }
        disk.syncBroken = false;
        try (Session session = session()) {
            assertEquals("durable", session.get("a"));
            until(() -> canPut(session));
        }
        stores.close();
        open();
        try (Session session = session()) {
            assertEquals("durable", session.get("a"));
            assertEquals("1", session.get("b"));
        }
    }

    @Test
    void aTransactionDoesNotGoOnAcrossAFailure() throws Exception {
        put("n", "1");
        try (Session locked = session();
                Session other = session()) {
            locked.put("n", "2", "");
            locked.lock();
            locked.put("n", locked.get("n") + "+1", "");
            disk.full = true;
            other.get("n");
            assertEquals(Kind.NOT_DURABLE, failure(other.durable()));
            disk.full = false;
            assertEquals(
                    Kind.STORAGE,
                    assertThrows(MimosaException.class, locked::commit).kind());
            assertEquals(0, locked.depth());
            assertEquals("1", locked.get("n"));
        }
    }

    @Test
    void afterALossOfPowerEachAcknowledgedChangeIsThereAndNoTransactionInPart() throws Exception {
        stores.close();
        Random random = new Random(1);
        int acknowledged = 0;
        for (int round = 0; round < 100; round++) {
            FaultyDisk.Faults power = new FaultyDisk.Faults();
            Stores now = TestStores.open(data, power.opener());
            try (Session session = TestStores.session(now)) {
                acknowledged = checkPairs(session, acknowledged);
                power.caching = true;
                for (int i = random.nextInt(40); i > 0; i--) {
                    acknowledged++;
                    putPair(session, acknowledged, random);
                    TestStores.await(session.durable());
                }
                putPair(session, acknowledged + 1, random);
                if (random.nextBoolean()) {
                    CountDownLatch held = new CountDownLatch(1);
                    power.syncHeld = held;
                    int before = power.syncs.get();
                    session.durable();
                    until(() -> power.syncs.get() > before);
                    power.cutPower(random);
                    power.syncBroken = true;
                    held.countDown();
                } else {
                    power.cutPower(random);
                    power.full = true;
                    power.syncBroken = true;
                }
            }
            now.close();
        }
    }

    /** Rewrites the pair and one of some larger values, so that space in the file is used again all the time. */
    private static void putPair(Session session, int number, Random random) {
        session.lock();
        session.put("left", String.valueOf(number), "");
        session.put("fill" + random.nextInt(5), "x".repeat(random.nextInt(30_000)), "t");
        session.put("right", String.valueOf(number), "");
        session.commit();
    }

    private static int checkPairs(Session session, int acknowledged) {
        if (acknowledged == 0 && session.get("left") == null) {
            return 0;
        }
        String left = session.get("left");
        assertEquals(left, session.get("right"));
        int number = Integer.parseInt(left);
        assertTrue(number == acknowledged || number == acknowledged + 1, number + " after " + acknowledged);
        session.each(null, item -> !item.value().isEmpty() || item.key().startsWith("fill"));
        return number;
    }

    @Test
    void anInterruptDoesNotHurtTheStore() throws Exception {
        try (Session session = session()) {
            session.lock();
            for (int i = 0; i < 2000; i++) {
                session.put("k" + i, "x".repeat(2000), "t");
            }
            session.commit();
            TestStores.await(session.durable());
        }
        List<CompletableFuture<Void>> victims = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            victims.add(done);
            Thread victim = Thread.ofPlatform().start(() -> workInterrupted(done));
            Thread.ofVirtual().start(() -> {
                while (!done.isDone()) {
                    victim.interrupt();
                }
            });
        }
        for (CompletableFuture<Void> victim : victims) {
            victim.get(60, TimeUnit.SECONDS);
        }
        put("after", "1");
    }

    private void workInterrupted(CompletableFuture<Void> done) {
        try {
            String name = "mim.api." + Thread.currentThread().threadId();
            try (Session shared = session();
                    Session own = TestStores.view(stores, name).session(TestStores.PATIENT)) {
                Thread.currentThread().interrupt();
                own.put("k", "opened while interrupted", "");
                for (int i = 0; i < 2000; i += 7) {
                    assertEquals(2000, shared.get("k" + i).length());
                }
                shared.put(name, "1", "");
                shared.each("t", item -> true);
            }
            done.complete(null);
        } catch (Throwable e) {
            done.completeExceptionally(e);
        }
    }

    @Test
    void anIdleStoreIsClosedAndComesBackByItself() throws Exception {
        stores.close();
        Settings hasty = new Settings(1024, 1024, 4096, true, Duration.ofMillis(100), 200, 1, 1);
        stores = new Stores(data, hasty, disk.opener());
        try (Session session = session()) {
            session.put("a", "1", "");
            TestStores.await(session.durable());
            until(this::isFileFree);
            assertEquals("1", session.get("a"));
            session.put("a", "2", "");
            TestStores.await(session.durable());
            assertEquals("2", session.get("a"));
        }
    }

    /** The file is locked while it is open. */
    private boolean isFileFree() {
        try {
            LocalDisk.open(TestStores.file(data)).close();
            return true;
        } catch (java.io.IOException e) {
            return false;
        }
    }

    @Test
    void aCorruptFileIsNamedAndLeftAlone() throws Exception {
        put("a", "1");
        stores.close();
        byte[] garbage = "this is not a store ".repeat(5000).getBytes();
        Files.write(TestStores.file(data), garbage);
        open();
        try (Session session = session()) {
            MimosaException read = assertThrows(MimosaException.class, () -> session.get("a"));
            assertEquals(Kind.STORAGE, read.kind());
            assertTrue(read.getMessage().contains("items.mv"), read.getMessage());
            assertEquals(
                    Kind.STORAGE,
                    assertThrows(MimosaException.class, () -> session.put("a", "2", ""))
                            .kind());
            assertTrue(isDone(session.durable()));
        }
        assertEquals(garbage.length, Files.size(TestStores.file(data)));
        assertNull(new DataFolderCheck(data).problem());
    }

    @Test
    void aLongVisitSeesItsStateWhateverIsWrittenMeanwhile() throws Exception {
        try (Session writer = session();
                Session visitor = session()) {
            writer.lock();
            for (int i = 0; i < 5000; i++) {
                writer.put("k" + i, "old".repeat(100), i % 2 == 0 ? "even" : "");
            }
            writer.commit();
            TestStores.await(writer.durable());
            for (String tag : new String[] {null, "even"}) {
                int[] seen = new int[1];
                String expected = visitor.get("k0");
                visitor.each(tag, item -> {
                    assertEquals(expected, item.value());
                    return ++seen[0] != 1 || overwriteAll(writer, expected + "x");
                });
                assertEquals(tag == null ? 5000 : 2500, seen[0]);
            }
        }
    }

    private static boolean overwriteAll(Session writer, String value) {
        for (int i = 0; i < 5000; i++) {
            writer.put("k" + i, value, i % 2 == 0 ? "even" : "");
            if (i % 10 == 0) {
                writer.durable().toCompletableFuture().join();
            }
        }
        return true;
    }

    @Test
    void smallDurableWritesUseTheSpaceOfOldOnesAgain() throws Exception {
        try (Session session = session()) {
            for (int i = 0; i < 3000; i++) {
                session.put("k" + i % 200, i + "x".repeat(200), i % 3 == 0 ? "t" : "");
                TestStores.await(session.durable());
            }
        }
        long size = Files.size(TestStores.file(data));
        assertTrue(size < 8 << 20, size + " bytes");
    }
}
