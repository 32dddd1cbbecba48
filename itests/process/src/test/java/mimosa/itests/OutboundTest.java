package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What mims ask of other servers and get from them. */
class OutboundTest {
    /** Nobody listens there. */
    private static final String NOBODY = "127.0.0.1:1";

    private static final Upstream upstream = new Upstream();
    private static Node node;

    @BeforeAll
    static void start() {
        upstream.serve("/hi", 200, Map.of("X-Up", "u"), bytes("hi"));
        upstream.serve("/missing", 404, Map.of("Content-Type", "application/json", "X-Up", "u"), bytes("{\"e\":1}"));
        upstream.serve("/to/", OutboundTest::redirect);
        node = Node.create("outbound", Map.of("mimosa.client", "allow = " + upstream.address() + ", " + NOBODY));
        node.run();
    }

    @AfterAll
    static void stop() {
        node.close();
        upstream.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** {@code /to/<n>} leads to {@code /to/<n-1>} and {@code /to/0} is the goal; {@code /to/?<url>} leads to the URL. */
    private static void redirect(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String query = exchange.getRequestURI().getQuery();
        if (path.equals("/to/0")) {
            exchange.sendResponseHeaders(200, 5);
            exchange.getResponseBody().write(bytes("there"));
        } else {
            String next = query != null ? query : "/to/" + (Integer.parseInt(path.substring(4)) - 1);
            exchange.getResponseHeaders().set("Location", next);
            exchange.sendResponseHeaders(302, -1);
        }
    }

    /** Deploys the body as a mim, {@code UP} being the upstream, and calls it. */
    private static HttpResponse<String> call(String name, String body) {
        node.serve(name, Node.handler(body.replace("UP", upstream.address())));
        return node.get("/api/" + name + "/v1");
    }

    private static JsonNode answer(String name, String body) {
        HttpResponse<String> answer = call(name, body);
        assertEquals(200, answer.statusCode(), answer::body);
        return Node.json(answer.body());
    }

    @Test
    @Tag("J8.1")
    void successHasStatusHeadersAndData() {
        assertEquals(
                "200hiuundefined",
                call(
                                "success",
                                "context.http.request({url:'http://UP/hi',success:function(r){"
                                        + "response.end(r.status+r.data+r.headers['x-up']+r.done)}})")
                        .body());
    }

    @Test
    @Tag("J8.2")
    void anErrorStatusIsAnErrorWithItsContent() {
        JsonNode error = answer(
                "missing",
                "context.http.request({url:'http://UP/missing',success:function(){response.end('no')},"
                        + "error:function(e){response.end(JSON.stringify({s:e.status,c:e.content,m:e.message,"
                        + "names:Object.keys(e.headers),up:e.headers['x-up']}))}})");
        assertEquals(404, error.path("s").asInt());
        assertEquals("{\"e\":1}", error.path("c").asText());
        assertFalse(error.path("m").asText().isEmpty());
        assertEquals("u", error.path("up").asText());
        error.path("names").forEach(name -> assertEquals(name.asText().toLowerCase(Locale.ROOT), name.asText()));
    }

    @Test
    @Tag("J8.3")
    void aServerThatIsNotThereIsAnErrorWithAMessageOnly() {
        HttpResponse<String> answer = call(
                "unreachable",
                "context.http.request({url:'http://" + NOBODY + "/',error:function(e){"
                        + "response.statusCode=e.status===undefined?500:200;response.end(e.message)}})");
        assertEquals(500, answer.statusCode());
        assertFalse(answer.body().isBlank());
        assertFalse(answer.body().contains("not allowed"), answer.body());
    }

    @ParameterizedTest
    @Tag("J8.4")
    @ValueSource(strings = {"type", "method", "httpMethod"})
    void anObjectIsPostedAsJson(String option) {
        upstream.serve("/posted-" + option, 200, Map.of(), bytes("ok"));
        assertEquals(
                "ok",
                call(
                                "posting",
                                "context.http.request({url:'http://UP/posted-" + option + "'," + option
                                        + ":'POST',data:{a:1},success:function(r){response.end(r.data)}})")
                        .body());
        List<Upstream.Seen> seen = seen("/posted-" + option);
        assertEquals(List.of(new Upstream.Seen("POST", "/posted-" + option, "application/json", "{\"a\":1}")), seen);
    }

    private static List<Upstream.Seen> seen(String path) {
        return upstream.seen().stream().filter(each -> each.path().equals(path)).toList();
    }

    @Test
    @Tag("J8.5")
    void aMimCallsAnotherOneThroughTheNodesOwnPort() {
        node.serve("other", Node.handler("response.end('other'+request.url)"));
        assertEquals(
                "other/x",
                call(
                                "asking",
                                "context.http.request({url:'127.0.0.1:'+context.info.httpPort+'/api/other/v1/x',"
                                        + "success:function(r){response.end(r.data)}})")
                        .body());
    }

    @Test
    @Tag("J8.6")
    void aDeniedAddressIsNotConnectedNeitherDirectlyNorByRedirect() throws IOException {
        try (ServerSocketChannel other = ServerSocketChannel.open()) {
            other.bind(new InetSocketAddress("127.0.0.1", 0)).configureBlocking(false);
            int port = other.socket().getLocalPort();
            List<String> denied = new ArrayList<>();
            for (String host : List.of(
                    "127.0.0.1:PORT",
                    "localhost.:PORT",
                    "[::ffff:127.0.0.1]:PORT",
                    "2130706433:PORT",
                    "2130706433",
                    "10.0.0.1",
                    "169.254.169.254",
                    "0.0.0.0:PORT",
                    "0.0.0.0")) {
                String url = "http://" + host.replace("PORT", "" + port) + "/";
                denied.add(url);
                denied.add("http://" + upstream.address() + "/to/?" + url);
            }
            JsonNode messages = answer(
                    "denied",
                    "var urls=" + Node.JSON.valueToTree(denied) + ", told={}, left=urls.length;"
                            + "function tell(url,what){told[url]=what; if(--left===0)response.end(JSON.stringify(told))}"
                            + "urls.forEach(function(url){context.http.request({url:url,"
                            + "success:function(r){tell(url,'connected')},error:function(e){tell(url,e.message)}})})");
            assertEquals(denied.size(), messages.size());
            messages.properties()
                    .forEach(each ->
                            assertTrue(each.getValue().asText().startsWith("address not allowed: "), each::toString));
            assertNull(other.accept(), "something was connected");
        }
    }

    @Test
    @Tag("J8.7")
    void aHeaderThatCouldBeginAnotherIsNotSent() {
        upstream.serve("/smuggled", 200, Map.of(), bytes("ok"));
        JsonNode messages = answer(
                "smuggling",
                "var told=[]; function tell(e){told.push(e.message); if(told.length===2)response.end(JSON.stringify(told))}"
                        + "context.http.request({url:'http://UP/smuggled',authorization:'Bearer x\\r\\ny: z',error:tell});"
                        + "context.http.request({url:'http://UP/smuggled',headers:{h:'a\\nb'},error:tell});");
        messages.forEach(message -> assertTrue(message.asText().contains("illegal header"), message::asText));
        assertEquals(2, messages.size());
        assertEquals(List.of(), seen("/smuggled"));
    }

    @Test
    @Tag("J8.8")
    void fiveRedirectsAreFollowedAndNotASixthAndInProxyModeNone() {
        String program = "context.http.request({url:'http://UP'+request.url,mode:request.headers['x-mode'],"
                + "success:function(r){response.end('success '+r.status+r.data+r.headers.location)},"
                + "error:function(e){response.end('error '+e.message)}})";
        node.serve("redirected", Node.handler(program.replace("UP", upstream.address())));
        assertEquals("success 200thereundefined", redirected("/to/5", "none"));
        String sixth = redirected("/to/6", "none");
        assertTrue(sixth.startsWith("error too many redirects"), sixth);
        assertEquals("success 302/to/4", redirected("/to/5", "proxy"));
    }

    private static String redirected(String path, String mode) {
        return node.send(HttpRequest.newBuilder(node.uri("/api/redirected/v1" + path))
                        .header("X-Mode", mode))
                .body();
    }

    /** The upstream sends a piece only when the one before has reached the client through the mim. */
    @Test
    @Tag("J8.9")
    void piecesAreHandedOnAsTheyCome() throws IOException, InterruptedException {
        List<CountDownLatch> received = List.of(new CountDownLatch(1), new CountDownLatch(1));
        upstream.serve("/pieces", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            for (int i = 0; i < 3; i++) {
                exchange.getResponseBody().write(bytes("piece" + i));
                exchange.getResponseBody().flush();
                if (i < 2) {
                    Upstream.pass(received.get(i));
                }
            }
        });
        node.serve(
                "pieces",
                Node.handler(("context.http.request({url:'http://UP/pieces',mode:'stream',success:function(r){"
                                + "response.write(r.data+' '+r.done+' '+('headers' in r)+'\\n'); if(r.done)response.end()}})")
                        .replace("UP", upstream.address())));
        HttpResponse<InputStream> answer = node.http.send(
                HttpRequest.newBuilder(node.uri("/api/pieces/v1")).build(), HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            assertEquals("piece0 false true", lines.readLine());
            received.get(0).countDown();
            assertEquals("piece1 false false", lines.readLine());
            received.get(1).countDown();
            assertEquals(
                    List.of("piece2 false false", " true false"), lines.lines().toList());
        }
    }

