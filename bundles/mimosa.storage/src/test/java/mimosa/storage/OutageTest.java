package mimosa.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import mimosa.api.MimosaException;
import mimosa.api.storage.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutageTest {
    private static final int WRITERS = 4;
    private static final int EACH = 100;

    @TempDir
    Path data;

    private final FaultyDisk.Faults faults = new FaultyDisk.Faults();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicBoolean filled = new AtomicBoolean();

    @Test
    void manyWritersLoseNothingAcknowledgedWhenTheDiskIsFullForATime() throws Exception {
        Stores stores = TestStores.open(data, faults.opener());
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            String prefix = "w" + i + "n";
            writers.add(CompletableFuture.runAsync(
                    () -> write(stores, prefix),
                    task -> Thread.ofPlatform().daemon().start(task)));
        }
        for (CompletableFuture<Void> writer : writers) {
            writer.get(120, TimeUnit.SECONDS);
        }
        assertTrue(failures.get() > 0);
        stores.close();
        Stores again = TestStores.open(data);
        try (Session session = TestStores.session(again)) {
            for (String key : acknowledged) {
                assertEquals(key, session.get(key));
            }
        } finally {
            again.close();
        }
    }

    /** Until as many are acknowledged as asked for; the disk is full after the first ones, until enough has failed. */
    private void write(Stores stores, String prefix) {
        int done = 0;
        for (int n = 0; done < EACH; n++) {
            try (Session session = TestStores.session(stores)) {
                session.put(prefix + n, prefix + n, "");
                session.durable().toCompletableFuture().join();
                acknowledged.add(prefix + n);
                done++;
            } catch (CompletionException | MimosaException e) {
                if (failures.incrementAndGet() == 20 * WRITERS) {
                    faults.full = false;
                }
            }
            if (acknowledged.size() >= EACH && filled.compareAndSet(false, true)) {
                faults.full = true;
            }
        }
    }
}
