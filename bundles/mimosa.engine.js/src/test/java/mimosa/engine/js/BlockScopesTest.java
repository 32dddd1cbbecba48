package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mozilla.javascript.Context;

/** A program with let and const is either left to Rhino, when that gives the result of ES2015, or told apart. */
class BlockScopesTest {
    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench();
    }

    @AfterAll
    static void close() throws Exception {
        bench.close();
    }

    @ParameterizedTest
    @Tag("J1.9")
    @Tag("J1.10")
    @ValueSource(
            strings = {
                "var s='';for(var i=0;i<3;i++){const x=i;s+=x}",
                "var n=0;while(n<3){const {q}={q:n};n++}",
                "var n=0;do{const z=n;n++}while(n<3)",
                "var f=[];for(let i=0;i<3;i++)f.push(function(){return i})",
                "var f=[];for(let k in {p:1})f.push(()=>k)",
                "var f=[];for(let k of [1])f.push(()=>k)",
                "for(let i=0;i<2;i++){eval('i')}",
                "for(var i=0;i<3;i++){let j;j=i}",
                "{const y=2} typeof y",
                "function f(y){return function(){if(y){const z=1} return z}} var z=5",
                "try{throw 1}catch(e){const m=e} typeof m",
                "const x=1;x=2",
                "const x=1;x++",
                "const x=1;for(x of [1]){}",
                "const x=y; const y=1",
                "let f=1;{function f(){}}",
                "switch(1){case 1: let [a]=[1]}",
                "var a='o';try{throw 1}catch(a){let q=a} a",
                "try{throw 1}catch(a){{const a=2}}"
            })
    void whatRhinoGetsWrongIsToldApart(String body) {
        Sandbox sandbox = Sandbox.load(4096);
        try (Context cx = sandbox.enterContext(new Guest(sandbox, new NoTenant()))) {
            String refusal = Dialect.refusal(cx, "\n" + Bench.handler(body), "index.js", 1, false);
            assertTrue(refusal.matches("index\\.js:2:\\d+: .*transpile to ES5"), refusal);
        }
    }

    static Stream<Arguments> right() {
        return Stream.of(
                Arguments.of("for(let i=0;i<3;i++){out(i)}", "0;1;2;"),
                Arguments.of("for(let i=0;i<3;i++){let j=i*2;out(j)}", "0;2;4;"),
                Arguments.of("let x=1;{let x=2;out(x)} out(x)", "2;1;"),
                Arguments.of("[1,2].forEach(v=>{const y=v*2;out(y)})", "2;4;"),
                Arguments.of("for(var i=0;i<2;i++){let j=i;f.push(()=>j)} out(f[0]());out(f[1]())", "0;1;"),
                Arguments.of("for(var i=0;i<2;i++){(function(k){const c=k;f.push(()=>c)})(i)} out(f[1]())", "1;"),
                Arguments.of("if(true){const only=1;out(only)}", "1;"),
                Arguments.of("let x;out(x);x=1;out(x)", "undefined;1;"),
                Arguments.of("const o={a:1};o.a=2;const {a}=o;out(a)", "2;"),
                Arguments.of("try{throw 1}catch(e){let m=e+1;out(m)}", "2;"),
                Arguments.of("const g=function(n){return n<2?1:n*g(n-1)};out(g(5))", "120;"),
                Arguments.of("for(let [k,v] of [[1,2]]){out(k+v)}", "3;"),
                Arguments.of("label:for(let i=0;i<2;i++){for(let j=0;j<2;j++){if(j)continue label;out(i)}}", "0;1;"),
                Arguments.of("const d=1;out((function(a=d){return a})())", "1;"));
    }

    @ParameterizedTest
    @MethodSource("right")
    void whatRhinoGetsRightRuns(String body, String expected) throws Exception {
        Bench.Run run = bench.run(
                "var s='',f=[];function out(x){s+=String(x)+';'} (function(){" + body + "})();response.end(s)");
        assertNull(run.failure());
        assertEquals(expected, run.text());
        assertEquals(0, bench.engine.transpiler().loads());
    }
}
