package mimosa.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.client.HttpClient;
import mimosa.api.client.OutboundRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class JettyHttpClientTest {
    private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    private HttpServer server;
    private String base;
    private JettyHttpClient client;

    /** A request as it arrived. */
    private record Seen(String method, String uri, Headers headers, byte[] body, int clientPort) {}

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
        server.start();
        base = "http://127.0.0.1:" + server.getAddress().getPort();
        client = TestClient.allowing("127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void stop() throws Exception {
        client.stop();
        server.stop(0);
    }

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private void serve(String path, Handler handler) {
        server.createContext(path, exchange -> {
            try (exchange) {
                seen.add(new Seen(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().toString(),
                        exchange.getRequestHeaders(),
                        exchange.getRequestBody().readAllBytes(),
                        exchange.getRemoteAddress().getPort()));
                handler.handle(exchange);
            }
        });
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void redirect(HttpExchange exchange, int status, String location) throws IOException {
        exchange.getResponseHeaders().set("Location", location);
        answer(exchange, status, "moved");
    }

    private Seen nextSeen() throws InterruptedException {
        return seen.poll(10, TimeUnit.SECONDS);
    }

    private Answer call(OutboundRequest request) {
        Answer answer = new Answer();
        client.send(request, answer);
        return answer;
    }

    /** The first call starts the client, whoever makes it. */
    @Test
    void startsForACallerThatIsInterrupted() throws Exception {
        serve("/", exchange -> answer(exchange, 200, "hi"));
        Thread.currentThread().interrupt();
        Answer answer = call(TestClient.get(base + "/"));
        assertTrue(Thread.interrupted(), "the caller is still interrupted");
        assertEquals("hi", answer.get().body());
    }

    @Test
    void saysThatItHasBeenStopped() throws Exception {
        client.stop();
        MimosaException failure = call(TestClient.get(base + "/")).failure();
        assertTrue(failure.getMessage().contains("has been stopped"), failure::getMessage);
    }

    @Test
    @Tag("J8.1")
    @Tag("J8.10")
    void answerIsPassedOnAsItIs() throws Exception {
        serve("/", exchange -> {
            exchange.getResponseHeaders().add("Set-Cookie", "a=1");
            exchange.getResponseHeaders().add("X-Twice", "1");
            exchange.getResponseHeaders().add("X-Twice", "2");
            exchange.getResponseHeaders().add("Content-Encoding", "gzip");
            answer(exchange, 200, "hi");
        });
        Answer answer = call(TestClient.get(base + "/a%20b?c=d&e")).get();
        assertEquals(200, answer.status);
        assertEquals("hi", answer.body());
        assertEquals("2", answer.header("content-length"));
        assertEquals("gzip", answer.header("content-encoding"));
        assertEquals(
                2,
                answer.headers.stream().filter(f -> f.name().equals("x-twice")).count());
        Seen first = nextSeen();
        assertEquals("GET", first.method());
        assertEquals("/a%20b?c=d&e", first.uri());
        assertEquals("Mimosa/9.9", first.headers().getFirst("User-Agent"));
        assertNull(first.headers().getFirst("Accept-Encoding"));

        call(TestClient.get(base + "/")).get();
        Seen second = nextSeen();
        assertNull(second.headers().getFirst("Cookie"));
        assertEquals(first.clientPort(), second.clientPort(), "the connection is used again");
    }

    @Test
    @Tag("J8.2")
    void answerWithAnErrorStatusIsAnAnswer() throws Exception {
        serve("/", exchange -> answer(exchange, 404, "{\"e\":1}"));
        Answer answer = call(TestClient.get(base.substring(7) + "/x")).get();
        assertEquals(404, answer.status);
        assertEquals("{\"e\":1}", answer.body());
        serve("/login", exchange -> {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"x\"");
            answer(exchange, 401, "who?");
        });
        Answer unauthorised = call(TestClient.get(base + "/login")).get();
        assertEquals(401, unauthorised.status);
        assertEquals("who?", unauthorised.body());
    }

    @Test
    @Tag("J8.4")
    void requestIsSentWithBodyAndWithoutTheFieldsOfTheConnection() throws Exception {
        serve("/", exchange -> answer(exchange, 200, ""));
        byte[] body = "{\"a\":1}".getBytes(UTF_8);
        String[] fields = {
            "Content-Type",
            "application/json",
            "hOST",
            "evil",
            "Connection",
            "close",
            "Content-Length",
            "1",
            "Transfer-Encoding",
            "chunked",
            "Upgrade",
            "h2c",
            "TE",
            "x",
            "Trailer",
            "x",
            "Expect",
            "100-continue",
            "X-Mimosa-Hops",
            "0",
            "X-Own",
            "1",
            "x-own",
            "2",
            "X-Umlaut",
            "\u00e4\u4e00",
            "User-Agent",
            "me"
        };
        call(TestClient.request("post", base + "/", body, fields)).get();
        Seen request = nextSeen();
        assertEquals("POST", request.method());
        assertArrayEquals(body, request.body());
        assertEquals("application/json", request.headers().getFirst("Content-Type"));
        assertEquals("7", request.headers().getFirst("Content-Length"));
        assertEquals(base.substring(7), request.headers().getFirst("Host"));
        assertEquals(List.of("1", "2"), request.headers().get("X-Own"));
        assertEquals(List.of("me"), request.headers().get("User-Agent"));
        for (String dropped : List.of("Connection", "Transfer-Encoding", "Upgrade", "TE", "Trailer", "Expect")) {
            assertNull(request.headers().getFirst(dropped), dropped);
        }
        assertNull(request.headers().getFirst(OutboundRequest.HOPS_HEADER));

        call(TestClient.request("PUT", base + "/", new byte[] {1})).get();
        assertNull(nextSeen().headers().getFirst("Content-Type"));
    }

    @Test
    @Tag("J8.3")
    void unreachablePortIsToldInPlainWords() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        client.reconfigure(TestClient.settings("127.0.0.1"));
        MimosaException failure =
                call(TestClient.get("http://127.0.0.1:" + closed + "/")).failure();
        assertEquals(Kind.UNAVAILABLE, failure.kind());
        assertEquals("could not connect to 127.0.0.1:" + closed + ": connection refused", failure.getMessage());
        failure = call(TestClient.get("http://no-such-host.invalid/")).failure();
        assertEquals("could not resolve host no-such-host.invalid", failure.getMessage());
    }

    @ParameterizedTest
    @Tag("J8.6")
    @ValueSource(
            strings = {
                "127.0.0.1:PORT",
                "localhost.:PORT",
                "localhost:PORT",
                "[::ffff:127.0.0.1]:PORT",
                "2130706433:PORT",
                "0x7f.1:PORT",
                "0177.1:PORT",
                "[::1]:PORT",
                "10.0.0.1",
                "169.254.169.254",
                "0.0.0.0:PORT",
                "[64:ff9b::7f00:1]:PORT"
            })
    void deniedAddressIsNotConnectedNeitherDirectlyNorByRedirect(String place) throws Exception {
        try (ServerSocketChannel other = ServerSocketChannel.open()) {
            other.bind(new InetSocketAddress("127.0.0.1", 0)).configureBlocking(false);
            String url = "http://" + place.replace("PORT", "" + other.socket().getLocalPort()) + "/";
            serve("/away", exchange -> redirect(exchange, 302, url));
            for (String each : List.of(url, base + "/away")) {
                MimosaException failure = call(TestClient.get(each)).failure();
                assertEquals(Kind.FORBIDDEN, failure.kind());
                assertEquals("address not allowed: " + place.replaceAll(":PORT", ""), failure.getMessage());
            }
            assertNull(other.accept(), "nothing was connected");
        }
    }

    @Test
    void nameWithOneDeniedAddressIsDeniedAndANameIsLookedUpOnceForAConnection() throws Exception {
        serve("/", exchange -> answer(exchange, 200, "ok"));
        AtomicInteger lookups = new AtomicInteger();
        GuardedResolver.Lookup names = host -> {
            InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
            return switch (host) {
                case "mixed.test" -> new InetAddress[] {InetAddress.ofLiteral("8.8.8.8"), loopback};
                // The second answer would be another one: it must not be asked for.
                case "turning.test" ->
                    new InetAddress[] {lookups.getAndIncrement() == 0 ? loopback : InetAddress.ofLiteral("10.0.0.1")};
                case "under_score.test" -> new InetAddress[] {loopback};
                default -> throw new UnknownHostException(host);
            };
        };
        int port = server.getAddress().getPort();
        client.stop();
        client = TestClient.allowing("127.0.0.1:" + port, names);
        assertEquals(
                "address not allowed: mixed.test",
                call(TestClient.get("http://mixed.test/")).failure().getMessage());
        assertEquals(
                "ok", call(TestClient.get("http://turning.test:" + port)).get().body());
        assertEquals(1, lookups.get());
        assertEquals(
                "ok",
                call(TestClient.get("http://under_score.test:" + port)).get().body());
    }

    @Test
    void pooledConnectionIsNotUsedAfterThePolicyForbidsIt() throws Exception {
        serve("/", exchange -> answer(exchange, 200, "ok"));
        call(TestClient.get(base)).get();
        client.reconfigure(TestClient.settings(""));
        assertEquals(Kind.FORBIDDEN, call(TestClient.get(base)).failure().kind());
        assertEquals(1, seen.size());
    }

    @Test
    @Tag("J8.5")
    void ownPortIsAllowedAndHopsAreCountedThereOnly() throws Exception {
        serve("/", exchange -> answer(exchange, 200, "ok"));
        client.reconfigure(TestClient.settings(""));
        assertEquals(Kind.FORBIDDEN, call(TestClient.get(base)).failure().kind());
        client.gateway(TestClient.gateway(server.getAddress().getPort()));
        String own = "localhost:" + server.getAddress().getPort() + "/";
        call(TestClient.get(own, OutboundRequest.HOPS_HEADER, "0")).get();
        call(TestClient.get(own, OutboundRequest.HOPS_HEADER, "0")).get();
        assertEquals(List.of("3"), nextSeen().headers().get(OutboundRequest.HOPS_HEADER));
        assertEquals(List.of("3"), nextSeen().headers().get(OutboundRequest.HOPS_HEADER));
    }

    @Test
    @Tag("J8.7")
    void headerThatCouldBeginAnotherIsNotSent() throws Exception {
        serve("/", exchange -> answer(exchange, 200, ""));
        String[][] illegal = {
            {"Authorization", "Bearer x\r\ny: z"}, {"A", "a\nb"}, {"A", "a\0"}, {"A\r\nB", "c"}, {"A B", "c"}, {"", "c"}
        };
        for (String[] field : illegal) {
            MimosaException failure = call(TestClient.get(base, field)).failure();
            assertEquals(Kind.INVALID, failure.kind());
            assertEquals("illegal header", failure.getMessage());
        }
        assertTrue(seen.isEmpty());
    }

    @Test
    void wrongUrlAndMethodAreRefused() throws Exception {
        assertEquals(Kind.INVALID, call(TestClient.get("ftp://a/")).failure().kind());
        assertEquals(
                Kind.INVALID,
                call(TestClient.request("GE T", base, null)).failure().kind());
    }

    @Test
    @Tag("J8.8")
    void fiveRedirectsAreFollowedAndNotASixth() throws Exception {
        serve("/", exchange -> {
            int left = Integer.parseInt(exchange.getRequestURI().getPath().substring(1));
            if (left == 0) {
                answer(exchange, 200, "there");
            } else {
                redirect(exchange, 302, "" + (left - 1));
            }
        });
        assertEquals("there", call(TestClient.get(base + "/5")).get().body());
        MimosaException failure = call(TestClient.get(base + "/6")).failure();
        assertEquals(Kind.UNAVAILABLE, failure.kind());
        assertTrue(failure.getMessage().startsWith("too many redirects"), failure.getMessage());
        Answer handedOver = call(TestClient.notFollowing(base + "/5")).get();
        assertEquals(302, handedOver.status);
        assertEquals("4", handedOver.header("location"));
        assertEquals("moved", handedOver.body());
    }

    @Test
    @Tag("J8.8")
    void redirectMayChangeMethodAndDropsCredentialsForAnotherOrigin() throws Exception {
        serve("/303", exchange -> redirect(exchange, 303, "/end"));
        serve("/307", exchange -> redirect(exchange, 307, "/end"));
        serve(
                "/301",
                exchange -> redirect(
                        exchange, 301, "http://localhost:" + server.getAddress().getPort() + "/end"));
        serve("/end", exchange -> answer(exchange, 200, "end"));
        String[] fields = {"Authorization", "secret", "Cookie", "c=1", "Content-Type", "text/plain", "X-A", "1"};
        List<Seen> ends = new ArrayList<>();
        for (String path : List.of("/303", "/307", "/301")) {
            call(TestClient.request("POST", base + path, new byte[] {'x'}, fields))
                    .get();
            assertEquals("secret", nextSeen().headers().getFirst("Authorization"));
            ends.add(nextSeen());
        }
        assertEquals(
                List.of("GET", "POST", "GET"), ends.stream().map(Seen::method).toList());
        assertEquals(0, ends.get(0).body().length);
        assertNull(ends.get(0).headers().getFirst("Content-Type"));
        assertEquals("secret", ends.get(0).headers().getFirst("Authorization"));
        assertEquals(1, ends.get(1).body().length);
        assertNull(ends.get(2).headers().getFirst("Authorization"));
        assertNull(ends.get(2).headers().getFirst("Cookie"));
        assertEquals("1", ends.get(2).headers().getFirst("X-A"));
    }

    @Test
    @Tag("J8.9")
    void piecesArriveBeforeTheAnswerIsComplete() throws Exception {
        CountDownLatch[] received = {new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1)};
        serve("/", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            for (int i = 0; i < 3; i++) {
                exchange.getResponseBody().write(("piece" + i).getBytes(UTF_8));
                exchange.getResponseBody().flush();
                await(received[i]); // the next one is written only when this one has arrived
            }
        });
        Answer answer = call(TestClient.get(base));
        for (int i = 0; i < 3; i++) {
            assertEquals("piece" + i, answer.nextPiece());
            assertFalse(answer.done.isDone());
            received[i].countDown();
        }
        assertEquals(200, answer.get().status);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void nextPieceComesOnlyWhenAskedForAndNeverOnTheThreadThatAsks() throws Exception {
        int size = 3_000_000;
        serve("/", exchange -> {
            exchange.sendResponseHeaders(200, size);
            exchange.getResponseBody().write(new byte[size]);
        });
        BlockingQueue<Runnable> asked = new LinkedBlockingQueue<>();
        AtomicInteger outstanding = new AtomicInteger();
        Thread asking = Thread.currentThread();
        Answer answer = new Answer() {
            @Override
            public void data(ByteBuffer chunk, Runnable more) {
                assertEquals(1, outstanding.incrementAndGet());
                assertFalse(Thread.currentThread() == asking);
                super.data(chunk, () -> asked.add(more));
            }
        };
        client.send(TestClient.get(base), answer);
        while (!answer.done.isDone()) {
            Runnable more = asked.poll(10, TimeUnit.MILLISECONDS);
            if (more != null) {
                outstanding.decrementAndGet();
                more.run();
                more.run(); // once is what counts
            }
        }
        assertEquals(size, answer.get().size());
    }

    @Test
    void abortedCallLosesItsConnectionAndSaysNothing() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            CompletableFuture<Integer> dropped = CompletableFuture.supplyAsync(() -> {
                try (Socket connection = socket.accept();
                        InputStream in = connection.getInputStream()) {
                    // A client takes an answer that comes before its request for one that nobody has asked for.
                    assertTrue(in.read(new byte[10_000]) > 0);
                    OutputStream out = connection.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".getBytes(UTF_8));
                    return in.readAllBytes().length;
                } catch (IOException reset) {
                    return 0;
                }
            });
            client.reconfigure(TestClient.settings("127.0.0.1"));
            Answer answer = new Answer();
            HttpClient.Call call = client.send(TestClient.get("127.0.0.1:" + socket.getLocalPort()), answer);
            assertEquals("half", answer.nextPiece());
            call.abort();
            call.abort();
            dropped.get(10, TimeUnit.SECONDS);
            client.stop();
            assertFalse(answer.done.isDone());
        }
    }

    @Test
    void brokenAnswersAreToldInPlainWords() throws Exception {
        client.reconfigure(TestClient.settings("127.0.0.1"));
        assertEquals(
                "PLACE closed the connection before its answer was complete",
                failureOf("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", true));
        assertEquals("PLACE closed the connection before its answer was complete", failureOf("", true));
        assertEquals(
                "PLACE sent no final answer",
                failureOf("HTTP/1.1 101 Other\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", true));
        assertTrue(failureOf("no http at all\r\n\r\n", true).startsWith("PLACE sent an answer that is not valid HTTP"));
        assertEquals(
                "PLACE did not answer: timed out after 100 ms without a byte", failureOf("HTTP/1.1 200 OK\r\n", false));
    }

    /** What becomes of a call that is answered with these bytes, and then with silence or the end of the connection. */
    private String failureOf(String bytes, boolean close) throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            CountDownLatch over = new CountDownLatch(1);
            Thread.ofVirtual().start(() -> {
                try (Socket connection = socket.accept()) {
                    byte[] request = new byte[10_000];
                    assertTrue(connection.getInputStream().read(request) > 0);
                    connection.getOutputStream().write(bytes.getBytes(UTF_8));
                    if (!close) {
                        await(over);
                    }
                } catch (IOException gone) { // the client was faster
                }
            });
            String place = "127.0.0.1:" + socket.getLocalPort();
            MimosaException failure = call(TestClient.timed(place, null, Duration.ofMillis(close ? 20_000 : 100)))
                    .failure();
            over.countDown();
            assertEquals(Kind.UNAVAILABLE, failure.kind());
            return failure.getMessage().replace(place, "PLACE");
        }
    }

    @Test
    void connectTimeoutCoversTheLookupOfTheName() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        client.stop();
        client = TestClient.allowing("", host -> {
            await(over);
            throw new UnknownHostException(host);
        });
        MimosaException failure = call(TestClient.timed("http://slow.test", Duration.ofMillis(50), null))
                .failure();
        over.countDown();
        assertEquals("could not connect to slow.test:80: timed out after 50 ms", failure.getMessage());
    }

    @Test
    void pooledConnectionThatTheServerClosesIsReplacedForARequestThatIsSafeToRepeat() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            AtomicInteger connections = new AtomicInteger();
            Thread.ofVirtual().start(() -> {
                while (!socket.isClosed()) { // one answer a connection, and no answer to the next request on it
                    try (Socket connection = socket.accept()) {
                        connections.incrementAndGet();
                        byte[] request = new byte[10_000];
                        assertTrue(connection.getInputStream().read(request) > 0);
                        connection.getOutputStream().write("HTTP/1.1 204 No\r\n\r\n".getBytes(UTF_8));
                        assertTrue(connection.getInputStream().read(request) > 0);
                    } catch (IOException over) { // the test has ended
                    }
                }
            });
            client.reconfigure(TestClient.settings("127.0.0.1"));
            String url = "127.0.0.1:" + socket.getLocalPort();
            assertEquals(204, call(TestClient.get(url)).get().status);
            assertEquals(204, call(TestClient.get(url)).get().status);
            assertEquals(2, connections.get());
            MimosaException failure =
                    call(TestClient.request("POST", url, null)).failure();
            assertTrue(failure.getMessage().contains("closed the connection"), failure.getMessage());
        }
    }

    @Test
    void stoppingFailsOpenCalls() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            client.reconfigure(TestClient.settings("127.0.0.1"));
            Answer answer = call(TestClient.get("127.0.0.1:" + socket.getLocalPort()));
            try (Socket connection = socket.accept()) {
                assertTrue(connection.getInputStream().read() > 0);
                client.stop();
                assertEquals(Kind.UNAVAILABLE, answer.failure().kind());
            }
        }
    }
}
