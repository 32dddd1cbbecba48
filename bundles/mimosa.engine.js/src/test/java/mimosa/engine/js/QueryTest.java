package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import mimosa.api.storage.Item;
import mimosa.api.storage.JsonQuery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryTest {
    private final Bench bench = new Bench();

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    private Bench.Run run(String body) throws Exception {
        return bench.run(
                "var s=context.storage;function q(){return s.getJsonItemsPaginated.apply(null,arguments)}" + body);
    }

    @Test
    @Tag("J7.11")
    void pageIsParsedAndHandedOverAtOnce() throws Exception {
        bench.store.page = new JsonQuery.Page(
                List.of(new Item("k", "{\"a\":[1,\"x\"]}", "users"), new Item("l", "5", "users")), 12);
        assertEquals(
                "true,undefined,2,12,x,5",
                run("JSON.parse=null;var o=[];o.push(String(q(0,10,function(items,total){"
                                + "o.push(items instanceof Array,undefined+'',items.length,total,items[0].a[1],items[1])},"
                                + "{tag:'users',filters:[{jsonPath:'$.age',comparisonOperator:'>',value:'18'}]})));"
                                + "o.pop();response.end(o.join())")
                        .text());
        assertEquals(
                new JsonQuery(0, 10, "users", List.of(new JsonQuery.Filter("$.age", ">", "18")), List.of()),
                bench.store.asked);
    }

    @ParameterizedTest
    @Tag("J7.12")
    @Tag("J7.13")
    @Tag("J7.14")
    @Tag("J7.15")
    @Tag("J7.17")
    @CsvSource(
            delimiter = '~',
            value = {
                "10.9,undefined,f ~ JsonQuery[offset=10, limit=100, tag=null, filters=[], orderBy=[]]",
                "'3',5000,f,null ~ JsonQuery[offset=3, limit=1000, tag=null, filters=[], orderBy=[]]",
                "0,0,f,{tag:''} ~ JsonQuery[offset=0, limit=0, tag=, filters=[], orderBy=[]]",
                "0,1,f,{orderBy:{jsonPath:'$.a'}} ~ JsonQuery[offset=0, limit=1, tag=null, filters=[],"
                        + " orderBy=[Order[jsonPath=$.a, descending=false]]]",
                "0,1,f,{orderBy:[{jsonPath:'$.ts',order:-1},{jsonPath:'$.n',order:1}]} ~ JsonQuery[offset=0, limit=1,"
                        + " tag=null, filters=[], orderBy=[Order[jsonPath=$.ts, descending=true],"
                        + " Order[jsonPath=$.n, descending=false]]]",
                "0,1,f,{filters:[{jsonPath:\"$['a b'][0]\",comparisonOperator:'=',value:7},"
                        + "{jsonPath:'$.b',comparisonOperator:'!=',value:null}]} ~ JsonQuery[offset=0, limit=1, tag=null,"
                        + " filters=[Filter[jsonPath=$['a b'][0], operator==, value=7],"
                        + " Filter[jsonPath=$.b, operator=!=, value=null]], orderBy=[]]"
            })
    void argumentsBecomeAQuery(String arguments, String query) throws Exception {
        assertEquals(
                "1",
                run("var n=0;function f(){n++}q(" + arguments + ");response.end(''+n)")
                        .text());
        assertEquals(query, bench.store.asked.toString());
    }

    @ParameterizedTest
    @Tag("J7.16")
    @CsvSource(
            delimiter = '!',
            value = {
                "-1,1,f ! RangeError",
                "'x',1,f ! RangeError",
                "undefined,1,f ! RangeError",
                "0,-1,f ! RangeError",
                "0,NaN,f ! RangeError",
                "0,1 ! TypeError",
                "0,1,5 ! TypeError",
                "0,1,f,5 ! TypeError",
                "0,1,f,{tag:5} ! TypeError",
                "0,1,f,{filters:{}} ! TypeError",
                "0,1,f,{filters:[5]} ! TypeError",
                "0,1,f,{orderBy:{jsonPath:'$.a',order:2}} ! Error: getJsonItemsPaginated: order",
                "0,1,f,{filters:[{jsonPath:'$..a'}]} ! Error: jsonPath \"$..a\"",
            })
    void wrongArgumentsAreErrors(String arguments, String error) throws Exception {
        String caught = run("function f(){}try{q(" + arguments + ")}catch(e){response.end(String(e))}")
                .text();
        assertTrue(caught.startsWith(error), caught);
    }

    @Test
    void exceptionOfTheCallbackReachesTheCaller() throws Exception {
        assertEquals(
                "Error: cb", run("q(0,1,function(){throw new Error('cb')})").failure());
    }

    @Test
    void embeddingsAreKeptAndFound() throws Exception {
        assertEquals(
                "{\"key\":\"a\",\"vector\":[1,0.5],\"value\":\"\",\"tag\":\"t\"}|null|"
                        + "[{\"key\":\"b\",\"value\":\"EUCLIDEAN\",\"tag\":\"t\",\"score\":2}]|[]",
                run("s.setEmbeddingWithTag('a',[1,0.5],'t');s.setEmbeddingWithTag('b',new Float32Array([2,0]),{},'t');"
                                + "s.setEmbeddingWithTag('c',[3,3],'v','u');s.removeEmbedding('c');s.removeEmbedding('c');"
                                + "var o=[JSON.stringify(s.getEmbedding('a')),s.getEmbedding('c')];"
                                + "o.push(JSON.stringify(s.similaritySearch([1,0],{tag:'t',limit:1,metric:'euclidean'})));"
                                + "s.removeEmbeddingsByTag('t');o.push(JSON.stringify(s.similaritySearch([1,0])));"
                                + "response.end(o.map(String).join('|'))")
                        .text());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "setEmbeddingWithTag('a',[],'t') ! RangeError",
                "setEmbeddingWithTag('a',new Array(4097),'t') ! RangeError",
                "setEmbeddingWithTag('a',[1,'2'],'t') ! TypeError",
                "setEmbeddingWithTag('a',[NaN],'t') ! TypeError",
                "setEmbeddingWithTag('a',[1e300],'t') ! TypeError",
                "setEmbeddingWithTag('a','1','t') ! TypeError",
                "setEmbeddingWithTag('a',[1]) ! TypeError",
                "setEmbeddingWithTag('',[1],'t') ! TypeError",
                "similaritySearch([1],{metric:'max'}) ! RangeError",
                "similaritySearch([1],{limit:-1}) ! RangeError",
                "similaritySearch() ! TypeError"
            })
    void wrongVectorsAreErrors(String call, String error) throws Exception {
        assertEquals(
                error, run("try{s." + call + "}catch(e){response.end(e.name)}").text());
    }
}
