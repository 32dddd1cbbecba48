package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the log says of a request, beside what its client is told. */
class LogTest {
    private static final String END = "the handler has run";

    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.start("log");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static HttpResponse<String> call(String name, String program) {
        node.serve(name, program);
        return node.sendAsync("/api/" + name + "/v1", name).join();
    }

    private static long count(List<String> records, String level) {
        return records.stream().filter(line -> line.contains(" " + level + " ")).count();
    }

    @Test
    @Tag("J2.8")
    void consoleLogIsOneHarmlessRecord() {
        call(
                "console",
                Node.handler("console.log('a\\u001b[31m\\nb',{x:1}); response.end(); console.log('" + END + "')"));
        List<String> records = node.awaitLog("console", END);
        assertEquals(2, records.size(), records::toString);
        String record = records.get(0);
        assertEquals(1, count(List.of(record), "INFO"));
        assertTrue(record.contains("mim.api.console"), record);
        assertTrue(record.contains("a\\u001b[31m\\nb {\"x\":1}"), record);
        assertFalse(node.logFile().contains("\u001b"));
        assertFalse(node.console().contains("\u001b"));
    }

    @Test
    @Tag("J2.9")
    void whatDoesNotExistIsNamedWithItsPlace() {
        HttpResponse<String> answer = call("requiring", Node.handler("require('fs')"));
        assertEquals(500, answer.statusCode());
        JsonNode error = Node.json(answer.body()).path("error");
        assertTrue(error.path("message").asText().contains("require"), answer::body);
        List<String> records = node.awaitLog("requiring", "index.js:2");
        assertEquals(1, count(records, "ERROR"), records::toString);
    }

    @Test
    @Tag("J3.4")
    void theStackOfAnExceptionIsInTheLogOnly() {
        HttpResponse<String> answer =
                call("boom", "mimikModule.exports=function(context,request,response){throw new Error('boom')}");
        assertEquals(500, answer.statusCode());
        JsonNode error = Node.json(answer.body()).path("error");
        assertEquals(500, error.path("code").asInt());
        assertEquals("Error: boom", error.path("message").asText());
        assertEquals("boom", error.path("requestId").asText());
        assertEquals("boom", answer.headers().firstValue("X-Request-Id").orElseThrow());
        List<String> records = node.awaitLog("boom", "index.js:1");
        assertTrue(records.get(0).contains("Error: boom"), records::toString);
    }

    @Test
    @Tag("J3.5")
    void theStackNamesTheAuthorsFilesThroughASourceMap() {
        String map = "{\"version\":3,\"sources\":[\"webpack:///./src/main.js\"],\"mappings\":\"AAAA;AAKA\"}";
        String program = "mimikModule.exports = function (context, request, response) {\nthrow new Error('boom'); }\n"
                + "//# sourceMappingURL=data:application/json;charset=utf-8;base64,"
                + Base64.getEncoder().encodeToString(map.getBytes(StandardCharsets.UTF_8));
        assertEquals(500, call("mapped", program).statusCode());
        node.awaitLog("mapped", "src/main.js:6");
    }

    @Test
    @Tag("J3.12")
    void whatComesAfterTheEndIsWarnedOfOnce() {
        HttpResponse<String> answer = call(
                "twice",
                Node.handler("response.end('1'); response.end('2'); response.write('3'); response.setHeader('a','b');"
                        + " console.log('" + END + "')"));
        assertEquals("1", answer.body());
        assertFalse(answer.headers().firstValue("a").isPresent());
        List<String> records = node.awaitLog("twice", END);
        assertEquals(1, count(records, "WARN"), records::toString);
        assertTrue(records.get(0).contains("response.end was ignored"), records::toString);
    }

    @Test
    @Tag("J3.19")
    void anExceptionAfterTheEndIsLoggedOnly() {
        HttpResponse<String> answer = call("after", Node.handler("response.end('a'); throw new Error('x')"));
        assertEquals(200, answer.statusCode());
        assertEquals("a", answer.body());
        List<String> records = node.awaitLog("after", "Error: x");
        assertEquals(1, count(records, "ERROR"), records::toString);
    }

    @Test
    @Tag("J5.4")
    void aHeaderAfterTheFirstByteIsWarnedOf() {
        HttpResponse<String> answer = call(
                "late",
                Node.handler("response.write('a'); response.setHeader('x','y'); response.setHeader('z','y');"
                        + " response.end('b'); console.log('" + END + "')"));
        assertEquals("ab", answer.body());
        assertFalse(answer.headers().firstValue("x").isPresent());
        List<String> records = node.awaitLog("late", END);
        assertEquals(1, count(records, "WARN"), records::toString);
    }
}
