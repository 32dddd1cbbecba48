package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs as authors have them: bundles of npm packages that know nothing of this runtime, and modern single files. */
class BundlesTest {
    private static final Path BUNDLES = Path.of(System.getProperty("mimosa.bundles"));
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** What the runtime has to down-level, or calls for it: no tool has touched it. */
    private static final String MODERN =
            """
            class NoPrice extends RangeError {
              name = 'NoPrice';
            }

            class Shop {
              #prices = new Map([['tea', 3], ['jam', 5]]);
              static currency = 'EUR';

              constructor({ discount = 0, ...rest } = {}) {
                this.discount = discount;
                this.rest = rest;
              }

              price(name) {
                if (!this.#prices.has(name)) {
                  throw new NoPrice(`no price of ${name}`); // the line
                }
                return this.#prices.get(name) * (1 - this.discount);
              }

              *[Symbol.iterator]() {
                yield* this.#prices.keys();
              }
            }

            const ask = (http, url) => new Promise((resolve, reject) => {
              http.request({ url, success: ({ data }) => resolve(data), error: reject });
            });

            mimikModule.exports = async ({ http, info: { httpPort } }, { url }, response) => {
              if (url === '/inner') {
                response.end('inner');
                return;
              }
              const shop = new Shop({ discount: 0.5, open: true, name: 'corner' });
              if (url === '/coal') {
                setTimeout(() => response.end(shop.price('coal')), 1);
                return;
              }
              const prices = [];
              for (const name of shop) {
                prices.push(() => ({ [name]: shop.price(name) }));
              }
              const answers = [];
              for (const path of ['modern/v1/inner', 'nowhere']) {
                try {
                  answers.push(await ask(http, `127.0.0.1:${httpPort}/api/${path}`));
                } catch ({ status }) {
                  answers.push(status ?? 'none');
                }
              }
              response.end(JSON.stringify({
                ...Object.assign({}, ...prices.map((price) => price())),
                ...shop.rest,
                answers,
                currency: Shop?.currency,
                most: Math.max(...[3, 5]),
              }));
            };
            """;

    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.create("bundles", Map.of("mimosa.engine.js", "checkMs = 60000\ntranspileMs = 240000"));
        node.run();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** Deploys what webpack has left in {@code <name>/}, at {@code /api/<name>/v1}. */
    private static void deploy(String name) {
        Map<String, byte[]> layer = new TreeMap<>();
        for (String file : List.of("index.js", "index.js.map")) {
            try {
                layer.put(file, Files.readAllBytes(BUNDLES.resolve(name).resolve(file)));
            } catch (IOException e) {
                throw new IllegalStateException(
                        "there is no bundle " + BUNDLES.resolve(name).resolve(file)
                                + "; it is made by the goal exec:exec@build-bundles",
                        e);
            }
        }
        HttpResponse<String> uploaded = node.upload(Tar.image(name + "-v1", "1.0.0", layer));
        assertEquals(200, uploaded.statusCode(), uploaded::body);
        HttpResponse<String> deployed = node.deploy("{\"name\":\"" + name + "\",\"image\":\"" + name
                + "-v1\",\"env\":{\"MCM.BASE_API_PATH\":\"/" + name + "/v1\"}}");
        assertEquals(200, deployed.statusCode(), deployed::body);
    }

    private static HttpResponse<String> call(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(node.uri("/api" + path))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return node.send(request);
    }

