package mimosa.gateway;

import static mimosa.gateway.TestGateway.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.http.Body;
import mimosa.api.http.Exchange;
import mimosa.api.http.Exchange.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How request bodies arrive, over both protocols. */
class BodyTest {
    private static final int CAP = 10 << 20;

    private final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private Path spool;
    private TestGateway gateway;

    @BeforeEach
    void start(@TempDir Path folder) {
        spool = folder.resolve("tmp");
        gateway = new TestGateway(folder)
                .with("/digest", exchange -> {
                    exchanges.add(exchange);
                    assertEquals(0, exchange.body().size());
                    exchange.receive(CAP).whenComplete((body, failure) -> {
                        if (failure != null) {
                            failures.add(failure);
                            exchange.fail(failure);
                        } else {
                            exchange.end(text(body.size() + " " + digest(exchange.body())));
                        }
                    });
                })
                .with("/blind", exchange -> exchange.fail(new MimosaException(Kind.UNAUTHENTICATED, "who are you")));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private static String digest(Body body) {
        try (InputStream in = body.open()) {
            byte[] first = in.readAllBytes();
            assertEquals(body.size(), first.length);
            assertTrue(Arrays.equals(first, body.bytes()), "a second reading gives the same");
            return digest(first);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private HttpResponse<String> post(Version version, String path, BodyPublisher body) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
            URI uri = URI.create("http://127.0.0.1:" + gateway.port());
            // The first request brings a HTTP/2 connection about, so that the second one is HTTP/2 from its beginning.
            client.send(HttpRequest.newBuilder(uri.resolve("/none")).build(), BodyHandlers.discarding());
            HttpRequest request =
                    HttpRequest.newBuilder(uri.resolve(path)).POST(body).build();
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            assertEquals(version, answer.version());
            return answer;
        }
    }

    private static BodyPublisher chunked(byte[] bytes) {
        return BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP_1_1, 0, false", "HTTP_1_1, 1, false", "HTTP_1_1, 65536, true", "HTTP_1_1, 65537, false",
        "HTTP_1_1, 10485760, true", "HTTP_1_1, 10485760, false", "HTTP_2, 0, true", "HTTP_2, 65537, true",
        "HTTP_2, 10485760, false"
    })
    void receivesWhatWasSent(Version version, int size, boolean chunked) throws Exception {
        byte[] bytes = random(size);
        BodyPublisher publisher = chunked ? chunked(bytes) : BodyPublishers.ofByteArray(bytes);
        HttpResponse<String> answer = post(version, "/digest", publisher);
        assertEquals(200, answer.statusCode());
        assertEquals(size + " " + digest(bytes), answer.body());
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1_1, true", "HTTP_1_1, false", "HTTP_2, true", "HTTP_2, false"})
    @Tag("J4.6")
    void refusesABodyOverTheCapSoThatTheClientSeesTheAnswer(Version version, boolean chunked) throws Exception {
        byte[] bytes = random(CAP + 1);
        BodyPublisher publisher = chunked ? chunked(bytes) : BodyPublishers.ofByteArray(bytes);
        HttpResponse<String> answer = post(version, "/digest", publisher);
        assertEquals(413, answer.statusCode());
        assertTrue(answer.body().contains("request body is larger than 10485760 bytes"), answer.body());
    }

    @ParameterizedTest
    @EnumSource(
            value = Version.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void answersBeforeTheBodyHasBeenRead(Version version) throws Exception {
        HttpResponse<String> answer = post(version, "/blind", BodyPublishers.ofByteArray(random(20 << 20)));
        assertEquals(401, answer.statusCode());
        assertTrue(answer.body().contains("who are you"), answer.body());
    }

    @Test
    void goesOnWithTheConnectionWhenASmallBodyWasNotWanted() {
        try (RawClient client = gateway.connect()) {
            for (int i = 0; i < 3; i++) {
                client.send("POST /blind HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
                assertFalse(client.readUntil("\"}}").contains("Connection: close"));
            }
        }
    }

    @Test
    void asksForTheBodyOnlyWhenItIsWanted() {
        String head = "HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n";
        try (RawClient client = gateway.connect()) {
            client.send("POST /digest " + head + "Content-Length: 3\r\n\r\n");
            assertTrue(client.readHead().startsWith("HTTP/1.1 100 "));
            client.send("abc");
            assertTrue(client.readUntil(digest(new byte[] {'a', 'b', 'c'})).startsWith("HTTP/1.1 200 "));
        }
        try (RawClient client = gateway.connect()) {
            client.send("POST /blind " + head + "Content-Length: 3\r\n\r\n");
            assertTrue(client.readAll().startsWith("HTTP/1.1 401 "));
        }
        try (RawClient client = gateway.connect()) {
            client.send("POST /digest " + head + "Content-Length: " + (CAP + 1) + "\r\n\r\n");
            assertTrue(client.readAll().startsWith("HTTP/1.1 413 "));
        }
    }

    @Test
    void keepsALargeBodyInAFileThatNeverStaysBehind() throws Exception {
        BlockingQueue<Body> bodies = new LinkedBlockingQueue<>();
        gateway.with("/keep", exchange -> exchange.receive(CAP).thenAccept(body -> {
            bodies.add(body);
            exchange.end(text("ok"));
            exchanges.add(exchange);
        }));
        post(Version.HTTP_1_1, "/keep", BodyPublishers.ofByteArray(random(100_000)));
        assertEquals(
                Outcome.SENT,
                exchanges
                        .poll(10, TimeUnit.SECONDS)
                        .done()
                        .toCompletableFuture()
                        .get());
        assertThrows(ClosedChannelException.class, () -> bodies.remove().bytes(), "the exchange has ended");
        try (Stream<Path> files = Files.list(spool)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void tellsThatTheClientLeftInTheMiddle() throws Exception {
        try (RawClient client = gateway.connect()) {
            client.send("POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
        }
        Throwable failure = failures.poll(10, TimeUnit.SECONDS);
        assertEquals(Kind.GONE, ((MimosaException) failure).kind());
        exchanges.remove().done().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void givesUpOnAClientThatStopsSending(@TempDir Path folder) throws Exception {
        try (TestGateway impatient = new TestGateway(folder, false, 200, 0)) {
            impatient.with("/in", exchange -> exchange.receive(100).whenComplete((body, failure) -> {
                failures.add(failure);
                exchange.fail(failure);
            }));
            try (RawClient client = impatient.connect()) {
                client.send("POST /in HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
                assertEquals("", client.readAll());
            }
            assertEquals(Kind.GONE, ((MimosaException) failures.poll(10, TimeUnit.SECONDS)).kind());
        }
    }

    @Test
    void answersARequestThatIsCutShortByTheHandlerWhileItsBodyArrives() throws Exception {
        gateway.with("/cut", exchange -> {
            exchange.receive(100);
            exchanges.add(exchange);
        });
        try (RawClient client = gateway.connect()) {
            client.send("POST /cut HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
            exchanges.poll(10, TimeUnit.SECONDS).fail(new MimosaException(Kind.UNAVAILABLE, "stopping"));
            String answer = client.readAll();
            assertTrue(answer.startsWith("HTTP/1.1 503 ") && answer.contains("Connection: close"), answer);
        }
    }
}