    @Test
    @Tag("J8.10")
    void aStreamOfKnownLengthIsOneSuccess() {
        assertEquals(
                "hi undefined;",
                call(
                                "known",
                                "var o='';context.http.request({url:'http://UP/hi',mode:'stream',success:function(r){"
                                        + "o+=r.data+' '+r.done+';'; setTimeout(function(){response.end(o)},50)}})")
                        .body());
    }

    @Test
    @Tag("J8.11")
    void anAnswerCanBeWrittenToAFile() throws IOException, InterruptedException {
        byte[] content = new byte[1_000_000];
        new Random(8).nextBytes(content);
        upstream.serve("/file", 200, Map.of(), content);
        node.serve(
                "fetching",
                Node.handler("context.http.request({url:'http://UP/file',outputFile:'o.bin',"
                                .replace("UP", upstream.address())
                        + "success:function(r){console.log(r.data);response.writeMimeFile('o.bin','x/y')}})"));
        HttpResponse<byte[]> answer = node.http.send(
                HttpRequest.newBuilder(node.uri("/api/fetching/v1"))
                        .header("X-Request-Id", "fetching")
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertEquals("x/y", answer.headers().firstValue("Content-Type").orElseThrow());
        assertArrayEquals(content, answer.body());
        node.awaitLog("fetching", "{\"size\":1000000,\"totalSize\":1000000}");
    }

    @Test
    @Tag("J8.12")
    void theFiftyFirstCallIsAnErrorThatNamesTheLimit() {
        JsonNode told = answer(
                "many",
                "var ok=0, errors=[]; function next(){if(ok+errors.length===51)response.end(JSON.stringify({ok:ok,"
                        + "errors:errors}))} for(var i=0;i<51;i++)(function(i){context.http.request({url:'http://UP/hi',"
                        + "success:function(){ok++;next()},error:function(e){errors.push(i+' '+e.message);next()}})})(i)");
        assertEquals(50, told.path("ok").asInt(), told::toString);
        assertEquals(1, told.path("errors").size());
        String error = told.path("errors").get(0).asText();
        assertTrue(error.startsWith("50 ") && error.contains("outboundCalls"), error);
    }

    @Test
    @Tag("J8.13")
    void anExceptionInACallbackIsA500() {
        HttpResponse<String> answer = call(
                "throwing",
                "context.http.request({url:'http://UP/hi',success:function(){throw new Error('in success')}})");
        assertEquals(500, answer.statusCode());
        assertEquals(
                "Error: in success",
                Node.json(answer.body()).path("error").path("message").asText());
    }

    @Test
    @Tag("J8.14")
    void theNinthNestedCallIsRefused() {
        node.serve(
                "loop",
                Node.handler("var depth=Number(request.url.slice(1)); context.http.request({"
                        + "url:'127.0.0.1:'+context.info.httpPort+'/api/loop/v1/'+(depth+1),"
                        + "success:function(r){response.end(r.data)},"
                        + "error:function(e){response.end(depth+' nested calls, then '+e.status)}})"));
        assertEquals("8 nested calls, then 508", node.get("/api/loop/v1/0").body());
    }
}
