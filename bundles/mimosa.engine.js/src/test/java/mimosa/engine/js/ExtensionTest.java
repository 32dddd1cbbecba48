package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mimosa.api.MimosaException;
import mimosa.api.engine.ContextExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionTest {
    private final Bench bench = new Bench();
    private final List<Object> heard = new ArrayList<>();

    /** Remembers what it was called with, and returns or throws what the test wants. */
    private final class Recorder implements ContextExtension {
        @Override
        public Set<String> functions() {
            return Set.of("say", "list", "fail", "crash", "odd");
        }

        @Override
        public Object call(String function, List<Object> arguments) {
            heard.addAll(arguments);
            return switch (function) {
                case "list" -> List.of(1, 2.5f, "x", true, Map.of("k", Arrays.asList((Object) null)));
                case "fail" -> throw new MimosaException(MimosaException.Kind.QUOTA, "no more of it");
                case "crash" -> throw new IllegalStateException("secret");
                case "odd" -> new Object();
                default -> null;
            };
        }
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private Bench.Run run(String body) throws Exception {
        bench.extensions = Map.of("ext", new Recorder());
        return bench.run(body);
    }

    @Test
    void argumentsAndResultsAreConverted() throws Exception {
        assertEquals(
                "null[1,2.5,\"x\",true,{\"k\":[null]}]true",
                run("var say=context.ext.say;context.ext.more=1;response.end(say(undefined,null,true,5,'a'+'b',[1,,'x'],"
                                + "{a:{b:NaN},f:function(){},u:undefined},new Date(0),Symbol.iterator)"
                                + "+JSON.stringify(context.ext.list())+(context.ext.list() instanceof Array))")
                        .text());
        assertEquals(
                "[null, null, true, 5.0, ab, [1.0, null, x], {a={b=null}}, 1970-01-01T00:00:00.000Z, null]",
                heard.toString());
        assertEquals(String.class, heard.get(4).getClass());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "var a=[];a.push(a);context.ext.say(a)|TypeError",
                "var a=[];for(var i=0;i<5000;i++)a=[a];context.ext.say(a)|TypeError",
                "context.ext.fail()|Error: no more of it",
                "context.ext.crash()|Error: internal error",
                "context.ext.odd()|Error: internal error"
            })
    void failuresCanBeCaught(String call, String error) throws Exception {
        String caught =
                run("try{" + call + "}catch(e){response.end(String(e))}").text();
        assertTrue(caught.startsWith(error), caught);
    }

    @Test
    void extensionThatCannotNameItsFunctionsHasNone() throws Exception {
        bench.extensions = Map.of("bad", new ContextExtension() {
            @Override
            public Set<String> functions() {
                throw new IllegalStateException("secret");
            }

            @Override
            public Object call(String function, List<Object> arguments) {
                return null;
            }
        });
        assertEquals(
                "0",
                bench.run("response.end(''+Object.keys(context.bad).length)").text());
    }

    @Test
    void nameThatIsTakenIsLeftOut() throws Exception {
        bench.extensions = Map.of("storage", new Recorder(), "then", new Recorder());
        Bench.Run run = bench.run("response.end(typeof context.storage.getItem+typeof context.then)")
                .closed();
        assertEquals("functionundefined", run.text());
        assertEquals(2, run.host().warnings());
    }

    @Test
    @Tag("J6.5")
    void eventIsPublished() throws Exception {
        Bench.Run run = bench.run("JSON.stringify=null;var d=context.dispatchWebSocketEvent;"
                + "d({type:'a',message:{n:1}});d({type:'b\\\"'});d({message:undefined});response.end()");
        assertEquals(
                List.of("{\"type\":\"a\",\"message\":{\"n\":1}}", "{\"type\":\"b\\\"\"}", "{\"type\":null}"),
                run.closed().host().published);
    }

    @Test
    @Tag("J6.6")
    void eventMayBeMissingButNotSomethingElse() throws Exception {
        Bench.Run run = bench.run("var d=context.dispatchWebSocketEvent,o=[String(d())];['x',5,null,true].forEach("
                + "function(v){try{d(v)}catch(e){o.push(e.name)}});response.end(o.join())");
        assertEquals("undefined,TypeError,TypeError,TypeError,TypeError", run.text());
        assertTrue(run.host().published.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "throw 1"})
    void eventInsideALockGoesWithTheTransaction(String end) throws Exception {
        Bench.Run run = bench.run("var n;try{context.storage.lockExecute(function(){"
                        + "context.dispatchWebSocketEvent({type:'a'});" + end + "})}catch(e){}response.end()")
                .closed();
        assertNull(run.failure());
        assertEquals(end.isEmpty() ? 1 : 0, run.host().published.size());
    }
}
