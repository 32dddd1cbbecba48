package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import mimosa.api.MimosaException;
import mimosa.api.client.OutboundRequest;
import mimosa.api.http.HeaderField;
import mimosa.testing.TestClient;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundTest {
    private final Bench bench = new Bench();
    private final TestClient client = new TestClient();

    @BeforeEach
    void open() {
        bench.client = client;
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private Bench.Run request(String options) throws Exception {
        return bench.run("context.http.request({url:'http://up/'," + options + "})");
    }

    @Test
    @Tag("J8.1")
    void successHasStatusAndData() throws Exception {
        client.headers.add(new HeaderField("x-up", "u"));
        assertEquals(
                "200hiutext/plainundefined",
                request("success:function(r){response.end(r.status+r.data+r.headers['x-up']+r.headers['Content-Type']"
                                + "+r.done)}")
                        .text());
    }

    @Test
    @Tag("J8.2")
    void errorStatusIsAnErrorWithItsContent() throws Exception {
        client.status = 404;
        client.pieces = List.of("{\"e\":", "1}");
        assertEquals(
                "404{\"e\":1}text/plainstring",
                request("success:function(){response.end('no')},error:function(e){"
                                + "response.end(e.status+e.content+e.headers['content-type']+typeof e.message)}")
                        .text());
    }

    @Test
    @Tag("J8.3")
    void failureHasOnlyAMessage() throws Exception {
        client.failure = new MimosaException(MimosaException.Kind.UNAVAILABLE, "connection refused: up");
        assertEquals(
                "connection refused: upundefined",
                request("error:function(e){response.end(e.message+e.status)}").text());
    }

    @ParameterizedTest
    @Tag("J8.4")
    @ValueSource(strings = {"type", "method", "httpMethod"})
    void objectIsSentAsJson(String option) throws Exception {
        request(option + ":'POST',data:{a:1},success:function(){response.end()}");
        OutboundRequest sent = client.sent.get(0);
        assertEquals("POST", sent.method());
        assertEquals("{\"a\":1}", new String(sent.body(), StandardCharsets.UTF_8));
        assertEquals(List.of(new HeaderField("Content-Type", "application/json")), sent.headers());
    }

    @Test
    void optionsReachTheClient() throws Exception {
        bench.run(
                "JSON.stringify=null;context.http.request({url:'up:1/x',data:new Uint8Array([1,2]),mode:'proxy',"
                        + "headers:{Authorization:'old','X-A':5},authorization:'new',connectionTimeout:7,socketTimeout:8,"
                        + "success:function(){response.end()}})",
                TestExchange.get().header(OutboundRequest.HOPS_HEADER, "3"));
        OutboundRequest sent = client.sent.get(0);
        assertEquals("GET", sent.method());
        assertEquals("up:1/x", sent.url());
        assertEquals(2, sent.body().length);
        assertEquals(List.of(new HeaderField("X-A", "5"), new HeaderField("Authorization", "new")), sent.headers());
        assertEquals(7, sent.connectTimeout().toMillis());
        assertEquals(8, sent.idleTimeout().toMillis());
        assertFalse(sent.followRedirects());
        assertEquals(4, sent.hops());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{url:5}", "{url:''}", "", "'http://up/'"})
    void missingUrlIsATypeError(String options) throws Exception {
        assertEquals(
                "TypeError",
                bench.run("try{context.http.request(" + options + ")}catch(e){response.end(e.name)}")
                        .text());
    }

    @ParameterizedTest
    @Tag("J8.7")
    @ValueSource(strings = {"authorization:'Bearer x\\r\\ny: z'", "headers:{h:'a\\nb'}", "headers:{'h\\r':'a'}"})
    void illegalHeaderIsNotSent(String option) throws Exception {
        String message =
                request(option + ",error:function(e){response.end(e.message)}").text();
        assertTrue(message.contains("illegal header"), message);
        assertEquals(0, client.sent.size());
    }

    @Test
    @Tag("J8.9")
    void streamIsHandedOnPieceByPiece() throws Exception {
        client.pieces = List.of("a\u00c3", "\u00a9b", "c");
        assertEquals(
                "a:false:object,éb:false:undefined,c:false:undefined,:true:undefined",
                bench.run("var o=[];context.http.request({url:'http://up/',mode:'stream',success:function(r){"
                                + "o.push(r.data+':'+r.done+':'+typeof r.headers);if(r.done)response.end(o.join())}})")
                        .text());
    }

    @Test
    @Tag("J8.10")
    void streamOfKnownLengthIsOneSuccess() throws Exception {
        client.headers.add(new HeaderField("content-length", "2"));
        client.pieces = List.of("h", "i");
        assertEquals(
                "hiundefined",
                request("mode:'stream',success:function(r){response.end(r.data+r.done)}")
                        .text());
    }

    @Test
    @Tag("J8.12")
    void oneCallTooManyIsAnError() throws Exception {
        String message = bench.run("var n=0;for(var i=0;i<51;i++)context.http.request({url:'http://up/',"
                        + "success:function(){n++},error:function(e){response.end(e.message)}})")
                .text();
        assertTrue(message.contains("outbound call limit"), message);
    }

    @Test
    void answerThatIsTooLargeIsAnErrorThatNamesTheLimit() throws Exception {
        client.pieces = List.of("x".repeat(6 << 20), "x".repeat(6 << 20));
        String message = request("error:function(e){response.end(e.message)}").text();
        assertTrue(message.contains("limit exceeded (10485760 bytes"), message);
        assertEquals(1, client.aborted);
    }

    @Test
    @Tag("J8.13")
    void exceptionInACallbackIsUncaught() throws Exception {
        assertEquals(
                "Error: cb",
                request("success:function(){throw new Error('cb')}").failure());
    }

    @Test
    void callUnderWayIsAbortedWithTheInstance() throws Exception {
        client.silent = true;
        bench.wallMs = 200;
        Bench.Run run = request("success:function(){}").closed();
        assertTrue(run.failure().startsWith("wall time limit"));
        assertEquals(1, client.aborted);
    }

    @Test
    void callWithoutCallbacksKeepsTheInstanceUntilItsEnd() throws Exception {
        Bench.Run run = bench.run("response.end('x');context.http.request({url:'http://up/'})")
                .closed();
        assertNull(run.failure());
        assertEquals(1, client.sent.size());
        assertEquals(0, client.aborted);
    }

    @Test
    @Tag("J8.11")
    void answerCanBeWrittenToAFile() throws Exception {
        client.pieces = List.of("a\u00ff", "b".repeat(11 << 20));
        Bench.Run run = request("outputFile:'o.bin',success:function(r){console.log(r.status+r.data);"
                + "response.writeMimeFile('o.bin','x/y')}");
        byte[] file = bench.store.files().get("o.bin");
        assertEquals((11 << 20) + 2, file.length);
        assertEquals((byte) 0xff, file[1]);
        run.exchange().await();
        assertEquals(file.length, run.exchange().bytes().length);
        assertTrue(run.host().logText().contains("200{\"size\":11534338,\"totalSize\":11534338}"));
    }

    @Test
    void fileOfAFailedCallNeverAppears() throws Exception {
        client.status = 500;
        assertEquals(
                "500hi",
                request("outputFile:'o',error:function(e){response.end(e.status+e.content)}")
                        .text());
        client.status = 200;
        client.pieces = List.of("12", "34");
        client.breakAfter = 1;
        assertEquals(
                "the connection broke",
                request("outputFile:'o',error:function(e){response.end(e.message)}")
                        .text());
        client.breakAfter = -1;
        bench.store.maxFileBytes = 3;
        String message = request("outputFile:'o',success:function(){response.end('no')},"
                        + "error:function(e){response.end(e.message+e.status)}")
                .text();
        assertEquals("a limit (totalBytes)undefined", message);
        assertEquals(1, client.aborted);
        assertTrue(bench.store.files().isEmpty());
        assertEquals(0, bench.store.openFiles.get());
    }

    @Test
    void illegalOutputFileIsFoundBeforeTheCall() throws Exception {
        String message = bench.run("try{context.http.request({url:'http://up/',outputFile:'../o'})}"
                        + "catch(e){response.end(String(e))}")
                .text();
        assertTrue(message.startsWith("Error: illegal path"), message);
        assertEquals(0, client.sent.size());
    }

    @Test
    void streamIntoAFileTellsItsProgress() throws Exception {
        client.headers.add(new HeaderField("content-length", "4"));
        client.pieces = List.of("1", "2", "3", "4");
        assertEquals(
                "{\"size\":1,\"totalSize\":4}falseobject {\"size\":4,\"totalSize\":4}trueundefined",
                request("mode:'stream',outputFile:'o',success:(function(){var o=[];return function(r){"
                                + "o.push(r.data+r.done+typeof r.headers);if(r.done)response.end(o.join(' '))}})()")
                        .text());
    }

    @Test
    void unfinishedFileGoesWithTheInstance() throws Exception {
        client.stallAfter = 1;
        client.pieces = List.of("1", "2");
        bench.wallMs = 300;
        Bench.Run run = request("outputFile:'o'").closed();
        assertTrue(run.failure().startsWith("wall time limit"));
        assertEquals(0, bench.store.openFiles.get());
        assertTrue(bench.store.files().isEmpty());
    }
}
