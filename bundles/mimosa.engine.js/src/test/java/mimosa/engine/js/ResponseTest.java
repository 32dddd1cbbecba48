package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException.Kind;
import mimosa.api.engine.Program;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseTest {
    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench(new Bench.Settings(5000, false, 1, 8, 1024));
    }

    @AfterAll
    static void close() throws Exception {
        bench.close();
    }

    @ParameterizedTest
    @Tag("J5.1")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "response.end(JSON.stringify({message:'Hello from my mim!'}))|application/json",
                "response.end(' [1]')|application/json",
                "response.end('x')|text/plain; charset=utf-8",
                "response.end(5)|text/plain; charset=utf-8",
                "response.end(new Uint8Array([1]))|application/octet-stream",
                "response.end()|-",
                "response.end(null)|-",
                "response.setHeader('content-type','a/b');response.end('x')|a/b",
                "response.write('x');response.end('{}')|text/plain; charset=utf-8"
            })
    void contentTypeIsGuessedWhereNoneIsSet(String body, String type) throws Exception {
        assertEquals(type, bench.run(body).exchange().answerHeader("Content-Type"));
    }

    @Test
    @Tag("J5.2")
    void statusIsSent() throws Exception {
        assertEquals(204, bench.run("response.statusCode=204; response.end()").exchange().status);
        assertEquals(201, bench.run("response.statusCode='201'; response.end()").exchange().status);
    }

    @Test
    @Tag("J5.3")
    void eventsAreSentOneByOne() throws Exception {
        Bench.Run run = bench.run("response.setHeader('Content-Type','text/event-stream');"
                + "var t=response.setHeader('Transfer-Encoding','chunked')+''+response.write('data: 1\\n\\n');"
                + "setTimeout(function(){response.write('data: 2\\n\\n');response.end(t)},20)");
        assertEquals("data: 1\n\ndata: 2\n\ntruetrue", run.text());
        assertEquals(3, run.exchange().pieces.size());
    }

    @Test
    @Tag("J5.4")
    void headersAfterTheFirstByteAreIgnored() throws Exception {
        Bench.Run run = bench.run("response.write('a'); var r=response.setHeader('x','y'); response.end('b'+r)")
                .closed();
        assertEquals("abfalse", run.text());
        assertNull(run.exchange().answerHeader("x"));
        assertEquals(1, run.host().warnings());
    }

    @Test
    @Tag("J5.5")
    void bytesAreSentAsTheyAre() throws Exception {
        assertArrayEquals(
                new byte[] {0, (byte) 255},
                bench.run("response.end(new Uint8Array([0,255]))").exchange().bytes());
        assertEquals("A", bench.run("response.end(new Uint8Array([65]).buffer)").text());
        assertEquals(
                "BC",
                bench.run("response.end(new Uint8Array(new Uint8Array([65,66,67]).buffer,1))")
                        .text());
    }

    @Test
    void arrayOfValuesGivesSeveralFields() throws Exception {
        assertEquals(
                "a=1|b=2",
                bench.run("response.setHeader('Set-Cookie',['a=1','b=2']);response.end()")
                        .exchange()
                        .answerHeader("set-cookie"));
    }

    @ParameterizedTest
    @Tag("J5.8")
    @ValueSource(strings = {"'a','b\\r\\nc: d'", "'a b','c'", "'','c'", "'a','\\u0000'"})
    void illegalHeaderIsATypeError(String arguments) throws Exception {
        assertEquals(
                "TypeError",
                bench.run("try{response.setHeader(" + arguments + ")}catch(e){response.end(e.name)}")
                        .text());
    }

    @Test
    @Tag("J5.9")
    void binaryBodyCanBePassedOn() throws Exception {
        byte[] bytes = {0, (byte) 255, (byte) 128, 65};
        TestExchange exchange =
                new TestExchange("POST", "", null, bytes).header("content-type", "application/octet-stream");
        bench.run(
                "response.setHeader('content-type','application/octet-stream'); response.end(request.body)", exchange);
        assertArrayEquals(bytes, exchange.bytes());
    }

    @ParameterizedTest
    @Tag("J5.10")
    @ValueSource(strings = {"700", "'x'", "{}", "199", "200.5", "null"})
    void impossibleStatusIsAnError(String status) throws Exception {
        Bench.Run run = bench.run("response.statusCode=" + status + "; response.end('x')");
        assertEquals(Kind.GUEST, run.exchange().failure.kind());
    }

    @Test
    void writerWaitsForASlowClientWhileOthersRun() throws Exception {
        TestExchange slow = TestExchange.get().stalled();
        Program writer = bench.load(
                Bench.handler("for(var i=0;i<4;i++)response.write(new Uint8Array(200000));response.end('.')"));
        Bench.Run run = bench.start(writer, slow);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (slow.bytes().length < 400_000 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertEquals("served", bench.run("response.end('served')").text());
        assertEquals(400_000, slow.bytes().length);
        slow.read();
        slow.await();
        run.closed();
        assertEquals(800_001, slow.bytes().length);
    }

    @Test
    @Tag("J9.8")
    void responseHasALimit() throws Exception {
        Bench.Run run = bench.run("var c=new Uint8Array(1048576);for(;;)response.write(c)");
        assertTrue(run.failure().startsWith("response size limit exceeded"), run.failure());
        assertEquals(64 << 20, run.exchange().bytes().length);
    }
}
