package mimosa.itests;

import static mimosa.itests.JavaScriptCase.handler;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What mim authors may rely on of {@code context.storage}, called over HTTP. */
class StorageContractTest {
    /** Of all that one mim stores, so that a test need not write the 256 MiB of the default. */
    private static final int TOTAL = 20 * 1024 * 1024;

    /** What a handler begins with: its store, empty, and a place for results. */
    private static final String EMPTY = "var s=context.storage, o=[]; s.eachItem(function(k){s.removeItem(k)});\n";

    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.create("storage", Map.of("mimosa.storage", "totalBytes = " + TOTAL));
        node.run();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"storage", "limits", "queries", "files"})
    void holds(JavaScriptCase c) {
        c.check(node);
    }

    static Stream<JavaScriptCase> storage() {
        String s = "var s=context.storage, o=[];";
        return Stream.of(
                handler(
                                "J7.1",
                                "values are strings",
                                s + "s.setItem('a',5); s.setItem('b',{});"
                                        + " response.end(s.getItem('a')+s.getItem('b')+s.getItem('zz'))")
                        .answers("5[object Object]null"),
                handler(
                                "J7.2",
                                "insertion order holds when a value changes",
                                s + "s.removeItem('a'); s.removeItem('b'); s.removeItem('data');"
                                        + " s.setItem('a','1'); s.setItem('b','2'); s.setItem('c','3');"
                                        + " s.setItem('a','9'); s.eachItem(function(k,v){o.push(k+v)}); response.end(o.join())")
                        .answers("a9,b2,c3"),
                handler(
                                "J7.3",
                                "eachItem sees a snapshot",
                                s + "s.eachItem(function(k){s.removeItem(k)}); s.setItem('a','1'); s.setItem('b','2');"
                                        + " s.removeItem('a'); s.setItem('a','3');"
                                        + " s.eachItem(function(k){o.push(k); s.setItem('d','4')});"
                                        + " s.removeItem('d'); response.end(o.join())")
                        .answers("b,a"),
                handler(
                                "J7.4",
                                "setItem clears a tag",
                                s + "s.setItemWithTag('k','1','t'); s.setItem('k','2');"
                                        + " s.eachItemByTag('t',function(k){o.push(k)}); response.end(o.length+s.getItem('k'))")
                        .answers("02"),
                handler(
                                "J7.5",
                                "removing a tag spares what has another one",
                                s + "s.setItemWithTag('k','1','t'); s.setItemWithTag('k','1','u');"
                                        + " s.removeItemsByTag('t');"
                                        + " s.eachItemByTag('u',function(k){o.push(k)}); response.end(o.join())")
                        .answers("k"),
                handler(
                                "J7.7",
                                "an illegal key is a TypeError on set and null on get",
                                s
                                        + "['',undefined,{}].forEach(function(k){try{s.setItem(k,'1')}catch(e){o.push(e.name)};"
                                        + " o.push(s.getItem(k))}); response.end(o.map(String).join())")
                        .answers("TypeError,null,TypeError,null,TypeError,null"),
                handler(
                                "J7.8",
                                "any text round-trips",
                                s + "if (request.url==='/w') { s.setItem('\\u0000\\ud800','\\udfff'); response.end(); }"
                                        + " else response.end(String(s.getItem('\\u0000\\ud800')==='\\udfff'))")
                        .call("GET", "/w")
                        .call("GET", "/r")
                        .answers("true"),
                handler("J7.10", "there is no query", "response.end(typeof context.storage.query)")
                        .answers("undefined"),
                handler(
                                "J7.19",
                                "an exception rolls back",
                                s + "s.setItem('x','1'); var m=''; try{s.lockExecute(function(){s.setItem('x','2');"
                                        + " throw new Error('e')})}catch(e){m=e.message} response.end(m+s.getItem('x'))")
                        .answers("e1"),
                handler(
                                "J7.21",
                                "a nested lock joins the outer one",
                                s + "response.end(s.lockExecute(function(){s.setItem('x','3');"
                                        + " return s.lockExecute(function(){return s.getItem('x')})}))")
                        .answers("3"),
                handler(
                                "J7.23",
                                "an answer inside a rolled back lock can be repeated",
                                s
                                        + "try{s.lockExecute(function(){response.end('no'); throw 1})}catch(e){response.end('yes')}")
                        .answers("yes"),
                handler(
                                "seed",
                                "lockExecute transfers all or nothing",
                                s + "s.setItem('from','10'); s.setItem('to','0'); function move(n){"
                                        + "s.lockExecute(function(){ s.setItem('from',String(s.getItem('from')-n));"
                                        + " if (s.getItem('from')<0) throw new Error('insufficient');"
                                        + " s.setItem('to',String(Number(s.getItem('to'))+n)) })}"
                                        + " move(4); try{move(7)}catch(e){o.push(e.message)}"
                                        + " response.end(o.concat(s.getItem('from'),s.getItem('to')).join())")
                        .answers("insufficient,6,4"));
    }

    static Stream<JavaScriptCase> limits() {
        return Stream.of(
                handler(
                                "J7.6",
                                "a value over the limit changes nothing",
                                EMPTY
                                        + """
                                        s.setItem('q', 'old');
                                        try { s.setItem('q', 'x'.repeat(5 * 1024 * 1024 + 1)); }
                                        catch (e) { response.end(e.name + ' ' + /valueBytes/.test(e.message) + s.getItem('q')); }
                                        """)
                        .answers("QuotaExceededError trueold"),
                handler(
                                "J7.6",
                                "a key over the limit changes nothing",
                                EMPTY
                                        + """
                                        s.setItem('k'.repeat(1024), 'longest');
                                        try { s.setItem('k'.repeat(1025), '1'); }
                                        catch (e) { o.push(e.name, /keyBytes/.test(e.message)); }
                                        s.eachItem(function (k, v) { o.push(k.length, v); });
                                        response.end(o.join());
                                        """)
                        .answers("QuotaExceededError,true,1024,longest"),
                handler(
                                "J7.6",
                                "an item that would exceed the whole store changes nothing",
                                EMPTY
                                        + """
                                        var mebibytes = 'x'.repeat(5 * 1024 * 1024 - 1024), n = 0;
                                        try { for (; n < 10; n++) s.setItem('f' + n, mebibytes); }
                                        catch (e) { o.push(e.name, /totalBytes/.test(e.message), n, s.getItem('f' + n)); }
                                        s.eachItem(function (k, v) { o.push(k + v.length); });
                                        s.eachItem(function (k) { s.removeItem(k); });
                                        response.end(o.map(String).join());
                                        """)
                        .answers("QuotaExceededError,true,4,null,f05241856,f15241856,f25241856,f35241856"));
    }

    static Stream<JavaScriptCase> queries() {
        String users = EMPTY
                + """
                for (var i = 1; i <= 30; i++) s.setItemWithTag('u' + i, JSON.stringify({ name: 'n' + i, age: i }), 'users');
                s.setItemWithTag('bad', 'not json', 'users');
                function adults(offset) {
                  s.getJsonItemsPaginated(offset, 10, function (items, total) {
                    response.end(items.map(function (user) { return user.age; }).join() + ' of ' + total);
                  }, { tag: 'users', filters: [{ jsonPath: '$.age', comparisonOperator: '>', value: '18' }] });
                }
                """;
        String matches = EMPTY
                + """
                function matches(json, path, operator, value) {
                  s.setItem('one', json);
                  var found;
                  s.getJsonItemsPaginated(0, 1, function (items, total) { found = total === 1 ? 'yes' : 'no'; },
                    { filters: [{ jsonPath: path, comparisonOperator: operator, value: value }] });
                  return found;
                }
                var operators = ['=', '==', '!=', '>', '>=', '<', '<='];
                """;
        return Stream.of(
                handler("J7.11", "a page of the items that match", users + "adults(0);")
                        .answers("19,20,21,22,23,24,25,26,27,28 of 12"),
                handler("J7.12", "the last page has the rest", users + "adults(10);")
                        .answers("29,30 of 12"),
                handler(
                                "J7.13",
                                "items in order, those without the value last",
                                EMPTY
                                        + """
                                        [{ ts: 9 }, { n: 'none' }, { ts: 10 }, { ts: 100 }].forEach(function (item, i) {
                                          s.setItem('k' + i, JSON.stringify(item));
                                        });
                                        s.getJsonItemsPaginated(0, 10, function (items) {
                                          response.end(items.map(function (item) { return item.ts || item.n; }).join());
                                        }, { orderBy: [{ jsonPath: '$.ts', order: -1 }] });
                                        """)
                        .answers("100,10,9,none"),
                handler(
                                "J7.14",
                                "a number is compared with a decimal text as a number",
                                matches
                                        + """
                                        response.end(operators.map(function (operator) {
                                          return matches('{"age":18}', '$.age', operator, '18');
                                        }).join(' '));
                                        """)
                        .answers("yes yes no no yes no yes"),
                handler(
                                "J7.15",
                                "a missing path matches no operator",
                                matches
                                        + """
                                        response.end(operators.map(function (operator) {
                                          return matches('{"b":5}', '$.a', operator, '1') + matches('{"a":5}', '$.a.b', operator, '1');
                                        }).join(' '));
                                        """)
                        .answers("nono nono nono nono nono nono nono"),
                handler(
                                "J7.16",
                                "a path or operator that is not supported is named",
                                matches
                                        + """
                                        var paths = ['$..a', '$.*', '$[?(@.a)]', '$[-1]', '$.' + 'a'.repeat(255), '$' + '.a'.repeat(33)];
                                        function refused(path, operator, named) {
                                          try { matches('{}', path, operator, '1'); return 'accepted ' + named; }
                                          catch (e) { return e.name === 'Error' && e.message.indexOf(named) >= 0 ? 'named' : String(e); }
                                        }
                                        paths.forEach(function (path) { o.push(refused(path, '=', path)); });
                                        o.push(refused('$.a', '~', '~'));
                                        o.push(matches('{}', '$.' + 'a'.repeat(254), '=', '1'), matches('{}', '$' + '.a'.repeat(32), '=', '1'));
                                        response.end(o.join());
                                        """)
                        .answers("named,named,named,named,named,named,named,no,no"),
                handler(
                                "J7.17",
                                "a path leads through quoted names and indexes",
                                matches + "response.end(matches('{\"a b\":[7]}', \"$['a b'][0]\", '=', '7'));")
                        .answers("yes"));
    }

    static Stream<JavaScriptCase> files() {
        return Stream.of(
                handler(
                                "J7.26",
                                "a saved file is sent with its type",
                                "context.storage.saveFile('d/f.txt','aGk='); response.writeMimeFile('d/f.txt','text/plain')")
                        .field("Content-Type", "text/plain")
                        .field("Content-Length", "2")
                        .answers("hi"),
                handler(
                                "J7.26",
                                "a file can be deleted again and again and is gone",
                                """
                                var s = context.storage;
                                s.saveFile('d/g.txt', 'aGk=');
                                s.deleteFile('d/g.txt');
                                s.deleteFile('d/g.txt');
                                response.writeMimeFile('d/g.txt', 'text/plain');
                                """)
                        .answers(404, "\"code\":404"),
                handler(
                                "J7.27",
                                "a path cannot leave the file area, and a content is base64",
                                """
                                var o = ['../f', 'a/../../f', 'a\\\\b'].map(function (path) {
                                  try { context.storage.saveFile(path, 'aGk='); return 'saved ' + path; }
                                  catch (e) { return e.name + /illegal path/.test(e.message); }
                                });
                                try { context.storage.saveFile('f', '%%'); } catch (e) { o.push(e.name); }
                                response.end(o.join());
                                """)
                        .answers("Errortrue,Errortrue,Errortrue,TypeError"));
    }

    @Test
    @Tag("J7.9")
    void twoMimsWithTheSameKeySeeTheirOwn() {
        String program = Node.handler("var s=context.storage; if (request.url !== '/') s.setItem('k', request.url);"
                + " response.end(s.getItem('k'))");
        node.serve("mine", program);
        node.serve("yours", program);
        assertEquals("/m", node.get("/api/mine/v1/m").body());
        assertEquals("/y", node.get("/api/yours/v1/y").body());
        assertEquals("/m", node.get("/api/mine/v1").body());
        assertEquals("/y", node.get("/api/yours/v1").body());
    }

    @Test
    @Tag("J7.18")
    void noIncrementUnderTheLockIsLost() {
        node.serve(
                "adder",
                Node.handler("var s=context.storage; if (request.url === '/add') s.lockExecute(function(){"
                        + "s.setItem('n',String(Number(s.getItem('n')||0)+1))}); response.end(s.getItem('n'))"));
        AtomicInteger failed = new AtomicInteger();
        List<Thread> clients = new ArrayList<>();
        for (int client = 0; client < 8; client++) {
            clients.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 200; i++) {
                    if (node.get("/api/adder/v1/add").statusCode() != 200) {
                        failed.incrementAndGet();
                    }
                }
            }));
        }
        clients.forEach(StorageContractTest::join);
        assertEquals(0, failed.get());
        assertEquals("1600", node.get("/api/adder/v1").body());
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @Tag("J7.20")
    void aQuotaInsideTheLockRollsBackAndFreesIt() {
        String program =
                """
                var s = context.storage;
                if (request.url === '/set') { s.setItem('x', '1'); response.end(); }
                else if (request.url === '/loop') s.lockExecute(function () { s.setItem('x', '2'); while (true) {} });
                else s.lockExecute(function () { response.end(s.getItem('x')); });
                """;
        assertEquals(
                200,
                node.deployProgram("looper", Node.handler(program), Map.of("MCM.MAX_EXECUTION_TIME_SEC", "1"))
                        .statusCode());
        assertEquals(200, node.get("/api/looper/v1/set").statusCode());
        HttpResponse<String> stopped = node.get("/api/looper/v1/loop");
        assertEquals(504, stopped.statusCode(), stopped::body);
        assertEquals("1", node.get("/api/looper/v1/read").body());
    }

    /**
     * The writer asks after its own wait what {@code x} is: had it not waited, it would see the old value. How long the
     * lock has to be held for the reader to come in between depends on the machine, so it is held longer until it does.
     */
    @Test
    @Tag("J7.22")
    void readersDoNotWaitForTheLockAndWritersDo() {
        node.serve(
                "locker",
                Node.handler(
                        """
                        var s = context.storage, url = request.url.split('/');
                        if (url[1] === 'reset') { s.setItem('x', 'old'); response.end(); }
                        else if (url[1] === 'hold') {
                          s.lockExecute(function () {
                            s.setItem('x', 'new');
                            console.log('the lock is held');
                            for (var end = Date.now() + Number(url[2]); Date.now() < end;) ;
                          });
                          response.end('released');
                        }
                        else if (url[1] === 'read') response.end(s.getItem('x'));
                        else { console.log('about to write'); s.setItem('y', '1'); response.end(s.getItem('x')); }
                        """));
        for (int heldMs = 500; heldMs <= 8_000; heldMs *= 2) {
            node.get("/api/locker/v1/reset");
            String id = "holder-" + heldMs;
            CompletableFuture<HttpResponse<String>> holder = node.sendAsync("/api/locker/v1/hold/" + heldMs, id);
            node.awaitLog(id, "the lock is held");
            CompletableFuture<HttpResponse<String>> writer = node.sendAsync("/api/locker/v1/write", id + "-writer");
            node.awaitLog(id + "-writer", "about to write");
            String read = node.get("/api/locker/v1/read").body();
            boolean inBetween = !holder.isDone();
            assertEquals("released", holder.join().body());
            assertEquals("new", writer.join().body());
            if (inBetween) {
                assertEquals("old", read);
                return;
            }
        }
        fail("the reader waited for the lock");
    }
}
