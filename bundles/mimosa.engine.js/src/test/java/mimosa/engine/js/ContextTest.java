package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContextTest {
    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench();
        bench.env = Map.of("A", "1");
    }

    @AfterAll
    static void close() throws Exception {
        bench.close();
    }

    @ParameterizedTest
    @Tag("J6.1")
    @Tag("J6.2")
    @Tag("J6.3")
    @Tag("J6.4")
    @Tag("J6.6")
    @Tag("J6.7")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "response.end(JSON.stringify(context.info))|{\"serviceType\":\"api-t\",\"apiRoot\":\"/api/t/v1\","
                        + "\"httpPort\":\"8083\",\"accountId\":\"\",\"nodeId\":\"node-1\",\"node_id\":\"node-1\"}",
                "context.env.B='2';response.end(JSON.stringify(context.env))|{\"A\":\"1\",\"B\":\"2\"}",
                "context.x=1; context.edge.y=2; response.end(String(context.x+context.edge.y))|3",
                "var o=[];context.edge.requestBep({code:'x',success:function(){},error:function(e){"
                        + "response.end(o+e.message)}});o.push('later: ')|later: not available: this node has no mesh",
                "var d=context.edge.decryptEncryptedNodesJson;d({error:function(e){response.end(e.message)}})|not available:"
                        + " this node has no mesh",
                "context.dispatchWebSocketEvent({type:'a'}); context.dispatchWebSocketEvent(); response.end('ok')|ok",
                "try{context.dispatchWebSocketEvent('a')}catch(e){response.end(e.name)}|TypeError",
                "response.end(typeof context.ml+typeof context.then+typeof context.security)|undefinedundefinedundefined"
            })
    void contextOffersWhatItShould(String body, String expected) throws Exception {
        Bench.Run run = bench.run(body);
        assertNull(run.failure());
        assertEquals(expected, run.text());
    }
}
