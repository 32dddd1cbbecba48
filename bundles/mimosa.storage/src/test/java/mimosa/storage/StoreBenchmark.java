package mimosa.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import mimosa.api.storage.KeyValueStore;
import mimosa.api.storage.Session;

/** Prints durable changes a second and the growth of the file; arguments: folder, seconds a step, power or process. */
final class StoreBenchmark {
    private StoreBenchmark() {}

    public static void main(String[] args) throws Exception {
        Path data = Path.of(args[0]);
        int seconds = Integer.parseInt(args[1]);
        boolean power = args[2].equals("power");
        Settings settings = new Settings(1024, 5_242_880, 268_435_456, power, Duration.ofMinutes(1), 200, 1, 4);
        for (int keys : new int[] {100, 100_000}) {
            String name = "mim.bench" + keys;
            try (Closing stores = new Closing(new Stores(data, settings, LocalDisk::open))) {
                KeyValueStore view = TestStores.view(stores.stores, name);
                fill(view, keys);
                for (int writers : new int[] {1, 8, 32}) {
                    long done = run(view, keys, writers, seconds);
                    System.out.printf(
                            "%7d keys %2d sessions: %6d durable changes/s, content %d KiB, file %d KiB%n",
                            keys, writers, done / seconds, view.usedBytes() >> 10, size(data, name) >> 10);
                }
            }
            System.out.printf("        closed: file %d KiB%n", size(data, name) >> 10);
        }
    }

    private static void fill(KeyValueStore view, int keys) throws Exception {
        try (Session session = view.session(TestStores.PATIENT)) {
            session.lock();
            for (int i = 0; i < keys; i++) {
                session.put("key" + i, "x".repeat(200), i % 10 == 0 ? "ten" : "");
            }
            session.commit();
            TestStores.await(session.durable());
        }
    }

    private static long run(KeyValueStore view, int keys, int writers, int seconds) throws Exception {
        AtomicLong done = new AtomicLong();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            long seed = i;
            threads.add(Thread.ofPlatform().start(() -> write(view, keys, new java.util.Random(seed), end, done)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return done.get();
    }

    private static void write(KeyValueStore view, int keys, java.util.Random random, long end, AtomicLong done) {
        while (System.nanoTime() < end) {
            try (Session session = view.session(TestStores.PATIENT)) {
                session.put("key" + random.nextInt(keys), random.nextLong() + "x".repeat(200), "");
                session.durable().toCompletableFuture().join();
                done.incrementAndGet();
            }
        }
    }

    private static long size(Path data, String name) throws IOException {
        return Files.size(Place.of(data, name).file());
    }

    private record Closing(Stores stores) implements AutoCloseable {
        @Override
        public void close() {
            stores.close();
        }
    }
}
