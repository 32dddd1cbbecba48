package mimosa.gateway;

import static mimosa.gateway.TestGateway.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are refused before any handler sees them, byte for byte. */
class StrictnessTest {
    private static final Pattern ERROR = Pattern.compile(
            "HTTP/1\\.1 (\\d{3}) .*\r\nX-Request-Id: ([A-Za-z0-9._-]{1,64})\r\n.*"
                    + "\\{\"error\":\\{\"code\":\\1,\"message\":\"[^\"]+\",\"requestId\":\"\\2\"\\}\\}",
            Pattern.DOTALL);

    private static final List<String> SEEN = new CopyOnWriteArrayList<>();

    private static TestGateway gateway;

    @BeforeAll
    static void start(@TempDir Path folder) {
        gateway = new TestGateway(folder).with("/in", exchange -> {
            SEEN.add(exchange.path());
            exchange.receive(1_000_000).whenComplete((body, failure) -> {
                if (failure == null) {
                    exchange.end(text("got " + body.size()));
                } else {
                    exchange.fail(failure);
                }
            });
        });
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static void assertRefused(int status, String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(ERROR.matcher(answer).matches(), answer);
        assertFalse(answer.contains("Server:"), answer);
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("bare LF after the request line", 400, "GET /in HTTP/1.1\nHost: a\r\n\r\n"),
                Arguments.of("bare LF after a field", 400, "GET /in HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"),
                Arguments.of("bare LF at the end", 400, "GET /in HTTP/1.1\r\nHost: a\r\n\n"),
                Arguments.of("bare CR in a value", 400, "GET /in HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n"),
                Arguments.of("lower-case version", 505, "GET /in http/1.1\r\nHost: a\r\n\r\n"),
                Arguments.of("mixed-case version", 505, "GET /in Http/1.1\r\nHost: a\r\n\r\n"),
                Arguments.of("unknown version", 505, "GET /in HTTP/1.7\r\nHost: a\r\n\r\n"),
                Arguments.of("no version", 505, "GET /in\r\n\r\n"),
                Arguments.of("no host", 400, "GET /in HTTP/1.1\r\n\r\n"),
                Arguments.of("two hosts", 400, "GET /in HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
                Arguments.of("blank before the colon", 400, "GET /in HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n"),
                Arguments.of("folded field", 400, "GET /in HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"),
                Arguments.of("field without colon", 400, "GET /in HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"),
                Arguments.of("field without name", 400, "GET /in HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"),
                Arguments.of("NUL in a value", 400, "GET /in HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n"),
                Arguments.of("control character in the method", 400, "G\1T /in HTTP/1.1\r\nHost: a\r\n\r\n"),
                Arguments.of("garbage", 400, "\0\1\2\3\r\n\r\n"),
                Arguments.of(
                        "two lengths",
                        400,
                        "POST /in HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
                Arguments.of(
                        "a list of lengths", 400, "POST /in HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc"),
                Arguments.of("signed length", 400, "POST /in HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc"),
                Arguments.of("negative length", 400, "POST /in HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc"),
                Arguments.of(
                        "endless length",
                        400,
                        "POST /in HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nabc"),
                Arguments.of(
                        "length and coding",
                        400,
                        "POST /in HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                Arguments.of(
                        "coding and length",
                        400,
                        "POST /in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"),
                Arguments.of(
                        "coding in HTTP/1.0",
                        400,
                        "POST /in HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                Arguments.of(
                        "chunked not last",
                        400,
                        "POST /in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
                Arguments.of(
                        "unknown coding",
                        400,
                        "POST /in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
                Arguments.of(
                        "a second coding",
                        501,
                        "POST /in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                Arguments.of(
                        "chunk size that is no number",
                        400,
                        "POST /in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
                Arguments.of(
                        "chunk line ended by LF",
                        400,
                        "POST /in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n"),
                Arguments.of(
                        "chunk longer than announced",
                        400,
                        "POST /in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n"),
                Arguments.of("fragment", 400, "GET /in#x HTTP/1.1\r\nHost: a\r\n\r\n"),
                Arguments.of("user info", 400, "GET http://u:p@a/in HTTP/1.1\r\nHost: a\r\n\r\n"),
                Arguments.of("other authority", 400, "GET http://b/in HTTP/1.1\r\nHost: a\r\n\r\n"),
                Arguments.of("unknown expectation", 417, "GET /in HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n"),
                Arguments.of("TLS to a plain port", 400, "\u0016\u0003\u0001\u0002\0\1\0\1\u00fc\u0003\u0003"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void refusesMalformedRequests(String what, int status, String request) {
        SEEN.clear();
        try (RawClient client = gateway.connect()) {
            assertRefused(status, client.send(request).readAll());
        }
        // Only the chunked body of a well-formed header may get as far as the handler, which then fails to receive it.
        assertTrue(SEEN.isEmpty() || what.startsWith("chunk"), what);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//in",
                "/in//x",
                "/in%2Fx",
                "/in%00",
                "/in/../x",
                "/in/%2e%2e/x",
                "/in/.",
                "/in/..;a/x",
                "/in\\x",
                "/in%5cx",
                "/in/%",
                "/in/%u002e",
                "/in/%0d%0aX"
            })
    void refusesAmbiguousPaths(String path) {
        SEEN.clear();
        assertRefused(400, gateway.exchange("GET " + path + " HTTP/1.1", "Host: a", "Connection: close", "", ""));
        assertTrue(SEEN.isEmpty());
    }

    @Test
    void letsEmptySegmentsAndEncodedSlashesThroughWhenTold(@TempDir Path folder) {
        try (TestGateway lenient = new TestGateway(folder, true, 30_000, 0)
                .with("/in", exchange -> exchange.end(text(exchange.remainingPath())))) {
            String answer = lenient.exchange("GET /in//a%2Fb HTTP/1.1", "Host: a", "Connection: close", "", "");
            assertTrue(answer.endsWith("\r\n\r\n//a%2Fb"), answer);
            answer = lenient.exchange("GET /in/..%2Fb HTTP/1.1", "Host: a", "Connection: close", "", "");
            assertRefused(400, answer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/in/%25", "/in/%C3%A9", "/in/%ff", "/in/a%20b;c=d", "/in/%252F"})
    void leavesOtherEncodingsAlone(String path) {
        SEEN.clear();
        String answer = gateway.exchange("GET " + path + " HTTP/1.1", "Host: a", "Connection: close", "", "");
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        assertEquals(List.of(path), SEEN);
    }

    @Test
    @Tag("J3.15")
    void answers404WhereNobodyListens() {
        String answer = gateway.exchange("GET /nowhere?x HTTP/1.1", "Host: a", "Connection: close", "", "");
        assertRefused(404, answer);
        assertTrue(answer.contains("\"message\":\"no mim at /nowhere\""), answer);
        assertRefused(404, gateway.exchange("OPTIONS * HTTP/1.1", "Host: a", "Connection: close", "", ""));
    }

    @Test
    void answersMethodsThatReachNobody405() {
        String trace = gateway.exchange("TRACE /in HTTP/1.1", "Host: a", "Connection: close", "", "");
        assertRefused(405, trace);
        assertTrue(trace.contains("\r\nAllow: GET, HEAD,"), trace);
        assertRefused(405, gateway.exchange("CONNECT a:80 HTTP/1.1", "Host: a:80", "Connection: close", "", ""));
    }

    @Test
    void limitsTheLengthOfTheUrl() {
        String longest = "/in?" + "x".repeat(16_384 - 4);
        String answer = gateway.exchange("GET " + longest + " HTTP/1.1", "Host: a", "Connection: close", "", "");
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        for (int length : new int[] {1, 10_000}) {
            answer = gateway.exchange(
                    "GET " + longest + "x".repeat(length) + " HTTP/1.1", "Host: a", "Connection: close", "", "");
            assertRefused(414, answer);
        }
    }

    @Test
    void limitsTheSizeAndNumberOfHeaderFields() {
        String answer = gateway.exchange(
                "GET /in HTTP/1.1", "Host: a", "Connection: close", "X: " + "y".repeat(32_700), "", "");
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        answer = gateway.exchange(
                "GET /in HTTP/1.1", "Host: a", "Connection: close", "X: " + "y".repeat(32_800), "", "");
        assertRefused(431, answer);
        answer = gateway.exchange("GET /in HTTP/1.1", "Host: a", "Connection: close" + "\r\nX: y".repeat(198), "", "");
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        answer = gateway.exchange("GET /in HTTP/1.1", "Host: a", "Connection: close" + "\r\nX: y".repeat(199), "", "");
        assertRefused(431, answer);
    }

    @Test
    void limitsWhatTheParserTakesInAtAll() {
        assertRefused(414, gateway.exchange("GET /in?" + "x".repeat(60_000) + " HTTP/1.1", "Host: a", "", ""));
        assertRefused(431, gateway.exchange("GET /in HTTP/1.1", "Host: a", "X: " + "y".repeat(60_000), "", ""));
    }

    @Test
    void takesNoFramingFromTrailers() {
        try (RawClient client = gateway.connect()) {
            client.send("POST /in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3\r\nabc\r\n0\r\nContent-Length: 500\r\nTransfer-Encoding: gzip\r\nHost: b\r\n\r\n"
                    + "GET /in/second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            String answers = client.readAll();
            assertTrue(answers.contains("got 3"), answers);
            assertTrue(answers.endsWith("got 0"), answers);
        }
    }
}
