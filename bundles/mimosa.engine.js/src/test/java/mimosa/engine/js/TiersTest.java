package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import mimosa.api.engine.Payload;
import mimosa.api.engine.Program;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mozilla.javascript.JSFunction;
import org.osgi.framework.BundleContext;

/** When programs are compiled, and what they may not notice of it. */
class TiersTest {
    private static final String INTERPRETED = "Rhino, interpreted";
    private static final String COMPILED = "Rhino, compiled";
    private static final int STACK_KIB = 4096;

    private Bench bench;

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private Program load(int compileAfterMs, String source) {
        bench = new Bench(new Bench.Settings(5000, false, 4, 32, STACK_KIB, 60_000, "snapshot", compileAfterMs));
        return bench.load(source);
    }

    private static String engine(Program program) {
        return program.facts().get("engine");
    }

    private String get(Program program, String path) throws Exception {
        Bench.Run run = bench.send(program, new TestExchange("GET", path, null, new byte[0]))
                .closed();
        assertNull(run.failure(), () -> run.host().logText());
        return run.text();
    }

    /** As a node starts it: it warms up while the first program is loaded. */
    @Test
    void warmsUpWithoutHoldingUpTheCompiler() {
        bench = new Bench();
        BundleContext context = (BundleContext) Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> Path.of("target", "test-data").toString());
        var config = new Bench.Settings(5000, false, 4, 32, STACK_KIB, 10_000, "snapshot", 0);
        RhinoEngine started = new RhinoEngine(context, config, new Bench.TestQuotas());
        try {
            byte[] source = Bench.handler("response.end('x')").getBytes(StandardCharsets.UTF_8);
            Program program = started.load(new Payload("api-t", "index.js", source, null, Map.of(), false));
            assertEquals(COMPILED, engine(program));
            program.close();
        } finally {
            started.deactivate();
        }
    }

    private static void await(BooleanSupplier state, String what) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!state.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Sends requests until the program has spent the time that it takes. */
    private void heat(Program program, String path) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!engine(program).equals(COMPILED)) {
            get(program, path);
            assertTrue(System.nanoTime() < deadline, "still interpreted");
        }
    }

    @Test
    void programThatBurnsTimeIsCompiledMeanwhile() throws Exception {
        Program program = load(50, "var n=0;" + Bench.handler("for(var i=0;i<1e4;i++){n++}response.end(String(n))"));
        assertEquals(INTERPRETED, engine(program));
        SnapshotRealms before = IdleRealms.of(program);
        assertEquals("10000", get(program, "/"));
        heat(program, "/");
        assertEquals(List.of(), before.idle(), "realms of the interpreted form are kept");
        assertEquals("10000", get(program, "/"));
        assertEquals("restored from a snapshot", program.facts().get("instances"));
    }

    @Test
    void requestThatBeganInterpretedEndsSo() throws Exception {
        Program program = load(
                1,
                "var n=0;"
                        + Bench.handler(
                                "var self=this;n++;if(request.url==='/wait'){setTimeout(function(){"
                                        + "response.end(n+typeof self)},500)}else{for(var i=0;i<1e5;i++);response.end(String(n))}"));
        Bench.Run waiting = bench.start(program, new TestExchange("GET", "/wait", null, new byte[0]));
        heat(program, "/");
        waiting.exchange().await();
        assertEquals("1object", waiting.text());
        assertEquals("1", get(program, "/"));
    }

    @Test
    void programThatIsNeverToBeCompiledIsNot() throws Exception {
        Program program = load(-1, Bench.handler("for(var i=0;i<1e6;i++);response.end('x')"));
        assertEquals("x", get(program, "/"));
        assertEquals(INTERPRETED, engine(program));
    }

    @Test
    void smallStacksAreForInterpretedProgramsOnly() throws Exception {
        bench = new Bench(new Bench.Settings(5000, false, 4, 32, 512, 60_000, "snapshot", 0));
        Program program = bench.load(Bench.handler("response.end('x')"));
        assertEquals("x", get(program, "/"));
        assertEquals(INTERPRETED, engine(program));
    }

    @Test
    void samePayloadIsCompiledOnce() {
        String source = "var a=1;" + Bench.handler("response.end(String(a))");
        Program first = load(0, source);
        Program second = bench.load(source);
        Program other = bench.load(source + " ");
        assertSame(handler(first).getDescriptor(), handler(second).getDescriptor());
        assertFalse(handler(first).getDescriptor() == handler(other).getDescriptor());
        assertEquals(List.of(COMPILED, COMPILED), List.of(engine(first), engine(other)));
    }

    private static JSFunction handler(Program program) {
        return (JSFunction) IdleRealms.made(program).handler();
    }

    @Test
    void compiledCodeGoesWithItsProgram() throws Exception {
        AtomicReference<WeakReference<ClassLoader>> loader = new AtomicReference<>();
        Program program = load(0, Bench.handler("console.log('here');response.end('x')"));
        bench.onLog = text -> loader.set(new WeakReference<>(generatedLoader().orElseThrow()));
        assertEquals("x", get(program, "/"));
        program.close();
        await(
                () -> {
                    System.gc();
                    return loader.get().refersTo(null);
                },
                "the classes are still there");
    }

    private static Optional<ClassLoader> generatedLoader() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.filter(frame -> frame.getClassName().startsWith("org.mozilla.javascript.gen."))
                        .findFirst()
                        .map(frame -> frame.getDeclaringClass().getClassLoader()));
    }

    @Test
    void whatIsTooLargeForAMethodStaysInterpreted() throws Exception {
        String large = "if(request.url==='/x'){" + "response.setHeader('a','b');".repeat(4000) + "}";
        Program program = load(0, Bench.handler(large + "response.end('x')"));
        assertEquals("x", get(program, "/"));
        assertEquals(INTERPRETED, engine(program));
    }

    @Test
    void programWhoseCallsNestDeeplyIsInterpretedAgain() throws Exception {
        Program program = load(
                1,
                "function down(n){return n?down(n-1)+1:0}"
                        + Bench.handler(
                                "var n=Number(request.url.slice(1));"
                                        + "try{response.end(String(down(n)))}catch(e){response.end(String(e instanceof RangeError))}"));
        heat(program, "/3000");
        assertEquals("3000", get(program, "/3000"));
        assertEquals("true", get(program, "/1000000"));
        assertEquals(INTERPRETED, engine(program));
        assertEquals("9900", get(program, "/9900"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(function f(n){if(n){f(n-1);f(n-1)}})(60)",
                "var f=[].reduce.bind([1,2,3]);while(true){f(function(a,b){return a+b})}",
                "(function f(){try{f()}catch(e){f()}})()",
                "try{while(true){}}finally{response.end('f')}",
                "function*g(){try{while(true){yield 1}}finally{response.end('f')}} for(var x of g()){}",
                "function C(n){if(n){new C(n-1);new C(n-1)}} new C(60)",
                "var o={get x(){return 1}};(function f(n){if(n){o.x;f(n-1);o.x;f(n-1)}})(60)",
                "/(a+)+b/.exec(new Array(40).join('a'))"
            })
    void compiledCodeIsStoppedAsInterpretedCodeIs(String body) throws Exception {
        Program program = load(0, Bench.handler(body));
        bench.wallMs = 300;
        Bench.Run run = bench.send(program, TestExchange.get()).closed();
        assertEquals("wall time limit exceeded (300 ms)", run.failure());
        assertEquals(COMPILED, engine(program));
    }

    /** Compiled code that remembered constants of the objects it has seen would still see them. */
    @Test
    void whatOneRequestFreezesTheNextMayChange() throws Exception {
        Program program = load(
                0,
                "var o={v:1};function read(){return o.v}"
                        + Bench.handler("if(request.url==='/freeze'){Object.freeze(o)}else{o.v=2}"
                                + "for(var i=0,s='';i<30;i++){s=read()}response.end(String(s))"));
        for (int i = 0; i < 3; i++) {
            assertEquals("1", get(program, "/freeze"));
            IdleRealms.only(program);
            assertEquals("2", get(program, "/"));
            IdleRealms.only(program);
        }
    }

    /** Places where the engine's own compiler differs from its interpreter, and where ours might. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "function f(a,b){return 1/(a*b)} return [f(0,-1),f(-5,0),f(0,5),f(-2,3)].join()",
                "var o={n:{m(){}},h(){return super.z}};Object.setPrototypeOf(o,{z:'z'});return o.h()",
                "var o={'a.b':1,'c:d;e/f[<g>]':2};o['PROP:GET:x']=3;return o['a.b']+o['c:d;e/f[<g>]']+o['PROP:GET:x']",
                "try{(function(){[1].map(function(){null.x})})()}catch(e){return e.stack}",
                "try{(function named(){throw new Error('e')})()}catch(e){return e.stack}",
                "try{eval('throw new Error(1)')}catch(e){return e.stack}",
                "try{new Function('null.x')()}catch(e){return e.stack}",
                "function tag(s){return s} function site(){return tag`a${1}`} return site()===site()",
                "var big=[];for(var i=0n;i<3n;i++){big.push(i*2n)} return big.join()",
                "var i=2147483647;i++;return [i,-i|0,i>>>1,i%7,-i%7].join()",
                "function f(x){return [x++,x,--x,x--,x].join()} return f(1n)+f('2')+f(2147483647)+f(-2147483648)+f(.5)",
                "function*g(){var x=yield 1;try{yield x}finally{x='f'}} var i=g();"
                        + "return [i.next().value,i.next(5).value,i.return(7).value].join()"
            })
    void compiledCodeAnswersAsInterpretedCodeDoes(String body) throws Exception {
        String source = Bench.handler("response.end(String((function(){\n" + body + "\n})()))");
        Program program = load(0, source);
        String compiled = get(program, "/");
        assertEquals(COMPILED, engine(program));
        bench.close();
        assertEquals(get(load(-1, source), "/"), compiled);
    }
}
