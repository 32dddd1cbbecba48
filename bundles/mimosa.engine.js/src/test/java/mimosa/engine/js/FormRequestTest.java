package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormRequestTest {
    private static final String FORM = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
            + "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x \\\"y.bin\"\r\n"
            + "Content-Type: application/octet-stream\r\n\r\n\u0000\r\n--c\r\n--b--\r\n";

    private final Bench bench = new Bench();

    @AfterEach
    void close() throws Exception {
        bench.close();
        assertEquals(0, bench.store.openFiles.get(), "every file is closed in the end");
    }

    private static TestExchange form(String body) {
        return form(body.getBytes(StandardCharsets.UTF_8));
    }

    private static TestExchange form(byte[] body) {
        return new TestExchange("POST", "", null, body).header("content-type", "multipart/form-data; boundary=b");
    }

    private Bench.Run handle(String callbacks, TestExchange exchange) throws Exception {
        return bench.run(
                "var o=[];request.handleFormRequest({" + callbacks + "});response.end(o.join()+'|'+request.body)",
                exchange);
    }

    @Test
    @Tag("J4.8")
    void partsAreReadAndStored() throws Exception {
        Bench.Run run = handle(
                "found:function(k,f){o.push(k,f);return k==='a'?{action:'get'}:{action:'store',path:'m/x.bin'}},"
                        + "get:function(k,v){o.push('get',k,v)},store:function(p,n){o.push('store',p,n)}",
                form(FORM));
        assertEquals("a,,get,a,1,f,x \"y.bin,store,m/x.bin,6|", run.text());
        assertArrayEquals(
                "\0\r\n--c".getBytes(StandardCharsets.UTF_8),
                bench.store.files().get("m/x.bin"));
    }

    @ParameterizedTest
    @Tag("J4.9")
    @CsvSource(
            delimiter = '!',
            value = {
                "found:function(){return {action:'meta'}},meta:function(k,v){o.push(k,v.length)},"
                        + "get:function(){o.push('no')} ! a,1,f,6|",
                "found:function(k){o.push(k)} ! a,f|",
                "found:function(k){o.push(k);return {action:'unknown'}} ! a,f|",
                "found:function(k){o.push(k);return {action:'get'}} ! a,f|",
                "found:function(k){o.push(k);return {action:'abort'}},get:function(){o.push('no')} ! a|",
                "get:function(){o.push('no')} ! |"
            })
    void actionsDecide(String callbacks, String seen) throws Exception {
        assertEquals(seen, handle(callbacks, form(FORM)).text());
    }

    @Test
    void partWithoutPathIsStoredUnderARandomName() throws Exception {
        String text = handle("found:function(){return {action:'store'}},store:function(p,n){o.push(p,n)}", form(FORM))
                .text();
        assertTrue(text.matches("uploads/[0-9a-f-]{36},1,uploads/[0-9a-f-]{36},6\\|"), text);
        assertEquals(2, bench.store.files().size());
    }

    @ParameterizedTest
    @Tag("J4.10")
    @ValueSource(strings = {"../x", "/../x"})
    void pathOutsideTheAreaIsAnError(String path) throws Exception {
        Bench.Run run = handle("found:function(){return {action:'store',path:'" + path + "'}}", form(FORM));
        assertTrue(run.failure().startsWith("Error: illegal path"), run.failure());
        assertTrue(bench.store.files().isEmpty());
    }

    @Test
    void fullAreaIsAQuotaError() throws Exception {
        bench.store.maxFileBytes = 3;
        assertEquals(
                "QuotaExceededError",
                bench.run(
                                "try{request.handleFormRequest({found:function(){return {action:'store',path:'p'}}})}"
                                        + "catch(e){response.end(e.name)}",
                                form(FORM))
                        .text());
        assertEquals(1, bench.store.files().get("p").length, "the first part, which fits, stays");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "--b",
                "--b\r\n",
                "--bb\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--",
                "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1",
                "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b",
                "--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--",
                "--b\r\nno colon\r\n\r\n1\r\n--b--",
                "--b\nContent-Disposition: form-data; name=a\n\n1\n--b--"
            })
    void malformedBodyIsAnError(String body) throws Exception {
        assertEquals("Error: malformed multipart body", handle("", form(body)).failure());
    }

    @Test
    void secondCallAndOtherBodiesAreIgnoredWithAWarning() throws Exception {
        Bench.Run twice = bench.run(
                        "var n=0,c={found:function(){n++}};for(var i=0;i<3;i++)request.handleFormRequest(c);response.end(''+n)",
                        form(FORM))
                .closed();
        assertEquals("2", twice.text());
        assertEquals(1, twice.host().warnings());
        Bench.Run other =
                handle("found:function(){o.push('no')}", TestExchange.get()).closed();
        assertEquals("|", other.text());
        assertEquals(1, other.host().warnings());
    }

    @Test
    void exceptionOfACallbackReachesTheCaller() throws Exception {
        assertEquals(
                "Error: cb",
                handle("found:function(){throw new Error('cb')}", form(FORM)).failure());
    }

    @Test
    void formIsGoneWithTheAnswer() throws Exception {
        Bench.Run run = bench.run(
                        "response.end('x');try{request.handleFormRequest({})}catch(e){console.log(String(e))}",
                        form(FORM))
                .closed();
        assertTrue(
                run.host().logText().contains("Error: request.handleFormRequest: the body is gone"),
                run.host().logText());
    }

    @Test
    void largePartIsStoredAsItIs() throws Exception {
        byte[] content = new byte[300_000];
        new Random(7).nextBytes(content);
        for (int i = 0; i + 5 <= content.length; i += 997) {
            System.arraycopy("\r\n--x".getBytes(StandardCharsets.US_ASCII), 0, content, i, 5);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes("--b\r\ncontent-disposition: form-data; name=f\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        body.writeBytes(content);
        body.writeBytes("\r\n--b--".getBytes(StandardCharsets.US_ASCII));
        Bench.Run run = handle(
                "found:function(){return {action:'store',path:'big'}},store:function(p,n){o.push(n)}",
                form(body.toByteArray()));
        assertEquals("300000|", run.text());
        assertArrayEquals(content, bench.store.files().get("big"));
    }

    @Test
    void valueIsDecodedByThePartsType() throws Exception {
        byte[] body =
                "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n\u00e9\r\n--b--"
                        .getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(
                "é|",
                handle("found:function(){return {action:'get'}},get:function(k,v){o.push(v)}", form(body))
                        .text());
    }
}
