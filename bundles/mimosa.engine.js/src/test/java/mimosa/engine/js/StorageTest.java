package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException;
import mimosa.api.engine.Program;
import mimosa.testing.TestClient;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageTest {
    private static final String PRELUDE = "var s=context.storage,o=[];function all(k,v){o.push(k+v)}";

    private final Bench bench = new Bench();

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private Bench.Run run(String body) throws Exception {
        return bench.run(PRELUDE + body);
    }

    @ParameterizedTest
    @Tag("J7.1")
    @Tag("J7.2")
    @Tag("J7.3")
    @Tag("J7.4")
    @Tag("J7.5")
    @Tag("J7.7")
    @Tag("J7.10")
    @CsvSource(
            delimiter = '|',
            value = {
                "s.setItem('a',5); s.setItem('b',{}); response.end(s.getItem('a')+s.getItem('b')+s.getItem('zz'))"
                        + "|5[object Object]null",
                "s.setItem('a',1);s.setItem('b',2);s.setItem('c',3);s.setItem('a',9);s.eachItem(all);response.end(o.join())"
                        + "|a9,b2,c3",
                "s.setItem('a',1);s.setItem('b',2);s.removeItem('a');s.setItem('a',3);"
                        + "s.eachItem(function(k,v){all(k,v);s.setItem('d',4)});response.end(o.join())|b2,a3",
                "s.setItemWithTag('k','1','t');s.setItem('k','2');s.eachItemByTag('t',all);"
                        + "response.end(o.length+s.getItem('k'))|02",
                "s.setItemWithTag('k','1','t');s.setItemWithTag('k','1','u');s.removeItemsByTag('t');"
                        + "s.eachItemByTag('u',all);response.end(o.join())|k1",
                "['',undefined,{},null].forEach(function(k){try{s.setItem(k,1)}catch(e){o.push(e.name)}"
                        + "o.push(s.getItem(k));s.removeItem(k)});response.end(o.join())"
                        + "|TypeError,,TypeError,,TypeError,,TypeError,",
                "s.setItem(5,'five');s.setItem(true,'t');response.end(s.getItem('5')+s.getItem('true'))|fivet",
                "try{s.setItemWithTag('k','v',5)}catch(e){response.end(e.name)}|TypeError",
                "try{s.lockExecute(5)}catch(e){response.end(e.name)}|TypeError",
                "response.end(typeof s.query+typeof s.getItem('none'))|undefinedobject",
                "try{s.eachItem(function(){})}finally{s.setItem('x',1);"
                        + "try{s.eachItem(function(){throw new Error('cb')})}catch(e){response.end(e.message)}}|cb"
            })
    void storageWorks(String body, String expected) throws Exception {
        Bench.Run run = run(body);
        assertNull(run.failure());
        assertEquals(expected, run.text());
    }

    @Test
    @Tag("J7.6")
    void exceededLimitIsAnErrorOfItsOwnName() throws Exception {
        assertEquals(
                "QuotaExceededErrorQuotaExceededErrortrue",
                run("var r='';try{s.setItem('a',new Array(5*1024*1024+2).join('x'))}catch(e){r+=e.name}"
                                + "try{s.setItem(new Array(1026).join('k'),1)}catch(e){r+=e.name+(e instanceof Error)}"
                                + "response.end(r)")
                        .text());
        assertEquals(0, bench.store.committed().size());
    }

    @Test
    void storeThatCannotWriteIsAStorageError() throws Exception {
        bench.store.writeFailure = new MimosaException(MimosaException.Kind.STORAGE, "disk full");
        assertEquals(
                "StorageError: disk full",
                run("try{s.setItem('a',1)}catch(e){response.end(String(e))}").text());
    }

    @Test
    @Tag("J7.8")
    void anyTextRoundTrips() throws Exception {
        run("s.setItem('\\u0000\\ud800','\\udfff');response.end()");
        assertEquals(
                "true",
                run("response.end(String(s.getItem('\\u0000\\ud800')==='\\udfff'))")
                        .text());
    }

    @Test
    @Tag("J7.18")
    void lockMakesACounterExact() throws Exception {
        Program program = bench.load(Bench.handler("context.storage.lockExecute(function(){var s=context.storage;"
                + "s.setItem('n',Number(s.getItem('n')||0)+1)});response.end()"));
        List<Bench.Run> runs = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            runs.add(bench.start(program, TestExchange.get()));
        }
        for (Bench.Run run : runs) {
            run.exchange().await();
            assertNull(run.failure());
        }
        assertEquals("200", bench.store.committed().get("n").value());
    }

    @Test
    @Tag("J7.19")
    void exceptionRollsBack() throws Exception {
        run("s.setItem('x','1');response.end()");
        assertEquals(
                "e1",
                run("try{s.lockExecute(function(){s.setItem('x','2');throw new Error('e')})}"
                                + "catch(e){response.end(e.message+s.getItem('x'))}")
                        .text());
    }

    @Test
    @Tag("J7.20")
    void quotaInsideTheLockRollsBackAndFreesIt() throws Exception {
        run("s.setItem('x','1');response.end()");
        bench.wallMs = 300;
        assertEquals(
                "wall time limit exceeded (300 ms)",
                run("s.lockExecute(function(){s.setItem('x','2'); while(true){}})")
                        .closed()
                        .failure());
        bench.wallMs = 10_000;
        assertEquals(
                "1",
                run("s.lockExecute(function(){response.end(s.getItem('x'))})").text());
        assertFalse(bench.store.isLocked());
    }

    @ParameterizedTest
    @Tag("J7.21")
    @CsvSource(
            delimiter = '|',
            value = {
                "response.end(s.lockExecute(function(){s.setItem('x','3');"
                        + "return s.lockExecute(function(){return s.getItem('x')})}))|3|3",
                "s.lockExecute(function(){try{s.lockExecute(function(){s.setItem('x','4');throw 1})}catch(e){}});"
                        + "response.end(s.getItem('x'))|4|4",
                "try{s.lockExecute(function(){s.lockExecute(function(){s.setItem('x','5')});throw 1})}catch(e){}"
                        + "response.end(String(s.getItem('x')))|null|"
            })
    void nestedLockJoinsTheOuterOne(String body, String answer, String stored) throws Exception {
        assertEquals(answer, run(body).text());
        assertEquals(
                stored,
                bench.store.committed().containsKey("x")
                        ? bench.store.committed().get("x").value()
                        : null);
    }

    @Test
    @Tag("J7.22")
    void othersReadTheOldStateAndWriteAfterwards() throws Exception {
        run("s.setItem('x','old');response.end()");
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        bench.onLog = text -> {
            inside.countDown();
            assertDoesNotThrow(() -> mayGoOn.await(10, TimeUnit.SECONDS));
        };
        Bench.Run holder = bench.start(
                bench.load(Bench.handler("context.storage.lockExecute(function(){context.storage.setItem('x','new');"
                        + "console.log('inside')});response.end('A')")),
                TestExchange.get());
        assertTrue(inside.await(10, TimeUnit.SECONDS));
        Bench.Run writer = bench.start(
                bench.load(Bench.handler("context.storage.setItem('y','1');response.end('C')")), TestExchange.get());
        assertEquals("old", run("response.end(s.getItem('x'))").text());
        assertFalse(writer.exchange().done.isDone());
        mayGoOn.countDown();
        writer.exchange().await();
        holder.exchange().await();
        assertEquals("A", holder.text());
        assertEquals("C", writer.text());
    }

    @ParameterizedTest
    @Tag("J7.23")
    @CsvSource(
            delimiter = '|',
            value = {
                "try{s.lockExecute(function(){response.end('no'); throw 1})}catch(e){response.end('yes')}|yes|200",
                "try{s.lockExecute(function(){response.statusCode=500;response.setHeader('a','b');response.write('no');"
                        + "throw 1})}catch(e){response.end('yes')}|yes|200",
                "s.lockExecute(function(){response.statusCode=201;response.write('a')});response.end('b')|ab|201",
                "s.lockExecute(function(){response.end('in')});response.end('out')|in|200"
            })
    void outputInsideTheLockIsHeldUntilTheCommit(String body, String text, int status) throws Exception {
        Bench.Run run = run(body);
        assertNull(run.failure());
        assertEquals(text, run.text());
        assertEquals(status, run.exchange().status);
    }

    @Test
    void outboundCallInsideTheLockIsHeldUntilTheCommit() throws Exception {
        TestClient client = new TestClient();
        bench.client = client;
        assertEquals(
                "true",
                run("try{s.lockExecute(function(){context.http.request({url:'http://no/'});throw 1})}catch(e){}"
                                + "s.lockExecute(function(){context.http.request({url:'http://yes/',success:function(){"
                                + "response.end('true')}})})")
                        .text());
        assertEquals(1, client.sent.size());
        assertEquals("http://yes/", client.sent.get(0).url());
    }

    @Test
    void promiseReturnedFromTheLockIsNotAwaited() throws Exception {
        Bench.Run run = run("var p=s.lockExecute(function(){return Promise.resolve(1)});"
                        + "response.end(String(p instanceof Promise))")
                .closed();
        assertEquals("true", run.text());
        assertEquals(1, run.host().warnings());
    }
}
