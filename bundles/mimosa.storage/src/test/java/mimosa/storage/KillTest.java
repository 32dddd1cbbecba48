package mimosa.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import mimosa.api.storage.Session;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillTest {
    private static final int ROUNDS = 5;

    @TempDir
    Path data;

    @Test
    @Tag("J7.24")
    @Tag("J7.26")
    void afterAKillEachAcknowledgedKeyIsThereAndNoTransactionInPart() throws Exception {
        Random random = new Random();
        Set<String> acknowledged = new HashSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            acknowledged.addAll(writeUntilKilled(round, 200 + random.nextInt(800)));
            check(acknowledged);
        }
        assertTrue(acknowledged.size() > 300);
    }

    /** The keys that the child has told of as durable. */
    private Set<String> writeUntilKilled(int round, int lines) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writers.class.getName(),
                        data.toString(),
                        String.valueOf(round))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Set<String> keys = new HashSet<>();
        try (BufferedReader reader = child.inputReader()) {
            String line;
            while ((line = reader.readLine()) != null) {
                // The last line may have been cut.
                if (line.endsWith(".")) {
                    keys.add(line.substring(0, line.length() - 1));
                }
                if (keys.size() == lines) {
                    // Not by the process itself, which would close the stream with what is still in it.
                    child.toHandle().destroyForcibly();
                }
            }
        }
        child.waitFor();
        assertTrue(keys.size() >= lines, keys.size() + " keys before the child ended");
        return keys;
    }

    private void check(Set<String> acknowledged) throws IOException {
        Stores stores = TestStores.open(data);
        try (Session session = TestStores.session(stores)) {
            for (String key : acknowledged) {
                assertNotNull(session.get(key), key);
            }
            assertEquals(session.get("left"), session.get("right"));
            checkFile(session);
            long[] bytes = new long[1];
            session.each(null, item -> {
                bytes[0] += Settings.bytes(item);
                return true;
            });
            long fileBytes = "d/f".length() + Writers.content(session.get("file")).length;
            assertEquals(
                    bytes[0] + fileBytes, TestStores.view(stores, "mim.api.t").usedBytes());
        } finally {
            stores.close();
        }
    }

    /** The file is whole, belongs to its transaction, and nothing is left of others. */
    private void checkFile(Session session) {
        String content = TestStores.read(session, "d/f");
        assertEquals(new String(Writers.content(session.get("file")), StandardCharsets.ISO_8859_1), content);
        assertEquals(1, TestStores.contents(data));
    }

    /** The child: writes until it is killed. */
    static final class Writers {
        private Writers() {}

        public static void main(String[] args) throws Exception {
            Stores stores = TestStores.open(Path.of(args[0]));
            for (int i = 0; i < 8; i++) {
                String prefix = "r" + args[1] + "w" + i + "n";
                Thread.ofPlatform().start(() -> write(stores, prefix));
            }
            Thread.ofPlatform().start(() -> writePairs(stores));
            Thread.ofPlatform().start(() -> writeFiles(stores));
        }

        /** A transaction that replaces a file and says by which. */
        private static void writeFiles(Stores stores) {
            for (int n = 0; ; n++) {
                try (Session session = TestStores.session(stores)) {
                    session.lock();
                    session.put("file", String.valueOf(n), "");
                    TestStores.write(session, "d/f", content(String.valueOf(n)));
                    session.commit();
                    session.durable().toCompletableFuture().join();
                }
                // A file that is never committed.
                Session session = TestStores.session(stores);
                session.newFile("never").write(ByteBuffer.allocate(200_000));
                session.close();
            }
        }

        static byte[] content(String number) {
            return (number + ",")
                    .repeat(1 + Integer.parseInt(number) * 7919 % 20_000)
                    .getBytes();
        }

        private static void write(Stores stores, String prefix) {
            for (int n = 0; ; n++) {
                try (Session session = TestStores.session(stores)) {
                    session.put(prefix + n, "x".repeat(n % 500), n % 2 == 0 ? "even" : "");
                    session.durable().toCompletableFuture().join();
                }
                tell(prefix + n);
            }
        }

        private static void writePairs(Stores stores) {
            for (int n = 0; ; n++) {
                try (Session session = TestStores.session(stores)) {
                    session.lock();
                    session.put("left", String.valueOf(n), "");
                    session.put("between", "x".repeat(n % 20_000), "");
                    session.put("right", String.valueOf(n), "");
                    session.commit();
                    session.durable().toCompletableFuture().join();
                }
            }
        }

        private static void tell(String key) {
            synchronized (System.out) {
                System.out.println(key + ".");
                System.out.flush();
            }
        }
    }
}
