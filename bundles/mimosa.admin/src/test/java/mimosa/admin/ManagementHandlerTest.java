package mimosa.admin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManagementHandlerTest {
    private static final String KEY = "secret-key";
    private static final String UPLOADS = "/mcm/v1/images";

    @TempDir
    Path folder;

    private InMemoryMims mims;
    private ManagementHandler handler;

    @BeforeEach
    void start() {
        mims = new InMemoryMims(folder);
        handler = new ManagementHandler(mims, KEY, 1 << 20);
    }

    private static RecordedExchange anonymous(String method, String target) {
        return new RecordedExchange(method, "/mcm", target);
    }

    private static RecordedExchange request(String method, String target) {
        return anonymous(method, target).with("authorization", "Bearer " + KEY);
    }

    private JsonNode ok(RecordedExchange exchange) throws Exception {
        exchange.handledBy(handler);
        assertNull(exchange.failure, () -> exchange.failure.getMessage());
        assertEquals("application/json", exchange.answerHeaders.get("Content-Type"));
        return new ObjectMapper().readTree(exchange.bytes());
    }

    private MimosaException refused(RecordedExchange exchange, Kind kind) throws Exception {
        exchange.handledBy(handler);
        assertEquals(kind, exchange.failure == null ? null : exchange.failure.kind(), exchange::text);
        return exchange.failure;
    }

    private static byte[] form(String... parts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String part : parts) {
            body.writeBytes(("--B\r\n" + part + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
        body.writeBytes("--B--\r\n".getBytes(StandardCharsets.ISO_8859_1));
        return body.toByteArray();
    }

    private static RecordedExchange upload(String... parts) {
        return request("POST", UPLOADS)
                .with("content-type", "multipart/form-data; boundary=B")
                .sending(form(parts));
    }

    private void uploadHello(String client) throws Exception {
        RecordedExchange exchange = request("POST", UPLOADS)
                .with("content-type", "application/x-tar")
                .sending("hello-v1:1.2.0:");
        ok(client == null ? exchange : exchange.with("x-client-id", client));
    }

    private static String file(String name, String content) {
        return "Content-Disposition: form-data; name=\"" + name + "\"; filename=\"hello-v1-1.2.0.tar\"\r\n\r\n"
                + content;
    }

    @Test
    @Tag("M5.2")
    void credentialsAreCheckedBeforeTheBodyIsReceived() throws Exception {
        RecordedExchange none = anonymous("POST", "/mcm/v1/mims").sending("{}");
        refused(none, Kind.UNAUTHENTICATED);
        assertEquals("Bearer", none.answerHeaders.get("WWW-Authenticate"));
        assertFalse(none.wasReceived());
        refused(anonymous("GET", "/mcm/v1/mims").with("authorization", "Basic " + KEY), Kind.UNAUTHENTICATED);
        refused(anonymous("GET", "/mcm/v1/mims").with("authorization", "Bearer"), Kind.UNAUTHENTICATED);
        refused(anonymous("GET", "/mcm/v1/mims").with("authorization", "Bearer " + KEY + "x"), Kind.FORBIDDEN);
        refused(anonymous("GET", "/mcm/nothing").with("authorization", "Bearer wrong"), Kind.FORBIDDEN);
        ok(anonymous("GET", "/mcm/v1/mims").with("authorization", "bearer " + KEY));
    }

    @Test
    void anEmptyKeyLetsNobodyIn() throws Exception {
        handler = new ManagementHandler(mims, "", 1);
        refused(anonymous("GET", "/mcm/v1/mims").with("authorization", "Bearer "), Kind.UNAVAILABLE);
    }

    @Test
    @Tag("M5.3")
    void anUploadedFilePartBecomesAnImage() throws Exception {
        JsonNode image = ok(upload(file("image", "hello-v1:1.2.0:\r\n--\r\nx")));
        assertEquals("api-hello-v1", image.get("id").asText());
        assertEquals("hello-v1", image.get("name").asText());
        assertEquals(InMemoryMims.CREATED.getEpochSecond(), image.get("created").asLong());
        assertEquals(
                "[\"hello-v1:1.2.0\",\"runtime:js\"]", image.get("repoTags").toString());
        assertEquals("successfully deployed", image.get("status").asText());
        assertEquals("hello-v1:1.2.0:\r\n--\r\nx".length(), image.get("size").asInt());
        assertEquals("hello-v1-1.2.0.tar", mims.lastUpload.fileName());
        assertTrue(image.get("digest").asText().startsWith("sha256:"));
        assertEquals("api", image.get("clientId").asText());
        assertEquals("1.2.0", image.get("version").asText());
    }

    @Test
    @Tag("M5.4")
    void aBodyWithoutImageIsRefused() throws Exception {
        String field = "Content-Disposition: form-data; name=\"name\"\r\n\r\nzzz";
        List<RecordedExchange> wrong = List.of(
                upload(field),
                upload(),
                request("POST", UPLOADS)
                        .with("content-type", "application/json")
                        .sending("{}"),
                request("POST", UPLOADS).with("content-type", "text/plain").sending("hello-v1:1.2.0:"),
                request("POST", UPLOADS));
        for (RecordedExchange exchange : wrong) {
            assertTrue(refused(exchange, Kind.INVALID).getMessage().startsWith("no image received"));
        }
        refused(upload(file("a", "a-v1:1:"), file("b", "b-v1:1:")), Kind.INVALID);
        refused(upload(file("image", "a-v1:1:"), file("image", "b-v1:1:")), Kind.INVALID);
    }

    @Test
    @Tag("M5.5")
    void theTypeOfThePartAndItsNameDoNotMatter() throws Exception {
        String name = "Content-Disposition: form-data; name=\"name\"\r\n\r\nzzz";
        for (String type : List.of("", "Content-Type: application/tar\r\n", "content-type: application/x-tar\r\n")) {
            JsonNode image = ok(upload(type + file("image", "hello-v1:1.2.0:"), name));
            assertEquals("hello-v1", image.get("name").asText());
            assertEquals("zzz", mims.lastUpload.name());
        }
        assertEquals(
                "other-v1",
                ok(upload(name, file("tar", "other-v1:1:"))).get("name").asText());
        assertEquals(
                "plain-v1",
                ok(upload("Content-Disposition: form-data; name=image\r\n\r\nplain-v1:1:"))
                        .get("name")
                        .asText());
    }

    @Test
    @Tag("M5.6")
    void aBodyIsJsonWhateverItsType() throws Exception {
        uploadHello(null);
        JsonNode mim = ok(
                request("POST", "/mcm/v1/mims")
                        .with("content-type", "application/x-www-form-urlencoded")
                        .sending(
                                "{\"name\":\"hello-v1\",\"image\":\"hello-v1\",\"env\":{\"X\":true},\"id\":\"q\",\"state\":\"z\"}"));
        assertEquals("api-hello-v1", mim.get("id").asText());
        assertEquals("started", mim.get("state").asText());
        assertEquals("up", mim.get("status").asText());
        assertEquals("true", mim.get("env").get("X").textValue());
        assertEquals(InMemoryMims.CREATED.toEpochMilli(), mim.get("created").asLong());
        assertFalse(mim.has("reason"));

        mims.breakDown("api-hello-v1", "engine 'js' is not installed");
        mim = ok(request("GET", "/mcm/v1/mims/api-hello-v1"));
        assertEquals("created", mim.get("state").asText());
        assertEquals("down", mim.get("status").asText());
        assertEquals("engine 'js' is not installed", mim.get("reason").asText());
    }

    @Test
    @Tag("M5.7")
    @Tag("M5.13")
    void containersAreMims() throws Exception {
        uploadHello(null);
        ok(request("POST", "/mcm/v1/containers").sending("{\"image\":\"hello-v1\"}"));
        assertEquals(ok(request("GET", "/mcm/v1/mims")), ok(request("GET", "/mcm/v1/containers/")));
        JsonNode stopped = ok(request("PUT", "/mcm/v1/containers/api-hello-v1").sending("{\"state\":\"stopped\"}"));
        assertEquals("stopped", stopped.get("state").asText());
        assertEquals("down", stopped.get("status").asText());
        JsonNode started = ok(request("PUT", "/mcm/v1/mims/api-hello-v1").sending("{\"state\":\"started\"}"));
        assertEquals("up", started.get("status").asText());
        refused(request("PUT", "/mcm/v1/mims/api-hello-v1").sending("{\"state\":\"gone\"}"), Kind.INVALID);
        refused(request("PUT", "/mcm/v1/mims/api-hello-v1").sending("{"), Kind.INVALID);
        refused(request("PUT", "/mcm/v1/mims/api-hello-v1"), Kind.INVALID);
    }

    @Test
    @Tag("M5.8")
    void aClientSeesOnlyItsOwn() throws Exception {
        uploadHello("c1");
        JsonNode mim = ok(request("POST", "/mcm/v1/mims")
                .with("x-client-id", "c1")
                .sending("{\"image\":\"hello-v1\",\"clientId\":\"c9\"}"));
        assertEquals("c1-hello-v1", mim.get("id").asText());
        assertEquals(
                "{\"data\":[]}",
                ok(request("GET", "/mcm/v1/mims").with("x-client-id", "c2")).toString());
        refused(request("GET", "/mcm/v1/mims/c1-hello-v1").with("x-client-id", "c2"), Kind.NOT_FOUND);
        assertEquals(1, ok(request("GET", "/mcm/v1/mims")).get("data").size());
        ok(request("GET", "/mcm/v1/mims/c1-hello-v1"));
        for (String illegal : List.of("mcm", "console", "-a", "a.b", "", "x".repeat(65))) {
            refused(request("GET", "/mcm/v1/mims").with("x-client-id", illegal), Kind.INVALID);
        }
    }

    @Test
    @Tag("M5.9")
    void anUnknownImageIsNamed() throws Exception {
        MimosaException failure =
                refused(request("POST", "/mcm/v1/mims").sending("{\"image\":\"nope\"}"), Kind.NOT_FOUND);
        assertEquals("cannot find image with name nope", failure.getMessage());
    }

    @Test
    @Tag("M5.11")
    void aMimIsRemovedWithOrWithoutItsData() throws Exception {
        uploadHello(null);
        ok(request("POST", "/mcm/v1/mims").sending("{\"image\":\"hello-v1\"}"));
        JsonNode gone = ok(request("DELETE", "/mcm/v1/mims/api-hello-v1?x=1&keepData=true"));
        assertEquals("{\"id\":\"api-hello-v1\",\"name\":\"hello-v1\"}", gone.toString());
        assertTrue(mims.lastKeepData);
        refused(request("DELETE", "/mcm/v1/mims/api-hello-v1"), Kind.NOT_FOUND);
        ok(request("POST", "/mcm/v1/mims").sending("{\"image\":\"hello-v1\"}"));
        ok(request("DELETE", "/mcm/v1/mims/api-hello-v1"));
        assertFalse(mims.lastKeepData);
    }

    @Test
    @Tag("M5.12")
    void anImageIsRemovedByIdOrName() throws Exception {
        for (String name : List.of("hello-v1", "api-hello-v1")) {
            uploadHello(null);
            assertEquals(
                    "{\"id\":\"api-hello-v1\",\"name\":\"hello-v1\"}",
                    ok(request("DELETE", UPLOADS + "/" + name)).toString());
            refused(request("DELETE", UPLOADS + "/" + name), Kind.NOT_FOUND);
        }
        uploadHello("c1");
        refused(request("DELETE", UPLOADS + "/hello-v1"), Kind.NOT_FOUND);
        ok(request("DELETE", UPLOADS + "/hello-v1").with("x-client-id", "c1"));
    }

    @Test
    @Tag("M5.14")
    void theUploadedBytesComeBack() throws Exception {
        byte[] tar = Arrays.copyOf("big-v1:1.0:".getBytes(StandardCharsets.US_ASCII), 200_000);
        JsonNode image = ok(request("POST", UPLOADS)
                .with("content-type", "application/octet-stream")
                .sending(tar));
        String tag = '"' + image.get("digest").asText() + '"';

        RecordedExchange answer =
                request("GET", UPLOADS + "/api-big-v1/tarball?hmac=1").handledBy(handler);
        assertArrayEquals(tar, answer.bytes());
        assertTrue(answer.writes > 1, "sent in pieces");
        assertEquals("application/x-tar", answer.answerHeaders.get("Content-Type"));
        assertEquals(tag, answer.answerHeaders.get("ETag"));
        assertEquals(
                304,
                request("GET", UPLOADS + "/big-v1/tarball")
                        .with("if-none-match", tag)
                        .handledBy(handler)
                        .status);
        assertEquals(0, request("HEAD", UPLOADS + "/big-v1/tarball").handledBy(handler).writes);

        ok(request("POST", UPLOADS).with("content-type", "application/gzip").sending("zip-v1:gz:"));
        assertEquals(
                "application/gzip",
                request("GET", UPLOADS + "/zip-v1/tarball")
                        .handledBy(handler)
                        .answerHeaders
                        .get("Content-Type"));
    }

    @Test
    @Tag("M5.19")
    void wrongMethodsPathsAndBodiesAreRefused() throws Exception {
        RecordedExchange patch = request("PATCH", "/mcm/v1/mims");
        refused(patch, Kind.METHOD_NOT_ALLOWED);
        assertEquals("GET, HEAD, POST", patch.answerHeaders.get("Allow"));
        for (String path : List.of("/mcm", "/mcm/v1", "/mcm/v1/zzz", "/mcm/v2/mims", "/mcm/v1/mims/a/b", "/mcm//v1")) {
            refused(request("GET", path), Kind.NOT_FOUND);
        }
        refused(request("POST", "/mcm/v1/mims").sending("{"), Kind.INVALID);
        refused(request("POST", "/mcm/v1/mims").sending(new byte[2 << 20]), Kind.TOO_LARGE);
        refused(request("POST", UPLOADS).sending(new byte[(1 << 20) + 1]), Kind.TOO_LARGE);
        assertEquals("", request("HEAD", "/mcm/v1/mims").handledBy(handler).text());
    }

    @Test
    void aWrongSettingIsNamed() {
        IllegalArgumentException failure =
                assertThrows(IllegalArgumentException.class, () -> new ManagementHandler(mims, KEY, 0));
        assertEquals("mimosa.mcm: maxUploadBytes=0: expected a number of bytes from 1", failure.getMessage());
    }
}
