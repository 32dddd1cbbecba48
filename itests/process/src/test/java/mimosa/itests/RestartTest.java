package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node that has many mims takes requests for all of them at once, although it brings them back one after the other. */
class RestartTest {
    private static final int MIMS = 150;

    private static final String PROGRAM = Node.handler("var s = context.storage;"
            + " if (request.url === '/put') s.setItem('k', 'kept');"
            + " response.end('%s ' + s.getItem('k'));");

    private static String program(String says) {
        return PROGRAM.replace("%s", says);
    }

    private static String answer(Node node, int mim) {
        HttpResponse<String> answer = node.get("/api/r" + mim + "/v1");
        assertEquals(200, answer.statusCode(), answer::body);
        return answer.body();
    }

    private static Map<String, Integer> states(Node node) {
        Map<String, Integer> states = new TreeMap<>();
        for (JsonNode mim :
                Node.json(node.send(node.management("/mims")).body()).path("data")) {
            states.merge(mim.path("state").asText(), 1, Integer::sum);
        }
        return states;
    }

    private static String setState(Node node, int mim, String wanted) {
        HttpResponse<String> answer = node.send(node.management("/mims/api-r" + mim)
                .PUT(HttpRequest.BodyPublishers.ofString("{\"state\":\"" + wanted + "\"}")));
        assertEquals(200, answer.statusCode(), answer::body);
        return Node.json(answer.body()).path("state").asText();
    }

    private static void awaitAllBack(Node node) {
        Node.await("all mims are back", Duration.ofSeconds(60), () -> node.logFile()
                .contains(" mims are back"));
    }

    /** Each of these has to find the mim's bundle, wherever the node has got to with bringing them back. */
    @Test
    @Tag("M5.17")
    void everyMimIsThereAtOnceAndCanBeManaged() {
        Node node = Node.create("restart", Map.of());
        try (node) {
            node.run();
            for (int i = 0; i < MIMS; i++) {
                node.serve("r" + i, program("r" + i));
            }
            assertEquals("r1 kept", node.get("/api/r1/v1/put").body());
            assertEquals("r2 kept", node.get("/api/r2/v1/put").body());
            assertEquals("stopped", setState(node, 0, "stopped"));
            node.kill9();
            node.run();

            int last = MIMS - 1;
            assertEquals("r" + last + " null", answer(node, last));
            assertEquals(Map.of("started", MIMS - 1, "stopped", 1), states(node));
            // From the end: those at the beginning are back first.
            node.serve("r" + (last - 1), program("again"));
            assertEquals("again null", answer(node, last - 1));
            assertEquals("stopped", setState(node, last - 2, "stopped"));
            assertEquals(503, node.get("/api/r" + (last - 2) + "/v1").statusCode());
            assertEquals(
                    200,
                    node.send(node.management("/mims/api-r" + (last - 3)).DELETE())
                            .statusCode());
            assertEquals(404, node.get("/api/r" + (last - 3) + "/v1").statusCode());
            assertEquals("started", setState(node, 0, "started"));
            assertEquals("r0 null", answer(node, 0));
            assertEquals(
                    200, node.send(node.management("/mims/api-r1").DELETE()).statusCode());
            node.serve("r1", program("r1"));
            assertEquals("r1 null", answer(node, 1), "its data went with it");
            assertEquals("started", setState(node, last - 2, "started"));

            awaitAllBack(node);
            assertEquals(Map.of("started", MIMS - 1), states(node));
            Node.Result listed = node.mimosa("shell", "lb -s mim.api");
            assertEquals(
                    MIMS - 1,
                    listed.out()
                            .lines()
                            .filter(line -> line.contains("mim.api.r") && line.contains("Active"))
                            .count(),
                    listed::toString);
            assertEquals("r2 kept", answer(node, 2));
            IntStream.range(0, last - 3)
                    .parallel()
                    .forEach(i -> assertTrue(answer(node, i).startsWith("r" + i + " ")));
        }
    }

    /** Many that ask for one mim that sleeps, before and while it is brought back. */
    @Test
    @Tag("M6.1")
    void whoComesFirstWaitsAndNobodyIsRefused() {
        Node node = Node.create("restart-first", Map.of());
        try (node) {
            node.run();
            node.serve("r0", program("r0"));
            node.serve("r1", program("r1"));
            for (int round = 0; round < 3; round++) {
                assertEquals(0, node.stop());
                node.run();
                var answers = IntStream.range(0, 40)
                        .mapToObj(i -> node.sendAsync("/api/r" + i % 2 + "/v1", "first-" + i))
                        .toList();
                CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                        .join();
                answers.forEach(one -> assertEquals(200, one.join().statusCode(), one.join()::body));
            }
        }
    }

    @Test
    @Tag("M5.10")
    void aMimThatCannotBeBroughtBackSaysWhy() throws IOException {
        Node node = Node.create("restart-broken", Map.of());
        try (node) {
            node.run();
            node.serve("r0", program("r0"));
            node.serve("r1", program("r1"));
            String digest = "";
            for (JsonNode image :
                    Node.json(node.send(node.management("/images")).body()).path("data")) {
                digest = image.path("name").asText().equals("r0-v1")
                        ? image.path("digest").asText().replace("sha256:", "")
                        : digest;
            }
            assertEquals(0, node.stop());
            Files.delete(node.home.resolve("data/images").resolve(digest + ".tar"));
            node.run();
            HttpResponse<String> broken = node.get("/api/r0/v1");
            assertEquals(503, broken.statusCode(), broken::body);
            assertTrue(broken.headers().firstValue("Retry-After").isPresent());
            assertEquals("r1 null", answer(node, 1));
            String shown = node.mimosa("shell", "mim:info api-r0").out();
            assertTrue(shown.contains("not restored"), shown);
        }
    }

    /** What another version has checked is checked again, once. */
    @Test
    @Tag("M5.17")
    void programsAreCheckedAgainAfterAnUpgrade() throws IOException {
        Node node = Node.create("restart-upgrade", Map.of());
        try (node) {
            node.run();
            node.serve("r0", program("r0"));
            assertEquals(0, node.stop());
            Path record = node.home.resolve("data/mims/api-r0.json");
            String checked = Files.readString(record);
            String before = checked.replaceFirst("\"checkedBy\":\"[^\"]+\"", "\"checkedBy\":\"0.0.1\"");
            assertNotEquals(checked, before);
            Files.writeString(record, before);
            node.run();
            assertEquals("r0 null", answer(node, 0));
            Node.await("the record says so", Duration.ofSeconds(60), () -> read(record)
                    .equals(checked));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
