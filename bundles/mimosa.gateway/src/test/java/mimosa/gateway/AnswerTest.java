package mimosa.gateway;

import static mimosa.gateway.TestGateway.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.http.Exchange;
import mimosa.api.http.Exchange.Outcome;
import mimosa.api.http.HeaderField;
import mimosa.api.http.HttpHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What handlers answer, as it looks on the wire of HTTP/1.1. */
class AnswerTest {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    private TestGateway gateway;

    @BeforeEach
    void start(@TempDir Path folder) {
        gateway = new TestGateway(folder);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private String get(HttpHandler handler, String... fields) {
        return request("GET", handler, fields);
    }

    private String request(String method, HttpHandler handler, String... fields) {
        gateway.with("/a", handler);
        String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
        return gateway.exchange(method + " /a/b?c HTTP/1.1", "Host: h", "Connection: close", more, "");
    }

    private static Outcome outcome(Exchange exchange) throws Exception {
        return exchange.done().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void showsTheRequest() {
        String answer = get(
                exchange -> exchange.end(text(exchange.method()
                        + ' '
                        + exchange.path()
                        + ' '
                        + exchange.query()
                        + ' '
                        + exchange.matchedPath()
                        + ' '
                        + exchange.remainingPath()
                        + ' '
                        + exchange.header("X-Two")
                        + ' '
                        + exchange.headers().get(0)
                        + ' '
                        + exchange.remote().startsWith("127.0.0.1:"))),
                "X-Two: 1",
                "x-two: 2");
        assertTrue(answer.endsWith("GET /a/b c /a /b 1, 2 HeaderField[name=host, value=h] true"), answer);
    }

    /** Also those that are encoded in more bytes than they have characters, and those that come again. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/html; charset=utf-8",
                "text/html; charset=utf-8",
                "application/vnd.api+json",
                "a/\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\",
                "text/html; a={~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~}"
            })
    void sendsTheMediaTypeAsItIs(String type) {
        String answer = get(exchange -> {
            exchange.setHeader("content-type", type);
            exchange.end(text("x"));
        });
        assertTrue(answer.contains("Content-Type: " + type + "\r\n"), answer);
    }

    @Test
    void sendsTheLengthWithAnAnswerInOnePiece() {
        String answer = get(exchange -> {
            exchange.status(201);
            exchange.setHeader("X-One", "1");
            exchange.setHeader("set-cookie", "a", "b");
            exchange.setHeader("Content-Length", "77");
            exchange.setHeader("Transfer-Encoding", "chunked");
            exchange.setHeader("date", "never");
            exchange.setHeader("X-Gone", "1");
            exchange.setHeader("x-gone");
            exchange.end(text("hé"));
            exchange.setHeader("X-Late", "1");
            exchange.end(text("more"));
            exchange.write(text("more"));
        });
        assertTrue(answer.startsWith("HTTP/1.1 201 Created\r\n"), answer);
        assertTrue(answer.contains("\r\nContent-Length: 3\r\n"), answer);
        assertTrue(answer.contains("\r\nX-One: 1\r\n"), answer);
        assertTrue(answer.toLowerCase().contains("set-cookie: a\r\nset-cookie: b\r\n"), answer);
        assertTrue(answer.matches("(?s).*\r\nDate: \\w{3}, .*"), answer);
        assertFalse(answer.matches("(?si).*(transfer-encoding|never|x-gone|x-late|server:|powered).*"), answer);
        assertTrue(answer.endsWith("\r\n\r\nhé"), answer);
    }

    @Test
    @Tag("J5.3")
    void flushesEachPieceAndFramesTheAnswerOnce() {
        gateway.with("/sse", exchange -> {
            exchanges.add(exchange);
            exchange.setHeader("Content-Type", "text/event-stream");
            exchange.setHeader("Transfer-Encoding", "chunked");
            exchange.write(text("data: 1\n\n"));
        });
        try (RawClient client = gateway.connect()) {
            String head = client.send("GET /sse HTTP/1.1\r\nHost: h\r\n\r\n").readHead();
            assertEquals(1, head.split("(?i)transfer-encoding:", -1).length - 1, head);
            client.readUntil("data: 1\n\n");
            Exchange exchange = exchanges.remove();
            exchange.write(text("data: 2\n\n"));
            client.readUntil("data: 2\n\n");
            exchange.end(NOTHING);
            client.readUntil("0\r\n\r\n");
            // The connection goes on.
            client.send("GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
            assertTrue(client.readHead().startsWith("HTTP/1.1 404 "));
        }
    }

    @Test
    @Tag("J5.4")
    void ignoresHeadersOnceTheAnswerHasBegun() {
        String answer = get(exchange -> {
            exchange.write(text("a"));
            assertTrue(exchange.isCommitted());
            exchange.status(500);
            exchange.setHeader("X-Late", "1");
            exchange.end(text("b"));
        });
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        assertFalse(answer.contains("X-Late"), answer);
        assertTrue(answer.endsWith("1\r\na\r\n1\r\nb\r\n0\r\n\r\n"), answer);
    }

    @Test
    void sendsPiecesInTheOrderOfTheCalls() {
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            expected.append(i).append(' ');
        }
        gateway.with("/many", exchange -> {
            for (int i = 0; i < 2_000; i++) {
                exchange.write(text(i + " "));
            }
            exchange.end(NOTHING);
        });
        String answer = gateway.exchange("GET /many HTTP/1.0", "", "");
        assertTrue(answer.endsWith("\r\n\r\n" + expected), answer);
    }

    @Test
    void holdsTheStageBackWhileTheClientDoesNotRead() throws Exception {
        BlockingQueue<CompletableFuture<Void>> writes = new LinkedBlockingQueue<>();
        gateway.with("/big", exchange -> {
            writes.add(exchange.write(ByteBuffer.allocate(64 << 20)).toCompletableFuture());
            exchange.end(NOTHING);
            exchanges.add(exchange);
        });
        try (RawClient client = gateway.connect()) {
            client.send("GET /big HTTP/1.0\r\n\r\n").readHead();
            Exchange exchange = exchanges.poll(10, TimeUnit.SECONDS);
            CompletableFuture<Void> write = writes.remove();
            assertFalse(write.isDone());
            client.readBytes(64 << 20);
            write.get(10, TimeUnit.SECONDS);
            assertEquals(Outcome.SENT, outcome(exchange));
        }
    }

    @ParameterizedTest
    @CsvSource({"204, true", "204, false", "304, true", "304, false"})
    @Tag("J5.2")
    void dropsBodyAndContentFieldsWhereTheStatusHasNone(int status, boolean inOnePiece) {
        String answer = get(exchange -> {
            exchange.status(status);
            exchange.setHeader("Content-Type", "text/plain");
            exchange.setHeader("ETag", "\"e\"");
            if (!inOnePiece) {
                exchange.write(text("body"));
            }
            exchange.end(text("body"));
        });
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(answer.endsWith("\r\n\r\n"), answer);
        assertTrue(answer.contains("ETag: \"e\""), answer);
        assertFalse(answer.matches("(?si).*(content-|transfer-).*"), answer);
    }

    @Test
    void dropsTheBodyOfHeadAndKeepsItsLength() {
        String answer = request("HEAD", exchange -> exchange.end(text("12345")));
        assertTrue(answer.contains("\r\nContent-Length: 5\r\n"), answer);
        assertTrue(answer.endsWith("\r\n\r\n"), answer);
        answer = request("HEAD", exchange -> {
            exchange.write(text("123"));
            exchange.end(text("45"));
        });
        assertTrue(answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("\r\n\r\n"), answer);
        answer = request("HEAD", exchange -> exchange.fail(MimosaException.invalid("no")));
        assertTrue(answer.startsWith("HTTP/1.1 400 ") && answer.endsWith("\r\n\r\n"), answer);
    }

    @Test
    void sendsADeclaredLengthInsteadOfChunks() {
        HttpHandler pieces = exchange -> {
            exchange.contentLength(5);
            exchange.write(text("123"));
            exchange.contentLength(1);
            exchange.end(text("45"));
        };
        String answer = get(pieces);
        assertTrue(answer.contains("\r\nContent-Length: 5\r\n") && answer.endsWith("\r\n\r\n12345"), answer);
        assertFalse(answer.contains("Transfer-Encoding"), answer);
        answer = request("HEAD", exchange -> {
            exchange.contentLength(5);
            exchange.end(NOTHING);
        });
        assertTrue(answer.contains("\r\nContent-Length: 5\r\n") && answer.endsWith("\r\n\r\n"), answer);
        answer = get(exchange -> {
            exchange.status(204);
            exchange.contentLength(5);
            exchange.end(NOTHING);
        });
        assertFalse(answer.contains("Content-Length"), answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"45", "4567"})
    void breaksOffAnAnswerOfAnotherLengthThanDeclared(String rest) throws Exception {
        String answer = get(exchange -> {
            exchange.contentLength(6);
            exchange.write(text("123"));
            exchange.end(text(rest));
            exchanges.add(exchange);
        });
        assertTrue(answer.contains("\r\nContent-Length: 6\r\n") && answer.endsWith("\r\n\r\n123"), answer);
        assertEquals(Outcome.FAILED, outcome(exchanges.take()));
        answer = get(exchange -> {
            exchange.contentLength(6);
            exchange.end(text(rest));
        });
        assertTrue(answer.startsWith("HTTP/1.1 500 "), answer);
    }

    @Test
    @Tag("J3.17")
    void handsOptionsToTheHandler() {
        String answer = request("OPTIONS", exchange -> exchange.end(text(exchange.method())));
        assertTrue(answer.endsWith("\r\n\r\nOPTIONS"), answer);
    }

    @Test
    void keepsAWellFormedRequestId() {
        String answer = get(
                exchange -> exchange.end(text(exchange.requestId() + ' ' + exchange.header("x-request-id"))),
                "X-Request-Id: Az09._-");
        assertTrue(answer.contains("\r\nX-Request-Id: Az09._-\r\n"), answer);
        assertTrue(answer.endsWith("Az09._- Az09._-"), answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"X-Request-Id: a b", "X-Request-Id: ", "X-Request-Id: é", "X-Request-Id: a\r\nX-Request-Id: b"})
    void replacesAnIllFormedRequestId(String field) {
        String answer = get(
                exchange -> {
                    exchange.setHeader("X-Request-Id", "mine");
                    long fields = exchange.headers().stream()
                            .map(HeaderField::name)
                            .filter("x-request-id"::equals)
                            .count();
                    exchange.end(text(fields + " " + exchange.requestId() + ' ' + exchange.header("x-request-id")));
                },
                field);
        String id = answer.replaceFirst("(?s).*\r\nX-Request-Id: ([0-9a-f]{32})\r\n.*", "$1");
        assertTrue(answer.endsWith("1 " + id + ' ' + id), answer);
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"GONE"})
    void answersFailuresByTheTable(Kind kind) {
        String answer = get(exchange -> {
            exchange.status(202);
            exchange.setHeader("X-Forgotten", "1");
            exchange.setHeader("WWW-Authenticate", "Bearer");
            exchange.setHeader("Allow", "GET");
            exchange.fail(new MimosaException(kind, "it \"broke\"\n"));
        });
        int status = Failures.status(kind);
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(answer.contains("WWW-Authenticate: Bearer\r\n") && answer.contains("Allow: GET\r\n"), answer);
        assertTrue(answer.contains("Content-Type: application/json\r\n") && answer.contains("Date: "), answer);
        assertFalse(answer.contains("X-Forgotten") || answer.contains("Retry-After"), answer);
        String id = answer.replaceFirst("(?s).*\r\nX-Request-Id: ([0-9a-f]{32})\r\n.*", "$1");
        assertTrue(
                answer.endsWith("{\"error\":{\"code\":" + status
                        + ",\"message\":\"it \\\"broke\\\"\\n\",\"requestId\":\"" + id + "\"}}"),
                answer);
    }

    @Test
    void saysWhenToTryAgain() {
        String answer = get(exchange -> exchange.fail(MimosaException.retryAfter(Duration.ofMillis(1_001), "not now")));
        assertTrue(answer.startsWith("HTTP/1.1 503 ") && answer.contains("\r\nRetry-After: 2\r\n"), answer);
    }

    @Test
    void cutsLongMessages() {
        String answer = get(exchange -> exchange.fail(MimosaException.invalid("x".repeat(510) + "😀😀")));
        assertTrue(answer.contains("\"message\":\"" + "x".repeat(510) + "…\""), answer);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hidesWhatWentWrongInside(boolean thrown) throws Exception {
        String answer = get(exchange -> {
            exchanges.add(exchange);
            if (thrown) {
                throw new StackOverflowError("secret");
            }
            exchange.fail(new IllegalStateException("secret"));
        });
        assertTrue(answer.startsWith("HTTP/1.1 500 ") && answer.contains("\"message\":\"internal error\""), answer);
        assertEquals(Outcome.FAILED, outcome(exchanges.remove()));
    }

    @Test
    @Tag("J3.7")
    void truncatesAnAnswerThatFailsInTheMiddle() throws Exception {
        gateway.with("/a", exchange -> {
            exchanges.add(exchange);
            exchange.write(text("a"));
        });
        try (RawClient client = gateway.connect()) {
            client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").readUntil("1\r\na");
            Exchange exchange = exchanges.remove();
            exchange.fail(new MimosaException(Kind.QUOTA, "wall time limit exceeded"));
            assertEquals("", client.readAll());
            assertEquals(Outcome.FAILED, outcome(exchange));
        }
    }

    @Test
    void abortsWhenNobodyIsLeft() {
        assertEquals("", get(exchange -> exchange.fail(new MimosaException(Kind.GONE, "gone"))));
    }

    @Test
    void refusesIllegalHeadersAndStatuses() {
        String answer = get(exchange -> {
            assertThrows(MimosaException.class, () -> exchange.setHeader("a", "b\r\nc: d"));
            assertThrows(MimosaException.class, () -> exchange.setHeader("a", "b\0"));
            assertThrows(MimosaException.class, () -> exchange.setHeader("a b", "c"));
            assertThrows(MimosaException.class, () -> exchange.setHeader("", "c"));
            assertThrows(MimosaException.class, () -> exchange.status(199));
            assertThrows(MimosaException.class, () -> exchange.status(600));
            exchange.end(text("ok"));
        });
        assertTrue(answer.endsWith("\r\n\r\nok"), answer);
    }

    @Test
    void answersAHeaderThatIsTooLargeWithAnError() throws Exception {
        String answer = get(exchange -> {
            exchanges.add(exchange);
            exchange.setHeader("X-Large", "x".repeat(70_000));
            exchange.end(text("ok"));
        });
        assertTrue(answer.startsWith("HTTP/1.1 500 ") && answer.contains("\"code\":500"), answer);
        assertEquals(Outcome.FAILED, outcome(exchanges.remove()));
    }

    @Test
    void waitsLongerThanAnIdleConnectionMay(@TempDir Path folder) {
        try (TestGateway impatient = new TestGateway(folder, false, 200, 0)) {
            impatient.with("/slow", exchange -> CompletableFuture.delayedExecutor(900, TimeUnit.MILLISECONDS)
                    .execute(() -> exchange.end(text("late"))));
            try (RawClient client = impatient.connect()) {
                client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n").readUntil("late");
                assertEquals("", client.readAll(), "an idle connection is closed");
            }
        }
    }

    @Test
    void maySaySomethingJustWhenTheIdleTimeIsOver(@TempDir Path folder) {
        long idleMs = 500;
        int events = 5;
        try (TestGateway impatient = new TestGateway(folder, false, idleMs, 0);
                ScheduledExecutorService clock = Executors.newScheduledThreadPool(2)) {
            impatient.with("/beat", exchange -> {
                exchange.write(text("."));
                for (int i = 1; i < events; i++) {
                    clock.schedule(() -> exchange.write(text(".")), i * idleMs, TimeUnit.MILLISECONDS);
                }
                clock.schedule(() -> exchange.end(text("last")), events * idleMs, TimeUnit.MILLISECONDS);
            });
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                clients.add(impatient.connect().send("GET /beat HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
            }
            for (RawClient client : clients) {
                String all = client.readAll();
                assertTrue(all.endsWith("last\r\n0\r\n\r\n"), all);
                client.close();
            }
        }
    }

    @Test
    void isBrokenOffWhenItStallsForTheIdleTimeAndNotBefore(@TempDir Path folder) throws Exception {
        try (TestGateway impatient = new TestGateway(folder, false, 2_000, 0);
                RawClient client = impatient.with("/much", exchanges::add).connect()) {
            client.send("GET /much HTTP/1.1\r\nHost: h\r\n\r\n");
            JettyExchange exchange = (JettyExchange) exchanges.poll(10, TimeUnit.SECONDS);
            CompletableFuture<Void> write =
                    exchange.write(ByteBuffer.allocate(32 << 20)).toCompletableFuture();
            GatewayEndPoint connection = (GatewayEndPoint) exchange.endPoint();

            connection.sending();
            connection.onIdleExpired(new TimeoutException("from a look at the clock before that"));
            assertThrows(TimeoutException.class, () -> write.get(300, TimeUnit.MILLISECONDS));

            assertEquals(Outcome.CLIENT_GONE, outcome(exchange));
            assertThrows(ExecutionException.class, () -> write.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void noticesAClientOfAStreamThatHangsUpInSilence() throws Exception {
        gateway.with("/sse", exchange -> {
            exchange.write(text("1"));
            exchanges.add(exchange);
        });
        Exchange exchange;
        try (RawClient client = gateway.connect()) {
            client.send("GET /sse HTTP/1.1\r\nHost: h\r\n\r\n").readUntil("1\r\n1");
            exchange = exchanges.poll(10, TimeUnit.SECONDS);
        }
        assertEquals(Outcome.CLIENT_GONE, outcome(exchange));
        CompletableFuture<Void> write = exchange.write(text("2")).toCompletableFuture();
        assertTrue(write.isCompletedExceptionally());
        assertEquals(Kind.GONE, ((MimosaException) write.exceptionNow()).kind());
    }

    @Test
    void answersARequestThatArrivesWhileAnotherAnswerIsStreamed() throws Exception {
        gateway.with("/sse", exchange -> {
            exchange.write(text("1"));
            exchanges.add(exchange);
        });
        try (RawClient client = gateway.connect()) {
            client.send("GET /sse HTTP/1.1\r\nHost: h\r\n\r\n").readUntil("1\r\n1");
            client.send("GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
            Exchange exchange = exchanges.poll(10, TimeUnit.SECONDS);
            // Long enough for the gateway to look whether the client is still there, and to find the second request.
            CompletableFuture.runAsync(
                    () -> exchange.end(NOTHING), CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS));
            client.readUntil("0\r\n\r\n");
            assertTrue(client.readHead().startsWith("HTTP/1.1 404 "));
        }
    }
}
