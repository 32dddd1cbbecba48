package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import mimosa.api.MimosaException.Kind;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest {
    private static Bench bench;

    @BeforeAll
    static void open() {
        bench = new Bench();
    }

    @AfterAll
    static void close() throws Exception {
        bench.close();
    }

    private static TestExchange post(String type, byte[] body) {
        TestExchange exchange = new TestExchange("POST", "", null, body);
        return type == null ? exchange : exchange.header("content-type", type);
    }

    @ParameterizedTest
    @Tag("J4.1")
    @Tag("J4.2")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {"/users|page=1&q=a%2Cb|/users?page=1&q=a%2Cb", "''|-|/", "''|x=1|/?x=1", "/a%20b|-|/a%20b"})
    void urlIsWhatFollowsTheBasePath(String rest, String query, String url) throws Exception {
        TestExchange exchange = new TestExchange("GET", rest, query, new byte[0]);
        assertEquals(url, bench.run("response.end(request.url)", exchange).text());
    }

    @Test
    @Tag("J4.3")
    void headersAreFoundWhateverTheirCase() throws Exception {
        TestExchange exchange = TestExchange.get()
                .header("X-Api-Key", "k")
                .header("Accept", "a")
                .header("Accept", "b")
                .header("Cookie", "c=1")
                .header("Cookie", "d=2")
                .header("__proto__", "evil");
        Bench.Run run = bench.run(
                "var h=request.headers,s=h['x-api-key']+h['X-API-KEY']+h['X-Api-Key'];h.NEW=1;"
                        + "s+=('X-API-key' in h)+''+h.hasOwnProperty('X-Api-KEY')+h.accept+h.Cookie+h.new+typeof h.toString"
                        + "+h.evil;"
                        + "response.end(s+JSON.stringify(h)+Object.keys(Object.assign({},h)).join())",
                exchange);
        assertEquals(
                "kkktruetruea, bc=1; d=21functionundefined"
                        + "{\"x-api-key\":\"k\",\"accept\":\"a, b\",\"cookie\":\"c=1; d=2\",\"x-request-id\":\"r-1\",\"new\":1}"
                        + "x-api-key,accept,cookie,x-request-id,new",
                run.text());
    }

    @ParameterizedTest
    @Tag("J4.4")
    @CsvSource(
            nullValues = "-",
            value = {
                "application/json",
                "text/plain",
                "application/x-www-form-urlencoded",
                "-",
                "application/problem+json; charset=UTF-8"
            })
    void textBodyIsDecoded(String type) throws Exception {
        TestExchange exchange = post(type, "{\"a\":\"é\"}".getBytes(StandardCharsets.UTF_8));
        assertEquals(
                "true",
                bench.run("response.end(String(JSON.parse(request.body).a==='\\u00e9'))", exchange)
                        .text());
    }

    @Test
    void bodyIsDecodedByItsCharset() throws Exception {
        TestExchange exchange = post("text/plain; charset=\"ISO-8859-1\"", "é".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals("é", bench.run("response.end(request.body)", exchange).text());
        assertEquals(
                "\uFFFD",
                bench.run("response.end(request.body)", post("text/plain", new byte[] {(byte) 0xff}))
                        .text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"content-type: text/plain; charset=klingon", "content-encoding: gzip"})
    void bodyThatCannotBeUnderstoodIsRefused(String header) throws Exception {
        TestExchange exchange =
                new TestExchange("POST", "", null, new byte[] {1}).header(header.split(": ")[0], header.split(": ")[1]);
        assertEquals(
                Kind.UNSUPPORTED_MEDIA_TYPE,
                bench.run("response.end()", exchange).exchange().failure.kind());
    }

    @Test
    @Tag("J4.5")
    void binaryBodyHasOneCharacterForEachByte() throws Exception {
        TestExchange exchange = post("application/octet-stream", new byte[] {0, (byte) 255, (byte) 128});
        assertEquals(
                "3,0,255,128",
                bench.run(
                                "var b=request.body;response.end([b.length,b.charCodeAt(0),b.charCodeAt(1),"
                                        + "b.charCodeAt(2)].join())",
                                exchange)
                        .text());
    }

    @Test
    @Tag("J4.7")
    void absentPartsAreEmptyStrings() throws Exception {
        assertEquals(
                "string0string",
                bench.run("response.end(typeof request.body+request.body.length+typeof request.authorization)")
                        .text());
    }

    @Test
    @Tag("J4.11")
    void bodyCanBeStored() throws Exception {
        bench.run(
                "var body=request.body; context.storage.setItem('data',JSON.stringify(body)); response.end()",
                post("application/json", "{}".getBytes(StandardCharsets.UTF_8)));
        assertEquals("\"{}\"", bench.store.committed().get("data").value());
    }

    @Test
    @Tag("J3.17")
    void everyMethodReachesTheMim() throws Exception {
        assertEquals(
                "OPTIONS",
                bench.run("response.end(request.method)", new TestExchange("OPTIONS", "", null, new byte[0]))
                        .text());
    }
}
