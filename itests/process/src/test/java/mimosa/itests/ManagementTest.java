package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The management API as its clients see it. */
class ManagementTest {
    private static final byte[] HELLO = Tar.image("hello-v1", "1.2.0", Node.handler("response.end('hi')"));
    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.start("management");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static JsonNode ok(HttpResponse<String> answer) {
        assertEquals(200, answer.statusCode(), answer::body);
        return Node.json(answer.body());
    }

    private static void refused(int status, String part, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer::body);
        JsonNode error = Node.json(answer.body()).path("error");
        assertEquals(status, error.path("code").asInt());
        assertTrue(error.path("message").asText().contains(part), answer::body);
    }

    private static HttpResponse<String> delete(String path) {
        return node.send(node.management(path).DELETE());
    }

    @Test
    @Tag("M5.1")
    void theKeysAreMadeOnceAndPrivate() throws IOException {
        Path file = node.home.resolve("mimosa-api-key.env");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        var lines = Files.readAllLines(file);
        assertEquals(2, lines.size());
        assertNotEquals(lines.get(0).split("=")[1], lines.get(1).split("=")[1]);
    }

    @Test
    @Tag("M5.2")
    void theSchemeIgnoresCase() {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(node.uri("/mcm/v1/mims")).header("Authorization", "bearer " + node.key());
        assertEquals(200, node.send(request).statusCode());
    }

    /** With curl, which asks for 100-continue by itself when a body is large. */
    @Test
    @Tag("M5.3")
    void curlUploadsAnImage() throws IOException {
        Map<String, byte[]> layer = new LinkedHashMap<>();
        layer.put("index.js", Node.handler("response.end('hi')").getBytes(StandardCharsets.UTF_8));
        layer.put("ballast.bin", new byte[5 * 1024 * 1024]);
        Path tar = node.home.resolve("big-v1-1.2.0.tar");
        Files.write(tar, Tar.image("big-v1", "1.2.0", layer));
        Node.Result result = Node.run(
                new ProcessBuilder(
                        "curl",
                        "--silent",
                        "--show-error",
                        "-H",
                        "Authorization: Bearer " + node.key(),
                        "-H",
                        "Expect: 100-continue",
                        "-F",
                        "image=@" + tar,
                        node.uri("/mcm/v1/images").toString()),
                node.home);
        JsonNode image = Node.json(result.out());
        assertEquals("api-big-v1", image.path("id").asText(), result::toString);
        assertEquals("big-v1", image.path("name").asText());
        assertEquals("[\"big-v1:1.2.0\",\"runtime:js\"]", image.path("repoTags").toString());
        assertTrue(image.path("digest").asText().matches("sha256:[0-9a-f]{64}"));
        long age = System.currentTimeMillis() / 1000 - image.path("created").asLong();
        assertTrue(age >= 0 && age < 3600, () -> "created is not in seconds: " + image);
    }

    @Test
    @Tag("M5.4")
    void anUploadWithoutImageIsRefused() {
        refused(
                400,
                "no image received",
                node.send(node.management("/images")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{}"))));
    }

    @Test
    @Tag("M5.6")
    @Tag("M5.7")
    @Tag("M5.18")
    void aMimIsShownAsItIs() {
        ok(node.upload(HELLO));
        HttpResponse<String> deployed = node.send(node.management("/mims")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"hello-v1\",\"image\":\"hello-v1\",\"env\":"
                        + "{\"MCM.BASE_API_PATH\":\"/hello/v1\",\"X\":true},\"id\":\"q\",\"state\":\"z\"}")));
        JsonNode mim = ok(deployed);
        assertEquals("api-hello-v1", mim.path("id").asText());
        assertEquals("started", mim.path("state").asText());
        assertEquals("up", mim.path("status").asText());
        assertEquals("/api/hello/v1", mim.path("env").path("MCM.BASE_API_PATH").asText());
        assertEquals("true", mim.path("env").path("X").asText());
        assertEquals("js", mim.path("env").path("MCM.RUNTIME").asText());
        assertEquals("false", mim.path("env").path("MCM.WEBSOCKET_SUPPORT").asText());
        assertEquals("hi", node.get("/api/hello/v1").body());
        JsonNode listed = ok(node.send(node.management("/containers/api-hello-v1")));
        assertEquals(mim.path("env"), listed.path("env"));
        JsonNode again = ok(
                node.send(node.management("/containers").POST(HttpRequest.BodyPublishers.ofString(listed.toString()))));
        assertEquals(
                "/api/hello/v1", again.path("env").path("MCM.BASE_API_PATH").asText());
        ok(delete("/mims/api-hello-v1"));
    }

    @Test
    @Tag("M5.8")
    void clientsSeeTheirOwnOnly() {
        HttpRequest.Builder upload = node.management("/images")
                .header("x-client-id", "c1")
                .header("Content-Type", "application/x-tar")
                .POST(HttpRequest.BodyPublishers.ofByteArray(HELLO));
        assertEquals("c1-hello-v1", ok(node.send(upload)).path("id").asText());
        HttpRequest.Builder deploy = node.management("/mims")
                .header("x-client-id", "c1")
                .POST(HttpRequest.BodyPublishers.ofString("{\"image\":\"hello-v1\"}"));
        assertEquals("c1-hello-v1", ok(node.send(deploy)).path("id").asText());
        assertEquals("hi", node.get("/c1/hello/v1").body());
        JsonNode others = ok(node.send(node.management("/mims").header("x-client-id", "c2")));
        assertEquals(0, others.path("data").size());
        refused(404, "no mim", node.send(node.management("/mims/c1-hello-v1").header("x-client-id", "c2")));
        ok(delete("/mims/c1-hello-v1"));
    }

    @Test
    @Tag("M1.2")
    void theLongestPathWins() {
        String echo = Node.handler("response.end('NAME:'+request.url)");
        node.deployProgram("outer", echo.replace("NAME", "outer"), Map.of("MCM.BASE_API_PATH", "/a/v1"));
        node.deployProgram("inner", echo.replace("NAME", "inner"), Map.of("MCM.BASE_API_PATH", "/a/v1/b"));
        assertEquals("inner:/c", node.get("/api/a/v1/b/c").body());
        assertEquals("outer:/bc", node.get("/api/a/v1/bc").body());
    }

    @Test
    @Tag("M1.3")
    void anIdBelongsToOnePairOfClientAndName() {
        deployFor("a-b", "c");
        HttpRequest.Builder second = node.management("/images")
                .header("x-client-id", "a")
                .header("Content-Type", "application/x-tar")
                .POST(HttpRequest.BodyPublishers.ofByteArray(
                        Tar.image("b-c", "1.0.0", Node.handler("response.end()"))));
        refused(409, "id 'a-b-c' is already used by client 'a-b'", node.send(second));
    }

    private static void deployFor(String client, String name) {
        HttpRequest.Builder upload = node.management("/images")
                .header("x-client-id", client)
                .header("Content-Type", "application/x-tar")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Tar.image(name, "1.0.0", Node.handler("response.end()"))));
        ok(node.send(upload));
        ok(node.send(node.management("/mims")
                .header("x-client-id", client)
                .POST(HttpRequest.BodyPublishers.ofString("{\"image\":\"" + name + "\"}"))));
    }

    @Test
    @Tag("M1.6")
    void anAliasAnswersBelowApi() {
        ok(node.send(node.management("/images")
                .header("x-client-id", "al")
                .header("Content-Type", "application/x-tar")
                .POST(HttpRequest.BodyPublishers.ofByteArray(HELLO))));
        ok(node.send(node.management("/mims")
                .header("x-client-id", "al")
                .POST(HttpRequest.BodyPublishers.ofString("{\"image\":\"hello-v1\",\"name\":\"x\",\"env\":"
                        + "{\"MCM.API_ALIAS\":\"true\",\"MCM.BASE_API_PATH\":\"/x/v1\"}}"))));
        assertEquals("hi", node.get("/al/x/v1").body());
        assertEquals("hi", node.get("/api/x/v1").body());
    }

    @ParameterizedTest
    @Tag("M1.5")
    @Tag("M5.20")
    @Tag("J9.7")
    @CsvSource({
        "MCM.BASE_API_PATH,/a b",
        "MCM.BASE_API_PATH,/../x",
        "MCM.WEBSOCKET_SUPPORT,maybe",
        "MCM.MAX_EXECUTION_TIME_SEC,0",
        "MCM.MAX_EXECUTION_TIME_SEC,-1",
        "MCM.MAX_EXECUTION_TIME_SEC,x",
        "MCM.MAX_EXECUTION_TIME_SEC,99999"
    })
    void aBadVariableIsNamed(String key, String value) {
        refused(400, key, node.deployProgram("bad", Node.handler("response.end()"), Map.of(key, value)));
        refused(404, "no mim", node.send(node.management("/mims/api-bad")));
    }

    @Test
    @Tag("M5.12")
    @Tag("M5.14")
    void anImageCanGoWhileItsMimStays() throws Exception {
        byte[] image = Tar.image("gone-v1", "1.0.0", Node.handler("response.end('still')"));
        ok(node.upload(image));
        HttpResponse<byte[]> tarball = node.http.send(
                node.management("/images/api-gone-v1/tarball").build(), HttpResponse.BodyHandlers.ofByteArray());
        assertArrayEquals(image, tarball.body());
        assertEquals(
                "application/x-tar",
                tarball.headers().firstValue("Content-Type").orElseThrow());
        ok(node.deploy("{\"image\":\"gone-v1\"}"));
        ok(delete("/images/gone-v1"));
        refused(404, "no image", delete("/images/api-gone-v1"));
        assertEquals("still", node.get("/api/gone/v1").body());
    }

    @Test
    @Tag("M2.3")
    void aCompressedImageIsFoundByItsContent() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(Tar.image("zip-v1", "1.0.0", Node.handler("response.end('unpacked')")));
        }
        ok(node.upload(packed.toByteArray()));
        ok(node.deploy("{\"image\":\"zip-v1\"}"));
        assertEquals("unpacked", node.get("/api/zip/v1").body());
    }

    @Test
    @Tag("M5.19")
    void whatIsNotThereIsSaid() {
        HttpResponse<String> wrongMethod =
                node.send(node.management("/mims").method("PATCH", HttpRequest.BodyPublishers.noBody()));
        refused(405, "", wrongMethod);
        assertTrue(wrongMethod.headers().firstValue("Allow").isPresent());
        refused(404, "", node.send(node.management("/zzz")));
        refused(413, "", node.deploy("{\"x\":\"" + "y".repeat(2 * 1024 * 1024) + "\"}"));
        assertFalse(node.logFile().contains(node.key()), "the key is in the log");
    }

    @Test
    @Tag("M7.1")
    @Tag("M7.2")
    void jsonRpcTellsWhoTheNodeIs() {
        assertTrue(rpc("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getMe\"}")
                        .path("result")
                        .path("nodeId")
                        .asText()
                        .length()
                > 8);
        assertEquals(
                -32601,
                rpc("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getEdgeHmacCode\"}")
                        .path("error")
                        .path("code")
                        .asInt());
        assertEquals(-32700, rpc("{").path("error").path("code").asInt());
        assertEquals(-32600, rpc("{\"id\":1}").path("error").path("code").asInt());
    }

    private static JsonNode rpc(String body) {
        return ok(node.send(
                HttpRequest.newBuilder(node.uri("/jsonrpc/v1")).POST(HttpRequest.BodyPublishers.ofString(body))));
    }
}
