package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The examples as they ship. */
class ExamplesTest {
    private static Node node;

    @BeforeAll
    static void start() throws IOException {
        node = Node.start("examples");
        for (String example : List.of("hello", "notes", "clock", "ask")) {
            Path folder = Node.DISTRIBUTION.resolve("examples/" + example);
            try (Stream<Path> tars = Files.list(folder.resolve("target"))) {
                Path tar = tars.filter(file -> file.toString().endsWith(".tar"))
                        .findFirst()
                        .orElseThrow();
                assertEquals(200, node.upload(Files.readAllBytes(tar)).statusCode());
            }
            HttpResponse<String> deployed = node.deploy(Files.readString(folder.resolve("deploy.json")));
            assertEquals(200, deployed.statusCode(), deployed::body);
        }
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void helloGreets() {
        assertTrue(node.get("/api/hello/v1?name=Ada").body().contains("Ada"));
    }

    @Test
    @Tag("J8.5")
    void askIsAnsweredByAnotherMim() {
        HttpResponse<String> answer = node.get("/api/ask/v1?mim=hello&name=Ada");
        assertEquals(200, answer.statusCode(), answer::body);
        assertTrue(answer.body().contains("Ada"), answer::body);
    }

    /** Each event is there when it was written, not when the stream ends. */
    @Test
    @Tag("J5.3")
    void clockTicks() throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(node.uri("/api/clock/v1?n=3")).build();
        HttpResponse<java.io.InputStream> answer = node.http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(
                "text/event-stream", answer.headers().firstValue("Content-Type").orElseThrow());
        List<Long> times = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data:")) {
                    times.add(System.nanoTime());
                }
            }
        }
        assertEquals(3, times.size());
        assertTrue(times.get(2) - times.get(0) > 1_000_000_000L, "the events came together");
    }

    @Test
    @Tag("J10.1")
    void notesKeepsNotesByTag() {
        for (String tag : List.of("home", "work", "home")) {
            HttpResponse<String> made = node.send(HttpRequest.newBuilder(node.uri("/api/notes/v1/notes"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            "{\"text\":\"about " + tag + "\",\"tag\":\"" + tag + "\"}")));
            assertEquals(201, made.statusCode(), made::body);
        }
        assertEquals(2, count("?tag=home"));
        assertEquals(1, count("?tag=work"));
        assertEquals(
                400,
                node.send(HttpRequest.newBuilder(node.uri("/api/notes/v1/notes"))
                                .POST(HttpRequest.BodyPublishers.ofString("{")))
                        .statusCode());
        assertEquals(404, node.get("/api/notes/v1/notes/99999").statusCode());
    }

    private static int count(String query) {
        String body = node.get("/api/notes/v1/notes" + query).body();
        return body.split("about ", -1).length - 1;
    }
}
