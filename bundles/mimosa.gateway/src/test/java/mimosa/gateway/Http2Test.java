package mimosa.gateway;

import static mimosa.gateway.TestGateway.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.http.Exchange;
import mimosa.api.http.Exchange.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clear-text HTTP/2 on the same port, by upgrade and by prior knowledge. */
class Http2Test {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;

    private record Frame(int type, int flags, int stream, byte[] payload) {}

    private final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    private TestGateway gateway;

    @BeforeEach
    void start(@TempDir Path folder) {
        gateway = new TestGateway(folder, false, 400, 5_000)
                .with("/echo", exchange -> exchange.receive(1 << 20).thenAccept(body -> {
                    ByteBuffer bytes = ByteBuffer.allocate((int) body.size());
                    try {
                        bytes.put(body.bytes()).flip();
                    } catch (java.io.IOException e) {
                        exchange.fail(e);
                    }
                    exchange.setHeader("X-Host", exchange.header("host"));
                    exchange.end(bytes);
                }))
                .with("/stream", exchange -> {
                    exchange.write(text("first"));
                    exchanges.add(exchange);
                })
                .with("/empty", exchange -> {
                    exchange.status(204);
                    exchange.end(text("body"));
                })
                .with("/slow", exchange -> CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS)
                        .execute(() -> exchange.end(text("late"))));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path));
    }

    @Test
    void upgradesARequestWithoutBody() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    request("/nowhere").header("X-Request-Id", "r-1").build(), BodyHandlers.ofString());
            assertEquals(Version.HTTP_2, answer.version());
            assertEquals(404, answer.statusCode());
            assertEquals("r-1", answer.headers().firstValue("x-request-id").orElseThrow());
            assertEquals(
                    "{\"error\":{\"code\":404,\"message\":\"no mim at /nowhere\",\"requestId\":\"r-1\"}}",
                    answer.body());
            answer = client.send(request("/echo").build(), BodyHandlers.ofString());
            assertEquals(
                    "127.0.0.1:" + gateway.port(),
                    answer.headers().firstValue("x-host").orElseThrow());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void answersARequestWithBodyThatAsksForTheUpgrade(boolean chunked) throws Exception {
        BodyPublisher body = BodyPublishers.ofString("hello");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest post = request("/echo")
                    .POST(chunked ? BodyPublishers.fromPublisher(body) : body)
                    .build();
            assertEquals("hello", client.send(post, BodyHandlers.ofString()).body());
            assertEquals("hello", client.send(post, BodyHandlers.ofString()).body());
        }
    }

    @Test
    void waitsLongerThanAnIdleStreamMay() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(request("/slow").build(), BodyHandlers.ofString());
            assertEquals("late", answer.body());
            assertEquals(Version.HTTP_2, answer.version());
        }
    }

    @Test
    void sendsNoLengthWhereTheStatusHasNoBody() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(request("/empty").build(), BodyHandlers.ofString());
            assertEquals(204, answer.statusCode());
            assertTrue(answer.headers().firstValue("content-length").isEmpty());
        }
    }

    @Test
    void refusesPathsMethodsAndHeadersThatAreTooLarge() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            client.send(request("/empty").build(), BodyHandlers.discarding());
            assertEquals(400, status(client, request("/echo//x")));
            assertEquals(400, status(client, request("/echo/%2e%2e/x")));
            assertEquals(405, status(client, request("/echo").method("TRACE", BodyPublishers.noBody())));
            assertEquals(414, status(client, request("/echo?" + "x".repeat(16_384))));
            assertEquals(431, status(client, request("/echo").header("X-Large", "y".repeat(32_768))));
        }
    }

    private static int status(HttpClient client, HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    @Test
    void resetsAStreamThatFailsInTheMiddleAndKeepsTheConnection() throws Exception {
        try (RawClient client = gateway.connect()) {
            begin(client);
            get(client, 1, "/stream");
            assertEquals("first", new String(await(client, DATA, 1).payload(), StandardCharsets.UTF_8));
            Exchange exchange = exchanges.poll(10, TimeUnit.SECONDS);
            exchange.fail(new MimosaException(Kind.QUOTA, "wall time limit exceeded"));
            await(client, RST_STREAM, 1);
            assertEquals(Outcome.FAILED, outcome(exchange));
            get(client, 3, "/nowhere");
            await(client, HEADERS, 3);
        }
    }

    @Test
    void noticesAClientThatResetsASilentStream() throws Exception {
        try (RawClient client = gateway.connect()) {
            begin(client);
            get(client, 1, "/stream");
            await(client, DATA, 1);
            Exchange exchange = exchanges.poll(10, TimeUnit.SECONDS);
            assertFalse(exchange.done().toCompletableFuture().isDone());
            client.send(frame(RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8}));
            assertEquals(Outcome.CLIENT_GONE, outcome(exchange));
        }
    }

    private static Outcome outcome(Exchange exchange) throws Exception {
        return exchange.done().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static void begin(RawClient client) {
        client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").send(frame(SETTINGS, 0, 0, new byte[0]));
        await(client, SETTINGS, 0);
        client.send(frame(SETTINGS, 1, 0, new byte[0]));
    }

    /** A request by the static table alone: GET, http, the path and an authority as literals. */
    private static void get(RawClient client, int stream, String path) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(new byte[] {(byte) 0x82, (byte) 0x86, 0x04, (byte) path.length()});
        block.writeBytes(path.getBytes(StandardCharsets.US_ASCII));
        block.writeBytes(new byte[] {0x01, 1, 'h'});
        int endStreamAndHeaders = 0x1 | 0x4;
        client.send(frame(HEADERS, endStreamAndHeaders, stream, block.toByteArray()));
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) 0)
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** The next frame of this type and stream; others are passed over. */
    private static Frame await(RawClient client, int type, int stream) {
        Frame frame;
        do {
            ByteBuffer head = ByteBuffer.wrap(client.readBytes(9));
            int length = (head.get() & 0xff) << 16 | head.getShort() & 0xffff;
            frame = new Frame(head.get(), head.get(), head.getInt(), client.readBytes(length));
        } while (frame.type() != type || frame.stream() != stream);
        return frame;
    }
}
