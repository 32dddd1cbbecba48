package mimosa.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import mimosa.api.storage.JsonQuery;
import mimosa.api.storage.KeyValueStore;
import mimosa.api.storage.Session;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a request does with a store of 10,000 items, with a session of its own each time. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class StoreBenchmarks {
    private static final int ITEMS = 10_000;
    private static final JsonQuery PAGE = new JsonQuery(5000, 20, "users", List.of(), List.of());

    private Stores stores;
    private KeyValueStore view;

    @Setup
    public void fill() throws IOException {
        Path data = Files.createTempDirectory("stores");
        Settings settings = new Settings(1024, 5_242_880, 268_435_456, true, Duration.ofMinutes(1), 200, 1, 4);
        stores = new Stores(data, settings, LocalDisk::open);
        view = new MvStoreKeyValueStore(stores, "mim.bench");
        try (Session session = session()) {
            session.lock();
            for (int i = 0; i < ITEMS; i++) {
                session.put("user" + i, user(i), "users");
            }
            session.commit();
            session.durable().toCompletableFuture().join();
        }
    }

    @TearDown
    public void remove() {
        view.destroy();
        stores.close();
    }

    private Session session() {
        return view.session(turn -> turn.toCompletableFuture().join());
    }

    private static String anyKey() {
        return "user" + ThreadLocalRandom.current().nextInt(ITEMS);
    }

    private static String user(int id) {
        return "{\"id\":" + id + ",\"name\":\"user " + id + "\",\"age\":" + id % 90 + "}";
    }

    @Benchmark
    public String get() {
        try (Session session = session()) {
            return session.get(anyKey());
        }
    }

    /** Without the wait for the disk, which the answer of a request would do. */
    @Benchmark
    public void put() {
        try (Session session = session()) {
            session.put(anyKey(), user(ThreadLocalRandom.current().nextInt(ITEMS)), "users");
        }
    }

    @Benchmark
    public void putDurably() {
        try (Session session = session()) {
            session.put(anyKey(), user(ThreadLocalRandom.current().nextInt(ITEMS)), "users");
            session.durable().toCompletableFuture().join();
        }
    }

    @Benchmark
    public long page() {
        try (Session session = session()) {
            return session.query(PAGE).total();
        }
    }
}
