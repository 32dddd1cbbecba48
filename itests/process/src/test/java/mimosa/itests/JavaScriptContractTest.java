package mimosa.itests;

import static mimosa.itests.JavaScriptCase.file;
import static mimosa.itests.JavaScriptCase.handler;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What mim authors may rely on, called over HTTP. */
class JavaScriptContractTest {
    private static final String ABSENT =
            "require process Buffer __dirname __filename module exports define fs path http net"
                    + " dgram crypto child_process global fetch XMLHttpRequest localStorage sessionStorage WebSocket window self"
                    + " document navigator chrome Worker importScripts postMessage MessageChannel MutationObserver"
                    + " requestAnimationFrame Deno Bun URL URLSearchParams Headers Request Response Blob Event CustomEvent"
                    + " AbortController performance atob btoa WebAssembly SharedArrayBuffer Atomics Packages java javax org com"
                    + " edu net getClass JavaAdapter JavaImporter importClass importPackage Continuation With Call Script print"
                    + " load quit spawn sync defineClass loadClass readFile readUrl runCommand seal version gc environment XML"
                    + " XMLList Namespace QName isXMLName JavaException CallSite Iterator StopIteration uneval";
    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

    private static final Map<String, String> FORM = Map.of("Content-Type", "multipart/form-data; boundary=b");
    private static final String PARTS =
            """
            --b
            Content-Disposition: form-data; name="a"

            1
            --b
            Content-Disposition: form-data; name="f"; filename="x"

            sixsix
            --b--
            """
                    .replace("\n", "\r\n");

    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.start("javascript");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"language", "modern", "globals", "lifeCycle", "requests", "responses", "context"})
    void holds(JavaScriptCase c) {
        c.check(node);
    }

    static Stream<JavaScriptCase> language() {
        return Stream.of(
                handler("J1.1", "ES5 array functions", "response.end([1,2].map(function(x){return x*2}).join())")
                        .answers("2,4"),
                handler("J1.2", "arrow functions and templates", "const f=(a,b)=>a+b; response.end(`${f(1,2)}`)")
                        .answers("3"),
                handler(
                                "J1.3",
                                "reserved words as names",
                                "var o={delete:function(){return 'ok'}}; response.end(o.delete())")
                        .answers("ok"),
                handler(
                                "J1.5",
                                "patched built-ins are gone in the next request",
                                "if (request.url === '/1') { Array.prototype.zz=1; Object.prototype.yy=2; JSON.parse=null;"
                                        + " response.end(); } else"
                                        + " response.end(String([].zz)+String({}.yy)+typeof JSON.parse)")
                        .call("GET", "/1")
                        .call("GET", "/2")
                        .answers("undefinedundefinedfunction"),
                handler(
                                "J1.6",
                                "built-ins can be patched",
                                "'use strict'; Array.prototype.includes=function(){return 'patched'};"
                                        + " response.end([].includes(1))")
                        .answers("patched"),
                handler(
                                "J1.7",
                                "the global object is this",
                                "response.end(String(Function('return this')()===globalThis))")
                        .answers("true"),
                handler(
                                "J1.8",
                                "errors lead to no Java object",
                                "try{null.x}catch(e){response.end(String(e.javaException)+String(e.rhinoException)"
                                        + "+String(e.getClass))}")
                        .answers("undefinedundefinedundefined"));
    }

    static Stream<JavaScriptCase> modern() {
        return Stream.of(
                file("J1.4", "a class", "class A { f() { return 'a' } }\n" + Node.handler("response.end(new A().f())"))
                        .answers("a"),
                handler(
                                "J1.9",
                                "a const in a loop body",
                                "var s='';for(var i=0;i<3;i++){const x=i;s+=x} response.end(s)")
                        .answers("012"),
                handler(
                                "J1.10",
                                "a let in a loop head that a closure keeps",
                                "var f=[];for(let i=0;i<3;i++)f.push(function(){return i});"
                                        + " response.end(f.map(function(g){return g()}).join())")
                        .answers("0,1,2"),
                file(
                                "modern",
                                "async functions, destructuring and spread",
                                """
                                const call = (context, url) => new Promise((resolve, reject) =>
                                  context.http.request({ url, success: (r) => resolve(r.data), error: (e) => reject(e) }));
                                mimikModule.exports = async (context, request, response) => {
                                  if (request.url === '/inner') return response.end('inner');
                                  const { httpPort, ...rest } = context.info;
                                  const said = [];
                                  for (const part of ['a', 'b']) said.push(() => part);
                                  const answer = await call(context, `127.0.0.1:${httpPort}/api/t/v1/inner`);
                                  response.end([...said.map((f) => f()), answer, rest.serviceType].join());
                                };
                                """)
                        .answers("a,b,inner,api-t"));
    }

    static Stream<JavaScriptCase> globals() {
        return Stream.of(
                handler(
                                "J2.1",
                                "foreign and engine globals are absent",
                                "response.end('" + ABSENT
                                        + "'.split(' ').filter(function(n){return typeof globalThis[n] !== 'undefined'})"
                                        + ".join())")
                        .answers(""),
                handler("J2.2", "setInterval is absent by default", "response.end(typeof setInterval)")
                        .answers("undefined"),
                handler(
                                "J2.3",
                                "setTimeout passes its arguments",
                                "setTimeout(function(a,b){response.end(a+b)},5,'x','y')")
                        .answers("xy"),
                handler(
                                "J2.3",
                                "setImmediate passes its arguments",
                                "setImmediate(function(a,b){response.end(a+b)},'x','y')")
                        .answers("xy"),
                handler(
                                "J2.4",
                                "timers do not depend on each other's bindings",
                                "globalThis.setTimeout=function(f){return setImmediate(f)};"
                                        + " setTimeout(function(){response.end('k')},9)")
                        .answers("k"),
                handler(
                                "J2.5",
                                "clearTimeout clears its timer only",
                                "var t=setTimeout(function(){response.end('a')},10); clearTimeout(t); clearTimeout(99);"
                                        + " setTimeout(function(){response.end('b')},30)")
                        .answers("b"),
                handler("J2.6", "Duktape.enc takes UTF-8 bytes", "response.end(Duktape.enc('base64','h\\u00e9'))")
                        .answers("aMOp"),
                handler(
                                "J2.7",
                                "Duktape.dec gives bytes",
                                "var u=Duktape.dec('base64','aMOp'); response.end(String(u instanceof"
                                        + " Uint8Array)+u.length+new TextDecoder().decode(u))")
                        .answers("true3h\u00e9"),
                handler("J2.9", "require does not exist", "require('fs')").answers(500, "require"));
    }

    static Stream<JavaScriptCase> lifeCycle() {
        return Stream.of(
                file("J3.3", "a syntax error is refused with its place", "function (")
                        .isRefused("index.js:1:", "transpile to ES5"),
                handler("J3.4", "an exception is a 500 without stack", "throw new Error('boom')")
                        .answers(500, "\"code\":500", "\"message\":\"Error: boom\"", "requestId"),
                handler(
                                "J3.6",
                                "an exception in a callback is a 500",
                                "setTimeout(function(){throw new Error('late')},5)")
                        .answers(500, "Error: late"),
                handler("J3.8", "an endless loop ends at the quota", "while(true){}")
                        .env("MCM.MAX_EXECUTION_TIME_SEC", "1")
                        .answers(504, "limit exceeded"),
                handler(
                                "J3.9",
                                "the quota cannot be caught",
                                "try{while(true){}}catch(e){response.end('c')}finally{response.end('f')}")
                        .env("MCM.MAX_EXECUTION_TIME_SEC", "1")
                        .answers(504),
                handler(
                                "J3.10",
                                "an endless promise chain ends at the quota",
                                "Promise.resolve().then(function f(){return Promise.resolve().then(f)})")
                        .env("MCM.MAX_EXECUTION_TIME_SEC", "1")
                        .answers(504),
                handler("J3.11", "a handler that never answers is a 504 at once", "")
                        .answers(504, "the handler finished without ending the response"),
                handler(
                                "J3.12",
                                "only the first end counts",
                                "response.end('1'); response.end('2'); response.write('3'); response.setHeader('a','b')")
                        .answers("1"),
                handler(
                                "J3.16",
                                "functions work without receiver",
                                "var h=request.handleFormRequest, g=context.storage.getItem, e=response.end; g('x');"
                                        + " e('ok')")
                        .answers("ok"),
                handler("J3.17", "OPTIONS goes to the mim", "response.end(request.method)")
                        .call("OPTIONS", "")
                        .answers("OPTIONS"),
                handler(
                                "J3.18",
                                "microtasks come before timers",
                                "setTimeout(function(){o.push('t');if(o.length===2)response.end(o.join())},0); var o=[];"
                                        + " Promise.resolve().then(function(){o.push('p')})")
                        .answers("p,t"),
                handler(
                                "J3.19",
                                "an exception after the answer changes nothing",
                                "response.end('a'); throw new Error('x')")
                        .answers("a"));
    }

    static Stream<JavaScriptCase> requests() {
        String parse = "response.end(String(JSON.parse(request.body).a === '\\u00e9'))";
        String body = "{\"a\":\"\u00e9\"}";
        return Stream.of(
                handler("J4.1", "url has no base path and keeps its query", "response.end(request.url)")
                        .call("GET", "/users?page=1&q=a%2Cb")
                        .answers("/users?page=1&q=a%2Cb"),
                handler("J4.2", "the base path itself is a slash", "response.end(request.url)")
                        .answers("/"),
                handler("J4.2", "a query may follow the base path", "response.end(request.url)")
                        .call("GET", "?x=1")
                        .answers("/?x=1"),
                handler("J4.2", "a path beside the base path is another one", "response.end(request.url)")
                        .call("GET", "0")
                        .answers(404, "no mim at"),
                handler(
                                "J4.3",
                                "headers ignore case",
                                "var h=request.headers; response.end(h['x-api-key']+h['X-API-Key']+h['X-Api-Key']+"
                                        + "(Object.keys(h).indexOf('x-api-key')>=0))")
                        .call("GET", "", Map.of("X-Api-Key", "k"), (String) null)
                        .answers("kkktrue"),
                handler("J4.4", "a JSON body is decoded", parse)
                        .call("POST", "", JSON, body)
                        .answers("true"),
                handler("J4.4", "a text body is decoded", parse)
                        .call("POST", "", Map.of("Content-Type", "text/plain"), body)
                        .answers("true"),
                handler("J4.4", "a form body is a string", parse)
                        .call("POST", "", Map.of("Content-Type", "application/x-www-form-urlencoded"), body)
                        .answers("true"),
                handler("J4.4", "a body without type is decoded", parse)
                        .call("POST", "", Map.of(), body)
                        .answers("true"),
                handler(
                                "J4.5",
                                "a binary body is one character a byte",
                                "response.end(request.body.length+':'+[0,1,2].map(function(i){return"
                                        + " request.body.charCodeAt(i)}).join())")
                        .call("POST", "", Map.of("Content-Type", "application/octet-stream"), new byte[] {
                            0, (byte) 0xff, (byte) 0x80
                        })
                        .answers("3:0,255,128"),
                handler("J4.6", "a body over the cap is refused", "response.end('no')")
                        .call("POST", "", Map.of(), new byte[10 * 1024 * 1024 + 1])
                        .answers(413),
                handler(
                                "J4.7",
                                "body and authorization are always strings",
                                "response.end(typeof request.body + request.body.length + typeof request.authorization)")
                        .answers("string0string"),
                handler(
                                "J4.8",
                                "a form is walked part by part before the call returns",
                                """
                                var o = [];
                                request.handleFormRequest({
                                  found: function (key, filename) {
                                    o.push('found ' + key + ' "' + filename + '"');
                                    return filename ? { action: 'store', path: 'm/x.bin' } : { action: 'get' };
                                  },
                                  get: function (key, value) { o.push('get ' + key + value); },
                                  store: function (path, size) { o.push('store ' + path + ' ' + size); }
                                });
                                response.end(o.join());
                                """)
                        .call("POST", "", FORM, PARTS)
                        .answers("found a \"\",get a1,found f \"x\",store m/x.bin 6"),
                handler(
                                "J4.9",
                                "an action may have a name of its own",
                                """
                                var o = [];
                                request.handleFormRequest({
                                  found: function (key) { return { action: key === 'a' ? 'meta' : 'skip' }; },
                                  get: function () { o.push('get'); },
                                  meta: function (key, value) { o.push('meta ' + key + value); }
                                });
                                response.end(o.join());
                                """)
                        .call("POST", "", FORM, PARTS)
                        .answers("meta a1"),
                handler(
                                "J4.11",
                                "a body can be stored as JSON",
                                "if (request.method==='POST') { var body=request.body;"
                                        + " context.storage.setItem('data',JSON.stringify(body)); response.end('saved'); }"
                                        + " else response.end(context.storage.getItem('data'))")
                        .call("POST", "", JSON, "{}")
                        .call("GET", "")
                        .answers("\"{}\""));
    }

    static Stream<JavaScriptCase> responses() {
        return Stream.of(
                handler("J5.1", "an answer", "response.end(JSON.stringify({message:'Hello from my mim!'}))")
                        .field("Content-Type", "application/json")
                        .answers("{\"message\":\"Hello from my mim!\"}"),
                handler("J5.2", "204 has no body", "response.statusCode=204; response.end('x')")
                        .field("Content-Length", null)
                        .field("Content-Type", null)
                        .answers(204),
                handler(
                                "J5.4",
                                "headers after the first byte are ignored",
                                "response.write('a'); response.setHeader('x','y'); response.end('b')")
                        .field("x", null)
                        .answers("ab"),
                handler("J5.5", "an ArrayBuffer is bytes", "response.end(new Uint8Array([65]).buffer)")
                        .answers("A"),
                handler("J5.7", "a missing file is a 404", "response.writeMimeFile('none','text/plain')")
                        .answers(404, "\"code\":404", "requestId"),
                handler(
                                "J5.8",
                                "a header cannot smuggle another one",
                                "try{response.setHeader('a','b\\r\\nc: d')}catch(e){response.end(e.name)}")
                        .answers("TypeError"),
                handler("J5.10", "a status out of range is a 500", "response.statusCode=700; response.end('x')")
                        .answers(500));
    }

    static Stream<JavaScriptCase> context() {
        return Stream.of(
                handler(
                                "J6.2",
                                "variables are strings",
                                "var e=context.env; response.end([e.A,e.B,e.C,typeof e.A,e['MCM.RUNTIME']].join())")
                        .env("A", "1")
                        .env("B", "true")
                        .env("C", "x")
                        .answers("1,true,x,string,js"),
                handler(
                                "J6.3",
                                "context can be extended",
                                "context.x=1; context.edge.y=2; response.end(String(context.x+context.edge.y))")
                        .answers("3"),
                handler(
                                "J6.4",
                                "there is no mesh",
                                "context.edge.requestBep({code:'x',success:function(){},error:function(e){response.end("
                                        + "e.message)}})")
                        .answers(200, "no mesh"),
                handler("J6.7", "no ml and not thenable", "response.end(typeof context.ml+typeof context.then)")
                        .answers("undefinedundefined"));
    }

    @Test
    @Tag("J3.1")
    void aVariableNeverCountsOn() {
        node.serve("variable", "var n=0; mimikModule.exports=function(c,q,s){n++;s.end(String(n))}");
        assertEquals(Collections.nCopies(20, "1"), twentyAnswers("variable"));
    }

    /** The counter in storage counts on, request by request; a variable never does. */
    @Test
    @Tag("J3.2")
    void theCounterInStorageCountsOn() {
        node.serve(
                "counter",
                Node.handler("var n=Number(context.storage.getItem('n')||0)+1; context.storage.setItem('n',String(n));"
                        + " response.end(String(n))"));
        List<String> expected =
                IntStream.rangeClosed(1, 20).mapToObj(String::valueOf).toList();
        assertEquals(expected, twentyAnswers("counter"));
    }

    private static List<String> twentyAnswers(String mim) {
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(node.get("/api/" + mim + "/v1").body());
        }
        return answers;
    }

    @ParameterizedTest
    @Tag("J3.3")
    @CsvSource(
            delimiter = '|',
            value = {
                "var x=1;|index.js must set mimikModule.exports to a function(context, request, response), found object",
                "mimikModule.exports={}|index.js must set mimikModule.exports to a function(context, request, response)",
                "throw new Error('boom')|index.js failed to load: Error: boom (at index.js:1)",
                "function (|transpile to ES5",
                "while(true){}|index.js did not finish loading within 5000 ms"
            })
    void whatIsRefusedIsNeitherListedNorServed(String program, String message) {
        HttpResponse<String> refused = node.deployProgram("refused", program, Map.of());
        assertEquals(400, refused.statusCode(), refused::body);
        assertTrue(refused.body().contains(message), refused.body());
        assertFalse(node.send(node.management("/mims")).body().contains("api-refused"));
        assertEquals(404, node.get("/api/refused/v1").statusCode());
    }

    @Test
    @Tag("J3.15")
    void aPathWithoutMimIsA404() {
        HttpResponse<String> answer = node.get("/nowhere");
        assertEquals(404, answer.statusCode());
        assertEquals(404, Node.json(answer.body()).path("error").path("code").asInt());
        assertEquals(
                answer.headers().firstValue("X-Request-Id").orElseThrow(),
                Node.json(answer.body()).path("error").path("requestId").asText());
    }
}
