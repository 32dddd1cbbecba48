package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.stream.Stream;
import mimosa.api.engine.Program;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LanguageTest {
    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench();
    }

    @AfterAll
    static void close() throws Exception {
        bench.close();
    }

    static Stream<Arguments> programs() {
        return Stream.of(
                Arguments.of("response.end([1,2].map(function(x){return x*2}).join())", "2,4"),
                Arguments.of("const f=(a,b)=>a+b; response.end(`${f(1,2)}`)", "3"),
                Arguments.of("var o={delete:function(){return 'ok'}}; response.end(o.delete())", "ok"),
                Arguments.of(
                        "'use strict'; Array.prototype.includes=function(){return 'patched'};"
                                + " response.end([].includes(1))",
                        "patched"),
                Arguments.of("response.end(String(Function('return this')()===globalThis))", "true"),
                Arguments.of(
                        "try{null.x}catch(e){response.end(String(e.javaException)+String(e.rhinoException)"
                                + "+String(e.getClass))}",
                        "undefinedundefinedundefined"),
                Arguments.of("var a=Math.random(); response.end(String(a>=0&&a<1&&a!==Math.random()))", "true"),
                Arguments.of("var r=/(a+)b/.exec('xaab'); response.end(r[1])", "aa"),
                Arguments.of("function*g(){yield 1;yield 2} var s='';for(var x of g())s+=x; response.end(s)", "12"),
                Arguments.of("var r=(0,eval)('var q=1;q+1'); response.end(r+typeof q)", "2number"),
                Arguments.of(
                        "var {a,b=2}={a:1}; var o={p:null}; response.end(a+b+String(o.p?.q)+(o.p??'n'))",
                        "3undefinedn"),
                Arguments.of(
                        "response.end(String(Symbol.for('k')===Symbol.for('k'))+Symbol.keyFor(Symbol.for('k')))",
                        "truek"),
                Arguments.of(
                        "Promise.allSettled([Promise.reject(1),2]).then(function(r){"
                                + "response.end(r[0].status+r[1].status)})",
                        "rejectedfulfilled"),
                Arguments.of(
                        "var d=[];Object.getOwnPropertyNames(globalThis).forEach(function(k){"
                                + "var p=Object.getOwnPropertyDescriptor(globalThis,k);"
                                + "if(!p.configurable||!p.writable)d.push(k)}); response.end(d.join())",
                        "NaN,Infinity,undefined"));
    }

    @ParameterizedTest
    @MethodSource("programs")
    @Tag("J1.1")
    @Tag("J1.2")
    @Tag("J1.3")
    @Tag("J1.6")
    @Tag("J1.7")
    @Tag("J1.8")
    void programGivesItsResult(String body, String expected) throws Exception {
        Bench.Run run = bench.run(body);
        assertNull(run.failure());
        assertEquals(200, run.exchange().status);
        assertEquals(expected, run.text());
    }

    @Test
    @Tag("J1.5")
    void patchesOfBuiltInsAreGoneInTheNextRequest() throws Exception {
        Program program = bench.load(Bench.handler("if(request.url==='/patch'){Array.prototype.zz=1;"
                + "Object.prototype.yy=2;JSON.parse=null;response.end()}"
                + "else response.end(String([].zz)+String({}.yy)+typeof JSON.parse)"));
        bench.send(program, new TestExchange("GET", "/patch", null, new byte[0]));
        assertEquals(
                "undefinedundefinedfunction",
                bench.send(program, TestExchange.get()).text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eval('for(var i=0;i<2;i++){const z=i}')",
                "eval('let leaks=1')",
                "new Function('for(var i=0;i<2;i++){const z=i}')",
                "new Function('(')",
                "eval('class A{}')"
            })
    void sourceMadeAtRunTimeIsCheckedToo(String statement) throws Exception {
        assertEquals(
                "SyntaxError",
                bench.run("try{" + statement + "}catch(e){response.end(e.name)}")
                        .text());
    }
}
