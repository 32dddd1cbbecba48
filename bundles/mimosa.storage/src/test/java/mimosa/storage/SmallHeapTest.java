package mimosa.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import mimosa.api.storage.JsonQuery;
import mimosa.api.storage.JsonQuery.Order;
import mimosa.api.storage.NewFile;
import mimosa.api.storage.Session;
import mimosa.api.storage.StoredFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallHeapTest {
    private static final int HEAP_MIB = 40;

    @TempDir
    Path data;

    @Test
    void queriesAndFilesMayBeLargerThanTheHeap() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + HEAP_MIB + "m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        data.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes());
        assertEquals(0, child.waitFor(), output);
        assertEquals(
                "10000 v9999 v5000 " + (HEAP_MIB + 16 << 20),
                output.lines().reduce((a, b) -> b).orElse(""));
    }

    /** The child: answers queries over 10,000 items, larger in all than its heap; writes and reads a file that is. */
    static final class Child {
        private static final int PIECE = 1 << 20;

        private Child() {}

        public static void main(String[] args) throws Exception {
            Stores stores = TestStores.open(Path.of(args[0]));
            try (Session session = TestStores.session(stores)) {
                fill(session);
                JsonQuery.Page ordered = session.query(
                        new JsonQuery(0, 10, "t", List.of(), List.of(new Order("$.n", true), new Order("$.x", false))));
                JsonQuery.Page listed = session.query(new JsonQuery(5000, 10, null, List.of(), List.of()));
                System.out.println(listed.total() + " " + ordered.items().get(0).key() + " "
                        + listed.items().get(0).key() + " " + copyOfLargeFile(session));
            }
            stores.close();
        }

        private static void fill(Session session) throws Exception {
            String rest = "y".repeat(6_000);
            for (int from = 0; from < 10_000; from += 500) {
                session.lock();
                for (int n = from; n < from + 500; n++) {
                    session.put("v" + n, "{\"x\": 1, \"n\": " + n + ", \"rest\": \"" + rest + "\"}", "t");
                }
                session.commit();
                TestStores.await(session.durable());
            }
        }

        private static long copyOfLargeFile(Session session) throws Exception {
            ByteBuffer piece = ByteBuffer.allocate(PIECE);
            try (NewFile file = session.newFile("large")) {
                for (int i = 0; i < HEAP_MIB + 16; i++) {
                    file.write(piece.clear());
                }
                file.commit();
            }
            TestStores.await(session.durable());
            long read = 0;
            try (StoredFile file = session.file("large")) {
                for (int n; (n = file.read(read, piece.clear())) > 0; ) {
                    read += n;
                }
            }
            return read;
        }
    }
}
