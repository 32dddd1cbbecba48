package mimosa.storage;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import mimosa.api.storage.Embedding;
import mimosa.api.storage.JsonQuery;
import mimosa.api.storage.JsonQuery.Filter;
import mimosa.api.storage.JsonQuery.Order;
import mimosa.api.storage.Session;

/**
 * Prints what reads of many items take of the processor, so that others on it do not matter: first time, then the median
 * of 21; arguments: folder, items by tag.
 */
final class ReadBenchmark {
    private static final int RUNS = 21;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private ReadBenchmark() {}

    public static void main(String[] args) throws Exception {
        Settings settings = new Settings(1024, 5_242_880, 1L << 32, true, Duration.ofMinutes(1), 200, 1, 4);
        Stores stores = new Stores(Path.of(args[0]), settings, LocalDisk::open);
        try (Session session = TestStores.view(stores, "mim.bench.query").session(TestStores.PATIENT)) {
            fillUsers(session);
            List<Filter> filters = List.of(new Filter("$.age", ">", "18"));
            List<Order> orders = List.of(new Order("$.name", false));
            time("page of 100, filtered, of 10,000", () -> session.query(
                            new JsonQuery(200, 100, "users", filters, List.of()))
                    .total());
            time("page of 100, filtered and ordered, of 10,000", () -> session.query(
                            new JsonQuery(200, 100, "users", filters, orders))
                    .total());
            float[] vector = vector(new Random(2));
            time("10 most similar of 10,000 with 384 dimensions", () -> session.similar(
                            vector, null, 10, Embedding.Metric.COSINE)
                    .size());
        }
        try (Session session = TestStores.view(stores, "mim.bench.tags").session(TestStores.PATIENT)) {
            int items = Integer.parseInt(args[1]);
            fillTagged(session, items);
            time("100 by tag of " + items, () -> {
                long[] seen = new long[1];
                session.each("rare", item -> ++seen[0] > 0);
                return seen[0];
            });
        }
        stores.close();
    }

    private static void time(String what, LongSupplier read) {
        long[] micros = new long[RUNS];
        long result = 0;
        for (int i = 0; i < RUNS; i++) {
            long start = THREADS.getCurrentThreadCpuTime();
            result = read.getAsLong();
            micros[i] = (THREADS.getCurrentThreadCpuTime() - start) / 1000;
        }
        long first = micros[0];
        Arrays.sort(micros);
        System.out.printf("%-50s %8d us first, %8d us median (%d)%n", what, first, micros[RUNS / 2], result);
    }

    private static void fillUsers(Session session) throws Exception {
        Random random = new Random(1);
        session.lock();
        for (int i = 0; i < 10_000; i++) {
            String user = "{\"name\": \"n" + random.nextInt(100_000) + "\", \"age\": " + random.nextInt(80)
                    + ", \"address\": {\"street\": \"" + "s".repeat(100) + "\", \"zip\": [1, 2, 3]}}";
            session.put("u" + i, user, "users");
            session.putEmbedding(new Embedding("e" + i, vector(random), "", ""));
        }
        session.commit();
        TestStores.await(session.durable());
    }

    private static float[] vector(Random random) {
        float[] vector = new float[384];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = random.nextFloat() - 0.5f;
        }
        return vector;
    }

    private static void fillTagged(Session session, int items) throws Exception {
        for (int from = 0; from < items; from += 50_000) {
            session.lock();
            for (int i = from; i < Math.min(items, from + 50_000); i++) {
                session.put("k" + i, "x".repeat(50), i % (items / 100) == 0 ? "rare" : "common");
            }
            session.commit();
            TestStores.await(session.durable());
        }
    }
}
