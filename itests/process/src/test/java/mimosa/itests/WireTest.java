package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire byte by byte, piece by piece, late, or not to its end. */
class WireTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Upstream upstream = new Upstream();
    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.create(
                "wire",
                Map.of("mimosa.engine.js", "setInterval = true", "mimosa.client", "allow = " + upstream.address()));
        node.run();
    }

    @AfterAll
    static void stop() {
        node.close();
        upstream.close();
    }

    /** What came of an answer: all of it, or as much as came before it broke off. */
    private record Received(HttpResponse<InputStream> head, byte[] body, boolean complete) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        String field(String name) {
            return head.headers().firstValue(name).orElse(null);
        }
    }

    private static HttpResponse<InputStream> open(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return node.http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    private static Received receive(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<InputStream> head = open(request);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (InputStream in = head.body()) {
            byte[] buffer = new byte[64 * 1024];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                body.write(buffer, 0, n);
            }
            return new Received(head, body.toByteArray(), true);
        } catch (IOException broken) { // the message ended before its end
            return new Received(head, body.toByteArray(), false);
        }
    }

    private static HttpRequest.Builder get(String mim) {
        return HttpRequest.newBuilder(node.uri("/api/" + mim + "/v1"));
    }

    private static HttpRequest.Builder post(String mim, String type, byte[] body) {
        return get(mim).header("Content-Type", type).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }

    private static void deploy(String name, String body, int wallSeconds) {
        HttpResponse<String> deployed = node.deployProgram(
                name, Node.handler(body), Map.of("MCM.MAX_EXECUTION_TIME_SEC", String.valueOf(wallSeconds)));
        assertEquals(200, deployed.statusCode(), deployed::body);
    }

    // Late

    @Test
    @Tag("J2.2")
    void intervalsExistWhereTheOperatorWantsThem() {
        node.serve(
                "interval",
                Node.handler("var n = 0, id = setInterval(function () { if (++n === 3) { clearInterval(id);"
                        + " response.end(typeof setInterval + n); } }, 1)"));
        assertEquals("function3", node.get("/api/interval/v1").body());
    }

    /** The instance goes on only when the client has told it, by another request, that it has its answer. */
    @Test
    @Tag("J3.13")
    void anInstanceWorksOnAfterItsAnswer() {
        node.serve(
                "delayed",
                Node.handler(
                        """
                        var s = context.storage;
                        if (request.url === '/start') {
                          response.end('ok');
                          (function wait() {
                            if (s.getItem('received')) setTimeout(function () { s.setItem('delayed', 'true'); }, 1000);
                            else setTimeout(wait, 10);
                          })();
                        } else if (request.url === '/received') {
                          s.setItem('received', 'true');
                          response.end();
                        } else response.end(String(s.getItem('delayed')));
                        """));
        assertEquals("ok", node.get("/api/delayed/v1/start").body());
        assertEquals("null", node.get("/api/delayed/v1/read").body());
        node.get("/api/delayed/v1/received");
        Node.await("the delayed write", PATIENCE, () -> node.get("/api/delayed/v1/read")
                .body()
                .equals("true"));
    }

    /** The clock is a mim whose later timer does fire. */
    @Test
    @Tag("J3.14")
    void afterTheLimitNothingHappensAnyMore() {
        String later = "var s = context.storage; if (request.url === '/start') {"
                + " setTimeout(function () { s.setItem('delayed', 'true'); }, DELAY); response.end('ok'); }"
                + " else response.end(String(s.getItem('delayed')))";
        deploy("limited", later.replace("DELAY", "3000"), 1);
        deploy("reference", later.replace("DELAY", "3500"), 30);
        assertEquals("ok", node.get("/api/limited/v1/start").body());
        assertEquals("ok", node.get("/api/reference/v1/start").body());
        Node.await("the write within the limit", PATIENCE, () -> node.get("/api/reference/v1")
                .body()
                .equals("true"));
        assertEquals("null", node.get("/api/limited/v1").body());
    }

    // Piece by piece

    /** The second event is not even asked for before the first one is here. */
    @Test
    @Tag("J5.3")
    void anEventIsThereWhenItIsWritten() throws IOException, InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        upstream.serveWhen(gate, "/events");
        node.serve(
                "events",
                Node.handler(
                        """
                response.setHeader('Content-Type', 'text/event-stream');
                response.setHeader('Transfer-Encoding', 'chunked');
                response.write('data: 1\\n\\n');
                context.http.request({ url: 'http://UPSTREAM/events', success: function () {
                  setTimeout(function () { response.write('data: 2\\n\\n'); response.end(); }, 300);
                } });
                """
                                .replace("UPSTREAM", upstream.address())));
        HttpResponse<InputStream> answer = open(get("events"));
        assertEquals(200, answer.statusCode());
        assertEquals(List.of("chunked"), answer.headers().allValues("Transfer-Encoding"));
        assertEquals(List.of("text/event-stream"), answer.headers().allValues("Content-Type"));
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            assertEquals("data: 1", lines.readLine());
            assertEquals("", lines.readLine());
            gate.countDown();
            assertEquals(List.of("data: 2", ""), lines.lines().toList());
        }
    }

    // Not to its end

    @Test
    @Tag("J3.7")
    void anExceptionAfterTheFirstByteBreaksTheAnswerOff() throws IOException, InterruptedException {
        node.serve("breaking", Node.handler("response.write('a'); setTimeout(function () { throw 1; }, 20)"));
        Received received = receive(get("breaking"));
        assertEquals(200, received.head().statusCode());
        assertTrue("a".startsWith(received.text()), received::text);
        assertFalse(received.complete());
    }

    @Test
    @Tag("J9.8")
    void anAnswerThatIsTooLargeBreaksOff() throws IOException, InterruptedException {
        node.serve(
                "large",
                Node.handler("var mebibyte = new Uint8Array(1024 * 1024);\nfor (;;) response.write(mebibyte);"));
        Received received = receive(get("large").header("X-Request-Id", "large"));
        assertEquals(200, received.head().statusCode());
        assertFalse(received.complete());
        assertTrue(
                received.body().length > 0 && received.body().length <= 64 * 1024 * 1024,
                () -> "received " + received.body().length + " bytes");
        node.awaitLog("large", "response size limit exceeded");
    }

    @Test
    @Tag("J9.9")
    void aStreamBreaksOffAtTheLimit() throws IOException, InterruptedException {
        deploy(
                "ticking",
                "response.setHeader('Content-Type', 'text/event-stream');"
                        + " (function tick() { response.write('data: x\\n\\n'); setTimeout(tick, 1000); })()",
                3);
        Received received = receive(get("ticking"));
        assertFalse(received.complete());
        assertTrue(received.text().matches("(data: x\n\n){2,4}"), received::text);
    }

    // Byte by byte

    @ParameterizedTest
    @Tag("J4.6")
    @ValueSource(booleans = {false, true})
    void aBodyOverTheCapIsRefused(boolean chunked) throws IOException, InterruptedException {
        node.serve("capped", Node.handler("response.end(String(request.body.length))"));
        byte[] most = new byte[10 * 1024 * 1024];
        assertEquals("" + most.length, receive(upload(most, chunked)).text());
        Received refused = receive(upload(new byte[most.length + 1], chunked));
        assertEquals(413, refused.head().statusCode());
        assertTrue(refused.text().contains("\"code\":413"), refused::text);
    }

    private static HttpRequest.Builder upload(byte[] body, boolean chunked) {
        return get("capped")
                .header("Content-Type", "application/octet-stream")
                .POST(
                        chunked
                                ? HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))
                                : HttpRequest.BodyPublishers.ofByteArray(body));
    }

    @ParameterizedTest
    @Tag("J4.10")
    @ValueSource(strings = {"../escaped.bin", "/../escaped.bin"})
    void aFormCannotStoreOutsideTheFileArea(String path) throws IOException, InterruptedException {
        node.serve("form", Node.handler(storing("'" + path + "'") + " response.end('stored');"));
        Received received = receive(post("form", "multipart/form-data; boundary=b", file(new byte[6])));
        assertEquals(500, received.head().statusCode());
        assertTrue(received.text().contains("illegal path"), received::text);
        try (Stream<Path> files = Files.walk(node.home)) {
            assertEquals(
                    List.of(),
                    files.filter(file -> file.endsWith("escaped.bin")).toList());
        }
    }

    private static String storing(String path) {
        return "request.handleFormRequest({ found: function () { return { action: 'store', path: " + path + " }; } });";
    }

    private static byte[] file(byte[] content) {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        form.writeBytes("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        form.writeBytes(content);
        form.writeBytes("\r\n--b--\r\n".getBytes(StandardCharsets.US_ASCII));
        return form.toByteArray();
    }

    @Test
    @Tag("J5.5")
    void bytesAreSentAsTheyAre() throws IOException, InterruptedException {
        node.serve(
                "bytes",
                Node.handler("response.end(request.url === '/array' ? new Uint8Array([0, 255])"
                        + " : new Uint8Array([65]).buffer)"));
        Received array = receive(HttpRequest.newBuilder(node.uri("/api/bytes/v1/array")));
        assertArrayEquals(new byte[] {0, (byte) 255}, array.body());
        assertEquals("application/octet-stream", array.field("Content-Type"));
        assertEquals("A", receive(get("bytes")).text());
    }

    @Test
    @Tag("J5.6")
    void aStoredFileIsSentInAllOrInPart() throws IOException, InterruptedException {
        node.serve(
                "files",
                Node.handler("if (request.method === 'POST') {" + storing("'m/x.bin'") + " response.end(); }"
                        + " else response.writeMimeFile('m/x.bin', 'image/png');"));
        byte[] content = {0, 13, 10, (byte) 0xff, 7};
        receive(post("files", "multipart/form-data; boundary=b", file(content)));
        Received whole = receive(get("files"));
        assertEquals(200, whole.head().statusCode());
        assertArrayEquals(content, whole.body());
        assertEquals("image/png", whole.field("Content-Type"));
        assertEquals("5", whole.field("Content-Length"));
        Received part = receive(get("files").header("Range", "bytes=1-2"));
        assertEquals(206, part.head().statusCode());
        assertArrayEquals(new byte[] {13, 10}, part.body());
        assertEquals("bytes 1-2/5", part.field("Content-Range"));
    }

    @Test
    @Tag("J5.9")
    void aBinaryBodyIsPassedOnUnchanged() throws IOException, InterruptedException {
        node.serve(
                "mirror",
                Node.handler(
                        "response.setHeader('content-type', 'application/octet-stream'); response.end(request.body)"));
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        assertArrayEquals(
                all, receive(post("mirror", "application/octet-stream", all)).body());
    }
}
