package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What was acknowledged is there after the process was killed. */
class DurabilityTest {
    private static final int ROUNDS = 25;
    private static final int WRITERS = 8;

    private static final String WRITER = Node.handler(
            """
            var s = context.storage, parts = request.url.split('/');
            if (parts[1] === 'put') {
              s.lockExecute(function () { s.setItem(parts[2] + ':a', parts[2]); s.setItem(parts[2] + ':b', parts[2]); });
              response.end('ok');
            } else {
              var all = [];
              s.eachItem(function (k) { all.push(k); });
              response.end(all.join('\\n'));
            }
            """);

    @Test
    @Tag("J7.24")
    void noAcknowledgedWriteIsLostAndNoTransactionIsTorn() throws InterruptedException {
        Node node = Node.create("kill", Map.of());
        try (node) {
            node.run();
            node.serve("w", WRITER);
            Set<String> acknowledged = ConcurrentHashMap.newKeySet();
            Random random = new Random();
            for (int round = 0; round < ROUNDS; round++) {
                List<Thread> writers = startWriters(node, round, acknowledged);
                Thread.sleep(100 + random.nextInt(300));
                node.kill9();
                for (Thread writer : writers) {
                    writer.join();
                }
                node.run();
                check(node, round, acknowledged);
            }
            assertTrue(acknowledged.size() > ROUNDS, "too few writes to say anything: " + acknowledged.size());
            System.out.println(
                    ROUNDS + " rounds of kill -9: " + acknowledged.size() + " acknowledged writes, none lost");
        }
    }

    private static List<Thread> startWriters(Node node, int round, Set<String> acknowledged) {
        List<Thread> writers = new ArrayList<>();
        for (int w = 0; w < WRITERS; w++) {
            String prefix = round + "." + w + ".";
            writers.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 10_000; i++) {
                    String key = prefix + i;
                    try {
                        if (node.get("/api/w/v1/put/" + key).statusCode() != 200) {
                            return;
                        }
                    } catch (UncheckedIOException e) {
                        return;
                    }
                    acknowledged.add(key);
                }
            }));
        }
        return writers;
    }

    private static void check(Node node, int round, Set<String> acknowledged) {
        HttpResponse<String> all = node.get("/api/w/v1/all");
        assertEquals(200, all.statusCode(), all::body);
        Map<String, Integer> halves = new HashMap<>();
        all.body().lines().forEach(key -> halves.merge(key.substring(0, key.indexOf(':')), 1, Integer::sum));
        for (String key : acknowledged) {
            assertEquals(2, halves.getOrDefault(key, 0), "round " + round + ": acknowledged write " + key);
        }
        halves.forEach((key, count) -> assertEquals(2, count, "round " + round + ": half a transaction of " + key));
    }

    @Test
    @Tag("M5.17")
    void whatWasDeployedServesAfterAKill() {
        Node node = Node.create("kill-deploy", Map.of());
        try (node) {
            node.run();
            for (int round = 0; round < 3; round++) {
                node.serve("m" + round, Node.handler("response.end('m" + round + "')"));
                node.kill9();
                node.run();
                for (int i = 0; i <= round; i++) {
                    assertEquals("m" + i, node.get("/api/m" + i + "/v1").body());
                }
            }
        }
    }
}
