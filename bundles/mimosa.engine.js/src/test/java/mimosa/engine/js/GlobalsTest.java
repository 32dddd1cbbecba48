package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import mimosa.api.engine.Host.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GlobalsTest {
    private static final String ABSENT =
            "require process Buffer __dirname __filename module exports define fs path http"
                    + " net dgram crypto child_process global fetch XMLHttpRequest localStorage sessionStorage WebSocket window"
                    + " self document navigator chrome Worker importScripts postMessage MessageChannel MutationObserver"
                    + " requestAnimationFrame Deno Bun URL URLSearchParams Headers Request Response Blob Event CustomEvent"
                    + " AbortController performance atob btoa WebAssembly SharedArrayBuffer Atomics Packages java javax org com"
                    + " edu getClass JavaAdapter JavaImporter importClass importPackage Continuation With Call Script print load"
                    + " quit spawn sync defineClass loadClass readFile readUrl runCommand seal version gc environment XML XMLList"
                    + " Namespace QName isXMLName JavaException CallSite Iterator StopIteration uneval";

    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench();
    }

    @AfterAll
    static void close() throws Exception {
        bench.close();
    }

    @Test
    @Tag("J2.1")
    void namesOfOtherHostsAndOfTheEngineAreAbsent() throws Exception {
        Bench.Run run = bench.run("response.end('" + ABSENT + "'.split(' ').filter(function(n){"
                + "return eval('typeof '+n)!=='undefined'}).join()+'.')");
        assertEquals(".", run.text());
    }

    @Test
    @Tag("J2.2")
    void setIntervalIsThereOnlyWhenConfigured() throws Exception {
        assertEquals("undefined", bench.run("response.end(typeof setInterval)").text());
        Bench with = new Bench(new Bench.Settings(5000, true, 2, 4, 1024));
        assertEquals(
                "function3",
                with.run("var n=0,t=setInterval(function(){if(++n===3){clearInterval(t);"
                                + "response.end(typeof setInterval+n)}},1)")
                        .text());
        with.close();
    }

    static Stream<Arguments> programs() {
        return Stream.of(
                Arguments.of("setTimeout(function(a,b){response.end(a+b)},5,'x','y')", "xy"),
                Arguments.of("setImmediate(function(a,b){response.end(a+b)},'x','y')", "xy"),
                Arguments.of(
                        "globalThis.setTimeout=function(f){return setImmediate(f)};"
                                + "setTimeout(function(){response.end('k')},9)",
                        "k"),
                Arguments.of(
                        "var t=setTimeout(function(){response.end('a')},10); clearTimeout(t); clearTimeout(99);"
                                + " clearTimeout(); setTimeout(function(){response.end('b')},30)",
                        "b"),
                Arguments.of(
                        "var t=setImmediate(function(){response.end('a')}); clearImmediate(t); response.end('b')", "b"),
                Arguments.of("try{setTimeout(5)}catch(e){response.end(e.name)}", "TypeError"),
                Arguments.of("try{for(;;)setTimeout(function(){},1)}catch(e){response.end(e.name)}", "RangeError"),
                Arguments.of("queueMicrotask(function(){response.end('m')})", "m"),
                Arguments.of("response.end(Duktape.enc('base64','hé'))", "aMOp"),
                Arguments.of("response.end(Duktape.enc('hex',new Uint8Array([1,255])))", "01ff"),
                Arguments.of(
                        "var u=Duktape.dec('base64','aMOp');"
                                + "response.end(String(u instanceof Uint8Array)+u.length+new TextDecoder().decode(u))",
                        "true3hé"),
                Arguments.of(
                        "var r='';[['rot','x'],['hex','0'],['base64','%']].forEach(function(a){"
                                + "try{Duktape.dec(a[0],a[1])}catch(e){r+=e.name}}); response.end(r+Duktape.version)",
                        "TypeErrorTypeErrorTypeError20700"),
                Arguments.of("response.end(new TextEncoder().encode('\\ud800é').join())", "239,191,189,195,169"),
                Arguments.of(
                        "var r='';try{new TextDecoder('latin1')}catch(e){r+=e.name}"
                                + "try{new TextDecoder('utf8',{fatal:true}).decode(new Uint8Array([255]))}catch(e){r+=e.name}"
                                + "response.end(r+new TextDecoder().decode(new Uint8Array([239,187,191,65])))",
                        "RangeErrorTypeErrorA"),
                Arguments.of(
                        "var n=setTimeout; response.end(n.name+n.length+typeof n.call+('prototype' in n)+n.getClass)",
                        "setTimeout2functionfalseundefined"));
    }

    @ParameterizedTest
    @MethodSource("programs")
    @Tag("J2.3")
    @Tag("J2.4")
    @Tag("J2.5")
    @Tag("J2.6")
    @Tag("J2.7")
    void globalFunctionWorks(String body, String expected) throws Exception {
        Bench.Run run = bench.run(body);
        assertNull(run.failure());
        assertEquals(expected, run.text());
    }

    @Test
    @Tag("J2.8")
    void consoleWritesOneRecordACall() throws Exception {
        Bench.Run run = bench.run("console.log('a\\nb',{x:1},[1,undefined],new Date(0)); response.end()")
                .closed();
        assertEquals(1, run.host().log.size());
        assertEquals(Level.INFO, run.host().log.get(0).level());
        assertEquals(
                "a\nb {\"x\":1} [1,undefined] \"1970-01-01T00:00:00.000Z\"",
                run.host().log.get(0).text());
    }

    @Test
    void consoleNeverThrows() throws Exception {
        Bench.Run run = bench.run(
                        "var c={get g(){throw new Error('no')}};c.c=c;var d={};for(var p=d,i=0;i<20;i++)p=p.n={};"
                                + "console.error(c,d,Symbol('s'),new Error('e'),null,undefined,function(){});"
                                + "console.log(new Proxy({},{ownKeys:function(){throw 1}}));console.debug();response.end('ok')")
                .closed();
        assertEquals("ok", run.text());
        assertEquals(3, run.host().log.size());
        String text = run.host().log.get(0).text();
        assertTrue(text.startsWith("{\"g\":\"[threw Error: no]\",\"c\":\"[Circular]\"} "), text);
        assertTrue(text.contains("Error: e\n    at index.js:1"), text);
    }

    @Test
    @Tag("J2.9")
    void useOfAnAbsentNameIsAnErrorWithItsPosition() throws Exception {
        Bench.Run run = bench.run("require('fs')");
        assertTrue(run.failure().contains("require"), run.failure());
        assertTrue(run.host().logText().contains("index.js:1"), run.host().logText());
    }
}
