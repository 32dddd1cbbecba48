package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.engine.Program;
import mimosa.api.http.Exchange.Outcome;
import mimosa.testing.TestClient;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LifeCycleTest {
    private final Bench bench = new Bench(new Bench.Settings(1000, false, 4, 32, 1024));

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @Test
    @Tag("J3.1")
    void eachRequestStartsAnew() throws Exception {
        Program program = bench.load("var n=0; mimikModule.exports=function(c,q,s){n++;s.end(String(n))}");
        for (int i = 0; i < 20; i++) {
            assertEquals("1", bench.send(program, TestExchange.get()).text());
        }
    }

    @Test
    @Tag("J3.2")
    void whatIsStoredStays() throws Exception {
        Program program = bench.load(
                Bench.handler(
                        "var n=Number(context.storage.getItem('n')||0)+1;context.storage.setItem('n',n);response.end(String(n))"));
        for (int i = 1; i <= 20; i++) {
            assertEquals(
                    String.valueOf(i), bench.send(program, TestExchange.get()).text());
        }
    }

    @ParameterizedTest
    @Tag("J3.3")
    @CsvSource(
            delimiter = '|',
            value = {
                "var x=1;|index.js must set mimikModule.exports to a function(context, request, response), found object",
                "mimikModule.exports=5|index.js must set mimikModule.exports to a function(context, request, response),"
                        + " found number",
                "throw new Error('boom')|index.js failed to load: Error: boom (at index.js:1)",
                "function (|transpile to ES5",
                "(function f(){[1].map(f)})()|index.js failed to load: RangeError: too many nested calls",
                "context.env|index.js failed to load: ReferenceError",
                "while(true){}|index.js did not finish loading within 1000 ms"
            })
    void defectiveProgramIsRefused(String source, String message) {
        MimosaException refusal = assertThrows(MimosaException.class, () -> bench.load(source));
        assertEquals(Kind.INVALID, refusal.kind());
        assertTrue(refusal.getMessage().contains(message), refusal.getMessage());
    }

    @Test
    @Tag("J3.4")
    void uncaughtErrorOfTheHandlerIsAnsweredAndLogged() throws Exception {
        Bench.Run run = bench.run("throw new Error('boom')");
        assertEquals(Kind.GUEST, run.exchange().failure.kind());
        assertEquals("Error: boom", run.failure());
        assertTrue(
                run.host().logText().contains("ERROR Error: boom\n    at index.js:1"),
                run.host().logText());
    }

    @Test
    @Tag("J3.5")
    void stackNamesTheAuthorsFiles() throws Exception {
        String map = "{\"version\":3,\"sources\":[\"webpack:///./src/main.js\"],\"mappings\":\"AAAA;AAKA\"}";
        String source = "mimikModule.exports = function (context, request, response) {\nthrow new Error('boom'); }\n";
        String inline = "//# sourceMappingURL=data:application/json;charset=utf-8;base64,"
                + Base64.getEncoder().encodeToString(map.getBytes(StandardCharsets.UTF_8));
        Bench.Run run = bench.send(bench.load(source + inline), TestExchange.get());
        assertTrue(run.host().logText().contains("at src/main.js:6"), run.host().logText());
        Bench.Run beside = bench.send(bench.load(source, map.getBytes(StandardCharsets.UTF_8)), TestExchange.get());
        assertTrue(
                beside.host().logText().contains("at src/main.js:6"),
                beside.host().logText());
    }

    @Test
    @Tag("J3.6")
    void uncaughtErrorOfACallbackIsAnswered() throws Exception {
        assertEquals(
                "Error: late",
                bench.run("setTimeout(function(){throw new Error('late')},5)").failure());
    }

    @Test
    @Tag("J3.7")
    void errorAfterTheFirstByteAbortsTheAnswer() throws Exception {
        Bench.Run run = bench.run("response.write('a'); setTimeout(function(){throw 1},20)");
        assertEquals(Outcome.FAILED, run.exchange().await());
        assertEquals("a", run.text());
    }

    @ParameterizedTest
    @Tag("J3.8")
    @Tag("J3.9")
    @Tag("J3.10")
    @ValueSource(
            strings = {
                "while(true){}",
                "try{while(true){}}catch(e){response.end('c')}finally{response.end('f')}",
                "Promise.resolve().then(function f(){return Promise.resolve().then(f)})",
                "(function f(){queueMicrotask(f)})()",
                "(function f(){setImmediate(f)})()",
                "function*g(){try{yield 1}finally{response.end('f')}} for(var x of g()){while(true){}}",
                "var it={};it[Symbol.iterator]=function(){return {next:function(){while(true){}},"
                        + "return:function(){response.end('r')}}}; Promise.all(it)",
                "try{({get x(){while(true){}}}).x}catch(e){response.end('c')}",
                "new Promise(function(){while(true){}}).catch(function(){response.end('c')})",
                "function a(n){n>0&&(a(n-1),a(n-1))} a(200); response.end('no')",
                "var s='function f0(){}';for(var i=1;i<60;i++)s+='function f'+i+'(){f'+(i-1)+'();f'+(i-1)+'()}';"
                        + "eval(s+'f59()'); response.end('no')",
                "setTimeout(function(){},60000)",
                "context.http.request({url:'http://silent/'})"
            })
    void nothingOutlivesTheWallLimit(String body) throws Exception {
        bench.wallMs = 300;
        TestClient client = new TestClient();
        client.silent = true;
        bench.client = client;
        Bench.Run run = bench.run(body).closed();
        assertEquals("wall time limit exceeded (300 ms)", run.failure());
        assertEquals(Kind.QUOTA, run.exchange().failure.kind());
        assertEquals("", run.text());
    }

    @Test
    @Tag("J3.11")
    void handlerThatEndsNothingIsAnsweredAtOnce() throws Exception {
        Bench.Run run = bench.run("");
        assertEquals("the handler finished without ending the response", run.failure());
        assertEquals(Kind.QUOTA, run.exchange().failure.kind());
    }

    @Test
    @Tag("J3.12")
    void callsAfterTheEndAreIgnoredWithOneWarning() throws Exception {
        Bench.Run run = bench.run(
                        "response.end('1'); response.end('2'); response.write('3'); response.setHeader('a','b')")
                .closed();
        assertEquals("1", run.text());
        assertEquals(1, run.host().warnings());
    }

    @Test
    @Tag("J3.13")
    void timersGoOnAfterTheEnd() throws Exception {
        Bench.Run run =
                bench.run("setTimeout(function(){context.storage.setItem('delayed','true')},150); response.end('ok')");
        assertEquals("ok", run.text());
        run.closed();
        assertEquals("true", bench.store.committed().get("delayed").value());
    }

    @Test
    @Tag("J3.14")
    void timersDoNotOutliveTheLimit() throws Exception {
        bench.wallMs = 200;
        Bench.Run run =
                bench.run("setTimeout(function(){context.storage.setItem('delayed','true')},5000); response.end('ok')");
        run.closed();
        assertEquals("ok", run.text());
        assertFalse(bench.store.committed().containsKey("delayed"));
        assertTrue(run.host().logText().contains("wall time limit"), run.host().logText());
    }

    @Test
    @Tag("J3.16")
    void functionsWorkWithoutReceiver() throws Exception {
        assertEquals(
                "ok",
                bench.run("var h=request.handleFormRequest, g=context.storage.getItem, e=response.end; g('x'); e('ok')")
                        .text());
    }

    @ParameterizedTest
    @Tag("J3.18")
    @CsvSource(
            delimiter = '|',
            value = {
                "setTimeout(function(){o.push('t');end()},0);Promise.resolve().then(function(){o.push('p')})|p,t",
                "setTimeout(function(){o.push(2);end()},20);setTimeout(function(){o.push(1)},10)|1,2",
                "setImmediate(function(){o.push(1);setImmediate(function(){o.push(3);end()});"
                        + "Promise.resolve().then(function(){o.push('m')})});setImmediate(function(){o.push(2)})|1,m,2,3",
                "var stop=false;setTimeout(function(){stop=true;end()},20);(function f(){if(!stop)setImmediate(f)})();"
                        + "o.push('fair')|fair"
            })
    void callbacksRunInOrder(String body, String expected) throws Exception {
        assertEquals(
                expected,
                bench.run("var o=[];function end(){response.end(o.join())}" + body)
                        .text());
    }

    @Test
    @Tag("J3.19")
    void errorAfterTheEndIsOnlyLogged() throws Exception {
        Bench.Run run = bench.run("setTimeout(function(){context.storage.setItem('on','1')},1);"
                        + "response.end('a'); throw new Error('x')")
                .closed();
        assertNull(run.failure());
        assertEquals("a", run.text());
        assertTrue(run.host().logText().contains("ERROR Error: x"), run.host().logText());
        assertEquals("1", bench.store.committed().get("on").value());
    }

    @Test
    void rejectionThatNobodyHandlesIsLogged() throws Exception {
        Bench.Run run = bench.run("Promise.reject(new Error('nobody'));"
                        + "Promise.reject(new Error('somebody')).catch(function(){}); response.end('ok')")
                .closed();
        assertEquals("ok", run.text());
        assertTrue(run.host().logText().contains("unhandled promise rejection: Error: nobody"));
        assertFalse(run.host().logText().contains("somebody"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "(function f(){f()})()|InternalError: Exceeded maximum stack depth",
                "(function f(){[1].map(f)})()|RangeError: too many nested calls",
                "var o={toString:function(){return ''+o}};''+o|RangeError: too many nested calls",
                "(function f(){[2,1].sort(f)})()|RangeError: too many nested calls",
                "var a=[];for(var i=0;i<50000;i++)a=[a];JSON.stringify(a)|"
            })
    void runawayRecursionEndsTheInstanceOnly(String body, String failure) throws Exception {
        Bench.Run run = bench.run(body);
        String expected = failure == null ? "" : failure.startsWith("Internal") ? Bench.Settings.TOO_DEEP : failure;
        assertTrue(run.failure().startsWith(expected), run.failure());
        assertEquals("up", bench.run("response.end('up')").text());
    }

    @ParameterizedTest
    @Tag("J9.2")
    @ValueSource(
            strings = {
                "(function f(){[1].map(f)})()",
                "(function f(){[2,1].sort(f)})()",
                "(function f(){'a'.replace(/a/,f)})()",
                "JSON.parse('[[[[1]]]]',function f(){JSON.parse('[[[[1]]]]',f)})",
                "var o={toString:function(){return ''+o}};''+o",
                "var p=new Proxy({},{get:function(t,k,r){return r.x}});p.x",
                "(function f(){context.storage.lockExecute(f)})()",
                "var a=[];for(var i=0;i<50000;i++)a=[a];JSON.stringify(a)",
                "var a=[];for(var i=0;i<50000;i++)a=[a];''+a",
                "JSON.parse(new Array(100000).join('['))"
            })
    void recursionThroughNativeFunctionsCanBeCaught(String recursion) throws Exception {
        Bench.Run run = bench.run("try{" + recursion + "}catch(e){response.end(e.name+(e instanceof RangeError))}");
        assertEquals("RangeErrortrue", run.text());
        assertFalse(bench.store.isLocked());
    }

    @Test
    @Tag("J9.2")
    void recursionLosesNoWorker() throws Exception {
        Program program = bench.load(Bench.handler("(function f(){[1].map(f)})()"));
        for (int i = 0; i < 100; i++) {
            assertEquals(
                    "RangeError: too many nested calls",
                    bench.send(program, TestExchange.get()).failure());
        }
        assertTrue(bench.engine.liveThreads() <= 4);
        assertEquals(
                "100",
                bench.run("function f(n){return n?[1].map(function(){return f(n-1)+1})[0]:0} response.end(''+f(100))")
                        .text());
    }

    @ParameterizedTest
    @Tag("J9.3")
    @ValueSource(
            strings = {
                "new ArrayBuffer(1e10)",
                "'x'.repeat(1e9)",
                "'x'.padEnd(1e9)",
                "'x'.padStart(1e9)",
                "new Array(1e9).join('x')",
                "String(new Array(1e9))"
            })
    void hugeObjectIsARangeError(String huge) throws Exception {
        assertEquals(
                "RangeError",
                bench.run("try{" + huge + ";response.end('made')}catch(e){response.end(e.name)}")
                        .text());
    }

    @Test
    void timersHaveALimit() throws Exception {
        assertEquals(
                "RangeError1000",
                bench.run("var n=0;function f(){} try{for(;;){setTimeout(f,1);n++}}catch(e){response.end(e.name+n)}")
                        .text());
    }

    @Test
    @Tag("J9.9")
    void streamEndsWithTheLimit() throws Exception {
        bench.wallMs = 350;
        Bench.Run run = bench.run("response.setHeader('Content-Type','text/event-stream');"
                        + "(function tick(){response.write('data: x\\n\\n');setTimeout(tick,100)})()")
                .closed();
        assertEquals(Outcome.FAILED, run.exchange().await());
        assertTrue(run.text().startsWith("data: x\n\n"), run.text());
        assertEquals("wall time limit exceeded (350 ms)", run.failure());
    }

    @Test
    void recursionOfPlainFunctionsCanBeCaughtAndMayBeDeep() throws Exception {
        assertEquals(
                Bench.Settings.TOO_DEEP.split(":")[0],
                bench.run("try{(function f(){f()})()}catch(e){response.end(e.name)}")
                        .text());
        assertEquals(
                "5000",
                bench.run("function f(n){return n?f(n-1)+1:0} response.end(''+f(5000))")
                        .text());
    }

    @Test
    void clientThatLeavesBeforeTheFirstByteDoesNotStopTheInstance() throws Exception {
        TestExchange exchange = TestExchange.get();
        Bench.Run run = bench.start(
                bench.load(Bench.handler(
                        "setTimeout(function(){context.storage.setItem('done','1');" + "response.end('x')},100)")),
                exchange);
        exchange.clientLeaves();
        run.closed();
        assertEquals("1", bench.store.committed().get("done").value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"setTimeout(function(){},60000)", "while(true){}", "while(response.write('b')){}"})
    void clientThatLeavesMidwayEndsTheInstance(String rest) throws Exception {
        TestExchange exchange = TestExchange.get();
        Bench.Run run = bench.start(bench.load(Bench.handler("response.write('a');" + rest)), exchange);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!exchange.isCommitted() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        exchange.clientLeaves();
        run.closed();
        assertNull(run.failure());
    }

    @Test
    void programThatIsClosedStartsNothing() throws Exception {
        Program program = bench.load(Bench.handler("response.end()"));
        program.close();
        Bench.Run run = bench.send(program, TestExchange.get());
        assertEquals(Kind.UNAVAILABLE, run.exchange().failure.kind());
    }

    @Test
    void manyWaitingInstancesHoldNoThreads() throws Exception {
        Program program = bench.load(Bench.handler("setTimeout(function(){response.end('w')},300)"));
        Bench.Run[] runs = new Bench.Run[100];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = bench.start(program, TestExchange.get());
        }
        for (Bench.Run run : runs) {
            assertEquals(Outcome.SENT, run.exchange().await());
            run.closed();
        }
        assertTrue(bench.engine.liveThreads() <= 32);
    }
}
