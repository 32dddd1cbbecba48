package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import mimosa.api.MimosaException;
import mimosa.api.engine.Program;
import mimosa.testing.TestClient;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs with syntax that Rhino lacks or gets wrong deploy as they are. */
class ModernSyntaxTest {
    @TempDir
    static Path data;

    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench(SETTINGS, data);
    }

    private static final Bench.Settings SETTINGS = new Bench.Settings(5000, false, 4, 32, 1024);

    @AfterAll
    static void close() throws Exception {
        bench.close();
    }

    static Stream<Arguments> families() {
        return Stream.of(
                Arguments.of("for(var i=0;i<3;i++){const x=i;out(x)}", "0;1;2;"),
                Arguments.of(
                        "var f=[];for(let i=0;i<3;i++)f.push(function(){return i});f.forEach(g=>out(g()))", "0;1;2;"),
                Arguments.of("const f=[];for(const x of [1,2])f.push(()=>x);out(f.map(g=>g()))", "1,2;"),
                Arguments.of("const f=[];for(const k in {a:1,b:2})f.push(()=>k);out(f.map(g=>g()))", "a,b;"),
                Arguments.of("var n=0;while(n<2){let j;out(j);j=n++}", "undefined;undefined;"),
                Arguments.of("{const y=2;out(y)} out(typeof y)", "2;undefined;"),
                Arguments.of("try{const x=1;x=2}catch(e){out(e.name)}", "TypeError;"),
                Arguments.of(
                        "try{out(y);const y=1}catch(e){out(e.name+e.message)}",
                        "ReferenceErrorCannot access 'y' before initialization;"),
                Arguments.of(
                        "l:for(const a of [1,2,3]){for(const b of [1,2]){if(b==2)continue l;if(a==3)break l;"
                                + "out((()=>a+b)())}}",
                        "2;3;"),
                Arguments.of(
                        "class A{#p=1;static s=2;static{A.t=3}get p(){return this.#p}static #q(){return 4}"
                                + "static q(){return A.#q()}has(o){return #p in o}} class B extends A{constructor(){super();"
                                + "this.b=super.p}} out([new B().b,A.s,A.t,A.q(),new A().has({}),new B() instanceof A])",
                        "1,2,3,4,false,true;"),
                Arguments.of(
                        "class E2 extends Error{constructor(m){super(m);this.name='E2'}} try{throw new E2('m')}"
                                + "catch(e){out(e instanceof E2);out(e instanceof Error);out(e.message)}",
                        "true;true;m;"),
                Arguments.of(
                        "const o={a:1,b:2,c:3};const {a,...r}=o;out(JSON.stringify({...r,d:4}))",
                        "{\"b\":2,\"c\":3,\"d\":4};"),
                Arguments.of("out(Math.max(...[1,5],...new Set([9])));out([...'ab',...[1]])", "9;a,b,1;"),
                Arguments.of(
                        "const [x,...y]=[1,2,3];out(y);out(((p,q=p+1,...z)=>[p,q,z.length].join())(1,undefined,3,4))",
                        "2,3;1,2,2;"),
                Arguments.of("const t=(s,...v)=>s.raw.join('|')+v.join();out(t`a\\n${1}b${2}`)", "a\\n|b|1,2;"),
                Arguments.of("function F(){out(new.target===F)} new F();F()", "true;false;"),
                Arguments.of("class Q{} try{throw 1}catch{out(2**3**0+1_000)}", "1002;"),
                Arguments.of("class Q{} let x=null;x??=4;x||=5;x&&=6;out(x);out({a:{b:1}}.a?.b ?? 'n')", "6;1;"),
                Arguments.of(
                        "class Q{} const m=/(?<y>\\d+).(?<z>.*)/s.exec('20\\nx\\ny');out(m.groups.y+m.groups.z.length)",
                        "203;"),
                Arguments.of(
                        "function*g(){try{yield 1;yield 2}finally{yield 3}} class Q{} const i=g();out(i.next().value);"
                                + "out(i.return(9).value);out(i.next().value)",
                        "1;3;9;"),
                Arguments.of("class Q{} out((function(){return typeof this})())", "object;"));
    }

    @ParameterizedTest
    @MethodSource("families")
    @Tag("J1.4")
    @Tag("J1.9")
    @Tag("J1.10")
    void hasTheResultOfTheLanguage(String body, String expected) throws Exception {
        Bench.Run run = bench.run("var s='';function out(x){s+=x+';'} (function(){" + body + "})();response.end(s)");
        assertNull(run.failure());
        assertEquals(expected, run.text());
    }

    @ParameterizedTest
    @MethodSource("waiting")
    void waitsAsTheLanguageSays(String body, String expected) throws Exception {
        Bench.Run run = bench.run("var s='';const out=x=>{s+=x+';'};const wait=v=>new Promise(r=>setTimeout(r,1,v));"
                + "(async()=>{" + body + "})().then(()=>response.end(s),e=>response.end('!'+e))");
        assertNull(run.failure());
        assertEquals(expected, run.text());
    }

    static Stream<Arguments> waiting() {
        return Stream.of(
                Arguments.of("for(const x of [1,2]){out(await wait(x))}", "1;2;"),
                Arguments.of("try{await Promise.reject(1)}catch(e){out(e)}finally{out(await wait(2))}", "1;2;"),
                Arguments.of(
                        "const o={async m(){return this.v},v:7};out(await o.m());class A{async a(...r){"
                                + "return r.length+arguments.length}} out(await new A().a(1,2))",
                        "7;4;"),
                Arguments.of(
                        "async function*g(){try{yield 1;yield await wait(2);yield 3}finally{await wait();out('f')}}"
                                + "for await(const x of g()){out(x);if(x==2)break}",
                        "1;2;f;"),
                Arguments.of("throw new TypeError('t')", "!TypeError: t"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\nvar a = ;|index.js:2:9: Unexpected token",
                "class A {\n  #a;\n  #a;\n}|index.js:3:3: Duplicate private name #a (",
                "\n import x from 'y'|index.js:2:2: import and export are not supported, a program is one script",
                "let a;\nlet a;|index.js:2:5: Identifier 'a' has already been declared (",
                "async()=>{}\nimport('x')|index.js:2:",
                "class A{}\n/x/d|index.js:2:"
            })
    @Tag("J1.4")
    void refusalNamesThePlaceInTheAuthorsText(String sourceAndMessage) {
        String[] parts = sourceAndMessage.split("\\|");
        MimosaException refusal = assertThrows(MimosaException.class, () -> bench.load(parts[0]));
        assertEquals(MimosaException.Kind.INVALID, refusal.kind());
        assertTrue(refusal.getMessage().startsWith(parts[1]), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("transpile to ES5"), refusal.getMessage());
    }

    @Test
    void wholeProgramRunsAndItsErrorsNameTheAuthorsLines() throws Exception {
        TestClient client = new TestClient();
        bench.client = client;
        client.pieces = List.of("{\"id\":\"x\",\"role\":\"r\"}");
        Program program = bench.load(resource("modern.js"));
        assertTrue(program.facts().get("down-levelled").matches("yes \\(\\d+ ms\\)"));
        assertEquals(
                "x:r,x:r,2",
                bench.send(program, new TestExchange("GET", "/people", null, new byte[0]))
                        .text());
        Bench.Run failed = bench.send(program, new TestExchange("GET", "/fail", null, new byte[0]));
        assertTrue(
                failed.host().logText().contains("RangeError: 2 are too many\n    at index.js:40\n"),
                failed.host().logText());
        // What makes it run has lines too, which are nobody's.
        assertFalse(
                failed.host().logText().contains("asyncGeneratorStep"),
                failed.host().logText());
    }

    @Test
    @Tag("J3.5")
    void mapOfTheProgramIsFollowedToTheEnd() throws Exception {
        String map = "{\"version\":3,\"sources\":[\"webpack:///./src/main.js\"],\"names\":[],"
                + "\"mappings\":\"AAAA;AAKA;AACA\"}";
        String source = "mimikModule.exports = async (context, request, response) => {\nawait 0;\n"
                + "throw new Error('boom'); }\n";
        Program program = bench.load(source, map.getBytes(StandardCharsets.UTF_8));
        Bench.Run run = bench.send(program, TestExchange.get());
        assertTrue(run.host().logText().contains("src/main.js:7"), run.host().logText());
        assertEquals("yes", program.facts().get("sourceMap"));
    }

    @Test
    void resultOutlivesTheEngineAndPlainProgramsNeedNone(@TempDir Path folder) throws Exception {
        String source = Bench.handler("for(const x of [1]) response.end(String(x))");
        Bench first = new Bench(SETTINGS, folder);
        assertEquals("1", first.send(first.load(source), TestExchange.get()).text());
        assertEquals("1", first.send(first.load(source), TestExchange.get()).text());
        assertEquals(1, first.engine.transpiler().loads());
        first.close();
        assertFalse(first.engine.transpiler().isLoaded());
        Bench second = new Bench(SETTINGS, folder);
        Program again = second.load(source);
        assertEquals("1", second.send(again, TestExchange.get()).text());
        assertTrue(again.facts().containsKey("down-levelled"));
        assertNull(second.load(Bench.handler("response.end()")).facts().get("down-levelled"));
        assertEquals(0, second.engine.transpiler().loads());
        second.close();
    }

    private static String resource(String name) throws Exception {
        try (InputStream in = ModernSyntaxTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