    private static void assertAnswers(int status, String json, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer::body);
        assertEquals(Node.json(json), Node.json(answer.body()));
    }

    // Packages of the platform that mims were written for

    @Test
    @Tag("J10.2")
    void generatedSwaggerMiddlewareAnswersForTheRoutesItKnows() {
        deploy("pets");
        String tom = "{\"name\":\"Tom\",\"kind\":\"cat\",\"age\":3}";
        assertAnswers(201, tom, call("POST", "/pets/v1/pets", tom));
        assertAnswers(200, tom, call("GET", "/pets/v1/pets/Tom", null));
        assertAnswers(200, "{\"data\":[" + tom + "]}", call("GET", "/pets/v1/pets?kind=cat", null));
        assertAnswers(200, "{\"data\":[]}", call("GET", "/pets/v1/pets?kind=dog", null));
        assertAnswers(404, "{\"code\":404,\"message\":\"no pet Rex\"}", call("GET", "/pets/v1/pets/Rex", null));

        // Its own answers: nothing at that path, a parameter that is missing or wrong, an operation that nobody wrote.
        assertAnswers(404, "{\"code\":404,\"message\":\"not found\"}", call("GET", "/pets/v1/nowhere", null));
        assertAnswers(400, "{\"code\":400,\"message\":\"kind is required\"}", call("GET", "/pets/v1/pets", null));
        HttpResponse<String> bird = call("POST", "/pets/v1/pets", "{\"name\":\"Tweety\",\"kind\":\"bird\"}");
        assertEquals(400, bird.statusCode(), bird::body);
        assertTrue(bird.body().contains("is not one of enum values: cat,dog"), bird::body);
        assertAnswers(
                501,
                "{\"code\":501,\"message\":\"operation: 'removePet' not implemented\"}",
                call("DELETE", "/pets/v1/pets/Tom", null));

        // The API calls it X-Pet-Key, and so does the middleware when it looks for it.
        assertAnswers(200, "{\"owner\":\"Ada\"}", call("GET", "/pets/v1/owner", null, "x-pet-key", "key-of-ada"));
        assertEquals(403, call("GET", "/pets/v1/owner", null).statusCode());
    }

    @Test
    @Tag("J10.3")
    void polyfillsThatReplaceBuiltInsStayInTheirRequest() {
        deploy("polyfills");
        node.serve(
                "neighbour",
                Node.handler("response.end(JSON.stringify([Promise, Array.from, setTimeout].map(String)))"));
        String before = node.get("/api/neighbour/v1").body();
        for (int i = 0; i < 3; i++) {
            assertAnswers(
                    200,
                    "{\"replaced\":[true,true,true],\"values\":[1,4,9],\"most\":3,\"pending\":0}",
                    call("GET", "/polyfills/v1", null));
            assertEquals(before, node.get("/api/neighbour/v1").body());
        }
        assertEquals(3, before.split("native code", -1).length - 1, before);
    }

    // What mims may do, as webpack, babel and core-js leave it

    @Test
    @Tag("J10.1")
    @Tag("J10.4")
    void routesAndCallsBetweenMims() {
        deploy("routes");
        deploy("http");
        assertAnswers(200, "{\"id\":\"7\"}", call("GET", "/routes/v1/users/7", null));
        assertAnswers(201, "{\"created\":\"Ada\"}", call("POST", "/routes/v1/users", "{\"name\":\"Ada\"}"));
        assertAnswers(200, "{\"deleted\":\"7\"}", call("DELETE", "/routes/v1/users/7", null));
        assertAnswers(200, "{\"status\":\"fine\",\"below\":\"/admin\"}", call("GET", "/routes/v1/admin/status", null));
        assertAnswers(404, "{\"message\":\"no PATCH /users\"}", call("PATCH", "/routes/v1/users", null));

        assertAnswers(200, "{\"status\":200,\"data\":{\"id\":\"8\"}}", call("GET", "/http/v1/users/8", null));
        assertAnswers(502, "{\"status\":404,\"said\":\"no GET /nowhere\"}", call("GET", "/http/v1/nowhere", null));
    }

    @Test
    @Tag("J10.4")
    void storageCountersAndTimers() {
        deploy("storage");
        assertEquals("nothing", call("GET", "/storage/v1", null).body());
        call("POST", "/storage/v1", "{\"a\":\"é\"}");
        assertEquals("{\"a\":\"é\"}", call("GET", "/storage/v1", null).body());
        assertEquals("nothing", call("DELETE", "/storage/v1", null).body());

        deploy("counter");
        deploy("stored-counter");
        for (int n = 1; n <= 5; n++) {
            assertAnswers(200, "{\"counter\":1}", call("GET", "/counter/v1", null));
            assertAnswers(200, "{\"counter\":" + n + "}", call("GET", "/stored-counter/v1", null));
        }

        deploy("timers");
        assertEquals("soon", call("GET", "/timers/v1", null).body());
        Node.await("the timer has written", PATIENCE, () -> {
            String seen = call("GET", "/timers/v1/seen", null).body();
            assertTrue(seen.equals("null") || seen.equals("true"), seen);
            return seen.equals("true");
        });
    }

    /** Whole and in pieces; that a piece does not wait for the next one is tested where only that is. */
    @Test
    @Tag("J10.4")
    void serverSentEvents() throws IOException, InterruptedException {
        deploy("events");
        HttpResponse<InputStream> answer = node.http.send(
                HttpRequest.newBuilder(node.uri("/api/events/v1")).build(), HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(
                "text/event-stream", answer.headers().firstValue("Content-Type").orElseThrow());
        assertEquals("no-cache", answer.headers().firstValue("Cache-Control").orElseThrow());
        assertEquals(List.of("chunked"), answer.headers().allValues("Transfer-Encoding"));
        List<String> events = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            lines.lines().filter(line -> !line.isEmpty()).forEach(events::add);
        }
        assertEquals(List.of("data: {\"n\":1}", "data: {\"n\":2}", "data: {\"n\":3}"), events);
    }

    @Test
    @Tag("J10.4")
    void pagesAndTransactions() {
        deploy("page");
        assertEquals(200, call("POST", "/page/v1", null).statusCode());
        assertAnswers(200, "{\"ages\":[30,29,28,27,26,25,24,23,22,21],\"total\":12}", call("GET", "/page/v1/0", null));
        assertAnswers(200, "{\"ages\":[20,19],\"total\":12}", call("GET", "/page/v1/10", null));

        deploy("transfer");
        assertAnswers(200, "{\"a\":40,\"b\":60}", call("POST", "/transfer/v1/60", null));
        assertAnswers(409, "{\"message\":\"a has not got 60\"}", call("POST", "/transfer/v1/60", null));
        assertAnswers(200, "{\"a\":40,\"b\":60}", call("GET", "/transfer/v1", null));
    }

    // What mims must do without

    @ParameterizedTest
    @Tag("J10.5")
    @CsvSource(
            delimiter = '|',
            value = {
                "require      | var lodash = require('lodash');                         | ReferenceError",
                "fetch        | fetch('https://example.com').then(function () {});      | ReferenceError",
                "setInterval  | setInterval(function () {}, 1000);                      | ReferenceError",
                "WebSocket    | var socket = new WebSocket('wss://example.com');        | ReferenceError",
                "query        | context.storage.query('SELECT * FROM users');           | TypeError",
                "fs           | fs.readFileSync('/etc/passwd');                         | ReferenceError",
            })
    void whatIsNotOfferedIsNamedInTheAnswerAndTheLog(String name, String line, String error) {
        String mim = "without-" + name.toLowerCase(Locale.ROOT);
        node.serve(mim, Node.handler(line + "\nresponse.end('done');"));

        HttpResponse<String> answer = call("GET", "/" + mim + "/v1", null, "x-request-id", "find-" + mim);

        assertEquals(500, answer.statusCode(), answer::body);
        assertTrue(answer.headers().firstValue("Content-Type").orElse("").startsWith("application/json"));
        JsonNode body = Node.json(answer.body()).path("error");
        assertEquals(500, body.path("code").asInt());
        assertEquals("find-" + mim, body.path("requestId").asText());
        assertTrue(body.path("message").asText().startsWith(error + ": "), answer::body);
        assertTrue(body.path("message").asText().contains(name), answer::body);
        String log = log("api-" + mim);
        assertTrue(log.contains("at index.js:2"), log);
        assertTrue(log.contains("find-" + mim), log);
    }

    // One modern file, without any tool

    @Test
    void aModernFileRunsAsItWasWritten() {
        String plain = Node.handler("response.end('plain')");
        long first = millisToServe("modern", MODERN);
        // Another text, so that nothing of the first deployment can be used again.
        long second = millisToServe("modern", MODERN.replace("corner", "border"));
        long again = millisToServe("modern", MODERN.replace("corner", "border"));
        System.out.printf(
                "deployment of a modern file: the first %d ms, another %d ms, the same again %d ms; of one in ES5 %d ms%n",
                first, second, again, millisToServe("plain", plain));

        assertAnswers(
                200,
                "{\"tea\":1.5,\"jam\":2.5,\"open\":true,\"name\":\"border\",\"answers\":[\"inner\",404],"
                        + "\"currency\":\"EUR\",\"most\":5}",
                call("GET", "/modern/v1", null));

        HttpResponse<String> failed = call("GET", "/modern/v1/coal", null);
        assertEquals(500, failed.statusCode(), failed::body);
        assertTrue(failed.body().contains("NoPrice: no price of coal"), failed::body);
        int line = MODERN.substring(0, MODERN.indexOf("// the line")).split("\n").length;
        String log = log("api-modern");
        assertTrue(log.contains("coal\\n    at price (index.js:" + line + ")"), log);
        // No line of what makes it run, which would be taken for one of the author's.
        int lines = MODERN.split("\n").length;
        Matcher frames = Pattern.compile("at (\\S+) \\(index\\.js:(\\d+)").matcher(log);
        while (frames.find()) {
            assertTrue(Integer.parseInt(frames.group(2)) <= lines && MODERN.contains(frames.group(1)), log);
        }
        assertFalse(failed.body().contains("index.js"), failed::body);
    }

    private static long millisToServe(String name, String program) {
        long begin = System.nanoTime();
        node.serve(name, program);
        return (System.nanoTime() - begin) / 1_000_000;
    }

    private static String log(String id) {
        Node.Result log = node.mimosa("shell", "mim:logs -n 50 " + id);
        assertEquals(0, log.exit(), log::toString);
        return log.out();
    }
}
