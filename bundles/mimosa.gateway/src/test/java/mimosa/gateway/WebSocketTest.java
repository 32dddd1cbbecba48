package mimosa.gateway;

import static mimosa.gateway.TestGateway.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import mimosa.api.http.Exchange;
import mimosa.api.http.Exchange.Outcome;
import mimosa.api.http.WebSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that are pushed to, as the handler and as their client see them. */
class WebSocketTest {
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private record Frame(int opcode, byte[] payload) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        int closeCode() {
            assertEquals(CLOSE, opcode);
            return ByteBuffer.wrap(payload).getShort() & 0xffff;
        }
    }

    private final BlockingQueue<WebSocket> sockets = new LinkedBlockingQueue<>();
    private final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private Path folder;
    private TestGateway gateway;

    @BeforeEach
    void start(@TempDir Path folder) {
        this.folder = folder;
        gateway = open(60_000);
    }

    private TestGateway open(long pingMs) {
        return new TestGateway(folder, false, 400, 5_000, pingMs).with("/ws", exchange -> {
            exchanges.add(exchange);
            exchange.upgrade(() -> closed.complete(null)).whenComplete((socket, failure) -> {
                if (failure != null) {
                    exchange.fail(failure);
                } else {
                    sockets.add(socket);
                }
            });
        });
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private static String handshake(String... more) {
        return String.join("\r\n", "GET /ws/x HTTP/1.1", "Host: h", "Connection: keep-alive, Upgrade")
                + "\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + String.join("", more) + "\r\n";
    }

    private RawClient connected() {
        RawClient client = gateway.connect().send(handshake());
        assertTrue(client.readHead().startsWith("HTTP/1.1 101 "));
        return client;
    }

    private WebSocket socket() throws InterruptedException {
        WebSocket socket = sockets.poll(10, TimeUnit.SECONDS);
        assertTrue(socket != null, "no connection within 10 s");
        return socket;
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static byte[] frame(int opcode, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0x80 | opcode);
        if (payload.length < 126) {
            out.write(0x80 | payload.length);
        } else {
            out.writeBytes(ByteBuffer.allocate(9)
                    .put((byte) (0x80 | 127))
                    .putLong(payload.length)
                    .array());
        }
        // A mask of zeros leaves the payload as it is.
        out.writeBytes(new byte[4]);
        out.writeBytes(payload);
        return out.toByteArray();
    }

    private static Frame read(RawClient client) {
        byte[] head = client.readBytes(2);
        int length = head[1] & 0x7f;
        if (length == 126) {
            length = ByteBuffer.wrap(client.readBytes(2)).getShort() & 0xffff;
        } else if (length == 127) {
            length = (int) ByteBuffer.wrap(client.readBytes(8)).getLong();
        }
        assertEquals(0x80, head[0] & 0xf0, "the whole message in one frame");
        return new Frame(head[0] & 0x0f, client.readBytes(length));
    }

    @Test
    @Tag("J6.5")
    void pushesFramesInTheOrderOfTheCalls() throws Exception {
        List<String> received = new ArrayList<>();
        CompletableFuture<Integer> over = new CompletableFuture<>();
        try (HttpClient http = HttpClient.newHttpClient()) {
            get(http.newWebSocketBuilder()
                    .buildAsync(
                            URI.create("ws://127.0.0.1:" + gateway.port() + "/ws/x"),
                            new java.net.http.WebSocket.Listener() {
                                @Override
                                public CompletionStage<?> onText(
                                        java.net.http.WebSocket socket, CharSequence data, boolean last) {
                                    received.add(data.toString());
                                    socket.request(1);
                                    return null;
                                }

                                @Override
                                public CompletionStage<?> onClose(
                                        java.net.http.WebSocket socket, int code, String reason) {
                                    over.complete(code);
                                    return null;
                                }
                            }));
            WebSocket socket = socket();
            for (int i = 0; i < 100; i++) {
                socket.send("é" + i);
            }
            socket.close(1000, "done");
            socket.send("too late");
            assertEquals(1000, get(over));
            assertEquals(IntStream.range(0, 100).mapToObj(i -> "é" + i).toList(), received);
            get(closed);
            assertEquals(Outcome.SENT, get(exchanges.take().done()));
        }
    }

    @Test
    void answersTheHandshakeWithoutExtensions() {
        try (RawClient client = gateway.connect()) {
            String head = client.send(
                            handshake("X-Request-Id: r-1\r\n", "Sec-WebSocket-Extensions: permessage-deflate\r\n"))
                    .readHead();
            assertTrue(head.startsWith("HTTP/1.1 101 "), head);
            assertTrue(head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), head);
            assertTrue(head.contains("X-Request-Id: r-1\r\n"), head);
            assertFalse(head.contains("Sec-WebSocket-Extensions"), head);
        }
    }

    @ParameterizedTest
    @Tag("J6.6")
    @ValueSource(
            strings = {
                "GET /ws HTTP/1.1\r\nHost: h\r\n\r\n",
                "POST /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "Content-Length: 0\r\n\r\n",
                "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            })
    void anythingButAHandshakeIsTold(String request) {
        try (RawClient client = gateway.connect()) {
            String head = client.send(request).readHead();
            assertTrue(head.startsWith("HTTP/1.1 426 "), head);
            assertTrue(head.contains("Upgrade: websocket\r\n"), head);
            assertTrue(head.contains("Connection: Upgrade\r\n"), head);
            assertTrue(head.contains("Sec-WebSocket-Version: 13\r\n"), head);
            client.readUntil("}}");
            // The connection goes on, and a handshake on it is still welcome.
            assertTrue(client.send(handshake()).readHead().startsWith("HTTP/1.1 101 "));
        }
    }

    @Test
    void aHandshakeWithoutAKeyIsMalformed() {
        String answer = gateway.exchange(
                "GET /ws HTTP/1.1",
                "Host: h",
                "Connection: Upgrade, close",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "",
                "");
        assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
        assertTrue(answer.contains("Sec-WebSocket-Key"), answer);
    }

    @Test
    void aHandlerMayStillAnswerOtherwiseWhenThereIsNoHandshake() {
        gateway.with("/either", exchange -> exchange.upgrade(() -> {})
                .whenComplete((socket, failure) -> exchange.end(text("plain"))));
        assertTrue(gateway.exchange("GET /either HTTP/1.1", "Host: h", "Connection: close", "", "")
                .endsWith("plain"));
    }

    @Test
    void dropsWhatTheClientSendsAndAnswersItsPings() throws Exception {
        try (RawClient client = connected()) {
            client.send(frame(TEXT, new byte[64 << 10]));
            client.send(frame(PING, new byte[] {1, 2, 3}));
            Frame pong = read(client);
            assertEquals(PONG, pong.opcode());
            assertArrayEquals(new byte[] {1, 2, 3}, pong.payload());
            socket().send("still here");
            assertEquals("still here", read(client).text());
        }
        get(closed);
    }

    @Test
    void aFrameThatIsTooLargeClosesTheConnection() {
        try (RawClient client = connected()) {
            client.send(frame(TEXT, new byte[(64 << 10) + 1]));
            assertEquals(1009, read(client).closeCode());
            client.send(frame(CLOSE, new byte[] {3, (byte) 0xe8}));
            assertEquals("", client.readAll());
        }
    }

    @Test
    void aLargeEventIsOneFrame() throws Exception {
        String event = "x".repeat(300_000);
        try (RawClient client = connected()) {
            socket().send(event);
            assertEquals(event, read(client).text());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 60_000})
    void aClientThatDoesNotKeepUpIsSentAway(int size) throws Exception {
        try (RawClient client = connected()) {
            WebSocket socket = socket();
            String event = "x".repeat(size);
            // First the network has to be full, which takes some megabytes.
            for (int i = 0; i < 500; i++) {
                socket.send("y".repeat(60_000));
            }
            for (int i = 0; i < 300; i++) {
                socket.send(event);
            }
            Frame frame = read(client);
            int frames = 0;
            while (frame.opcode() == TEXT) {
                frames++;
                frame = read(client);
            }
            assertEquals(1013, frame.closeCode());
            assertTrue(frames < 500, "all frames have come");
        }
        get(closed);
    }

    @Test
    void answersTheCloseOfAClient() throws Exception {
        try (RawClient client = connected()) {
            client.send(frame(CLOSE, new byte[] {3, (byte) 0xe8}));
            assertEquals(1000, read(client).closeCode());
            assertEquals("", client.readAll());
        }
        get(closed);
        assertEquals(Outcome.SENT, get(exchanges.take().done()));
    }

    @Test
    void noticesThatAClientHasGone() throws Exception {
        connected().close();
        get(closed);
        assertEquals(Outcome.SENT, get(exchanges.take().done()));
    }

    @Test
    void keepsQuietConnectionsWhoseClientAnswersPings() throws Exception {
        gateway.close();
        gateway = open(500);
        try (RawClient client = connected()) {
            WebSocket socket = socket();
            // Longer than the idle time of a connection.
            for (int i = 0; i < 4; i++) {
                Frame ping = read(client);
                assertEquals(PING, ping.opcode());
                client.send(frame(PONG, ping.payload()));
            }
            socket.send("still here");
            Frame next = read(client);
            while (next.opcode() == PING) {
                next = read(client);
            }
            assertEquals("still here", next.text());
        }
    }

    @Test
    void dropsClientsThatDoNotAnswerPings() throws Exception {
        gateway.close();
        gateway = open(200);
        try (RawClient client = connected()) {
            assertEquals(PING, read(client).opcode());
            get(closed);
        }
    }

    @Test
    void theGatewayClosesItsConnectionsWhenItStops() throws Exception {
        try (RawClient client = connected()) {
            socket();
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(gateway::stop);
            assertEquals(1001, read(client).closeCode());
            client.send(frame(CLOSE, new byte[] {3, (byte) 0xe9}));
            assertEquals("", client.readAll());
            get(stopped);
        }
        get(closed);
    }
}
