package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The deploy folder, the management API and the shell, each with a real webpacked bundle and with mistakes. */
class WaysInTest {
    private static final Duration FOLDER = Duration.ofSeconds(20);
    private static Node node;

    @BeforeAll
    static void start() {
        node = Node.start("ways-in");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** A webpack, babel, core-js and router bundle of more than 100 KB, as it ships. */
    private static Path notes() throws IOException {
        try (Stream<Path> tars = Files.list(Node.DISTRIBUTION.resolve("examples/notes/target"))) {
            Path tar = tars.filter(file -> file.toString().endsWith(".tar"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(Files.size(tar) > 100_000, () -> tar + " is too small to prove anything");
            return tar;
        }
    }

    private static void assertServesNotes(String root) {
        HttpResponse<String> made = node.send(java.net.http.HttpRequest.newBuilder(node.uri(root + "/notes"))
                .header("Content-Type", "application/json")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{\"text\":\"hi\",\"tag\":\"x\"}")));
        assertEquals(201, made.statusCode(), made::body);
        assertTrue(node.get(root + "/notes").body().contains("\"hi\""));
        String id = Node.json(made.body()).path("id").asText();
        assertEquals(
                204,
                node.send(java.net.http.HttpRequest.newBuilder(node.uri(root + "/notes/" + id))
                                .DELETE())
                        .statusCode());
        assertEquals(404, node.get(root + "/nowhere").statusCode());
    }

    @Test
    void theManagementApiDeploysARealBundle() throws IOException {
        HttpResponse<String> image = node.upload(Files.readAllBytes(notes()));
        assertEquals(200, image.statusCode(), image::body);
        assertEquals("api-notes-v1", Node.json(image.body()).path("id").asText());
        HttpResponse<String> mim =
                node.deploy("{\"name\":\"rest\",\"image\":\"notes-v1\",\"env\":{\"MCM.BASE_API_PATH\":\"/rest/v1\"}}");
        assertEquals(200, mim.statusCode(), mim::body);
        assertServesNotes("/api/rest/v1");
    }

    @Test
    @Tag("M9.1")
    @Tag("M9.2")
    @Tag("M9.4")
    void theShellDeploysARealBundle() throws IOException {
        Node.Result deployed =
                node.mimosa("shell", "mim:deploy " + notes() + " -n shell -e MCM.BASE_API_PATH=/shell/v1 -e A=1");
        assertEquals(0, deployed.exit(), deployed::toString);
        assertTrue(node.mimosa("shell", "mim:list").out().contains("/api/shell/v1"));
        assertServesNotes("/api/shell/v1");
        Node.Result invoked = node.mimosa("shell", "mim:invoke api-shell /notes");
        assertEquals(0, invoked.exit(), invoked::toString);
        assertTrue(invoked.out().contains("200"), invoked::toString);
        assertTrue(node.mimosa("shell", "mim:info api-shell").out().contains("api-shell"));
        assertEquals(0, node.mimosa("shell", "mim:stop api-shell").exit());
        assertEquals(503, node.get("/api/shell/v1/notes").statusCode());
        assertEquals(0, node.mimosa("shell", "mim:start api-shell").exit());
        assertEquals(200, node.get("/api/shell/v1/notes").statusCode());
        assertEquals(0, node.mimosa("shell", "mim:undeploy api-shell").exit());
        assertEquals(404, node.get("/api/shell/v1/notes").statusCode());
        Node.Result unknown = node.mimosa("shell", "mim:stop nosuch");
        assertTrue(unknown.exit() != 0, unknown::toString);
        assertTrue((unknown.out() + unknown.err()).contains("error: no mim 'nosuch'"), unknown::toString);
    }

    @Test
    @Tag("M4.1")
    @Tag("M4.2")
    @Tag("M4.5")
    @Tag("M4.6")
    void theFolderDeploysARealBundle() throws IOException {
        Path folder = node.home.resolve("deploy");
        Files.writeString(
                folder.resolve("dropped.json"),
                "{\"name\":\"dropped\",\"env\":{\"MCM.BASE_API_PATH\":\"/dropped/v1\"}}");
        Path tar = folder.resolve("dropped.tar");
        Files.copy(notes(), tar);
        awaitStatus("/api/dropped/v1/notes", 200);
        assertServesNotes("/api/dropped/v1");
        assertEquals(
                409, node.send(node.management("/mims/api-dropped").DELETE()).statusCode());
        node.send(java.net.http.HttpRequest.newBuilder(node.uri("/api/dropped/v1/notes"))
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{\"text\":\"kept\"}")));
        Files.move(tar, node.home.resolve("aside.tar"));
        awaitStatus("/api/dropped/v1/notes", 404);
        Files.move(node.home.resolve("aside.tar"), tar);
        awaitStatus("/api/dropped/v1/notes", 200);
        assertTrue(node.get("/api/dropped/v1/notes").body().contains("kept"));
    }

    @Test
    @Tag("M4.4")
    void aBrokenFileInTheFolderLeavesTheOldVersionAndSaysWhy() throws IOException {
        Path tar = node.home.resolve("deploy/fixme-v1-1.0.0.tar");
        drop(tar, Tar.image("fixme-v1", "1.0.0", Node.handler("response.end('one')")));
        awaitStatus("/api/fixme/v1", 200);
        drop(tar, new byte[] {1, 2, 3});
        Path error = tar.resolveSibling(tar.getFileName() + ".error");
        Node.await("the reason is written beside the file", FOLDER, () -> Files.exists(error));
        assertTrue(Files.readString(error).contains("not a tar archive"), () -> node.logFile());
        assertEquals("one", node.get("/api/fixme/v1").body());
        drop(tar, Tar.image("fixme-v1", "1.0.1", Node.handler("response.end('two')")));
        Node.await("the repaired version serves", FOLDER, () -> node.get("/api/fixme/v1")
                .body()
                .equals("two"));
        Node.await("the reason is gone", FOLDER, () -> !Files.exists(error));
    }

    private static void drop(Path target, byte[] content) throws IOException {
        Path part = target.resolveSibling("." + target.getFileName() + ".part");
        Files.write(part, content);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void awaitStatus(String path, int status) {
        Node.await(path + " answers " + status, FOLDER, () -> node.get(path).statusCode() == status);
    }

    @Test
    @Tag("M1.1")
    @Tag("M1.4")
    @Tag("M5.2")
    @Tag("M5.9")
    void theManagementApiSaysWhatIsWrong() {
        assertEquals(
                401,
                node.send(java.net.http.HttpRequest.newBuilder(node.uri("/mcm/v1/mims")))
                        .statusCode());
        assertEquals(
                403,
                node.send(java.net.http.HttpRequest.newBuilder(node.uri("/mcm/v1/mims"))
                                .header("Authorization", "Bearer wrong"))
                        .statusCode());
        assertError(node.deploy("{\"name\":\"x\",\"image\":\"nosuch\"}"), 404, "cannot find image with name nosuch");
        assertError(node.deploy("{"), 400, "line 1");
        assertError(node.deploy("{}"), 400, "image");
        assertError(node.upload(new byte[0]), 400, "image is empty");
        assertError(node.upload("hello".getBytes(java.nio.charset.StandardCharsets.UTF_8)), 400, "not a tar archive");
        node.serve("taken", Node.handler("response.end('t')"));
        HttpResponse<String> second = node.deployProgram(
                "other", Node.handler("response.end('o')"), Map.of("MCM.BASE_API_PATH", "/taken/v1"));
        assertError(second, 409, "is used by mim 'api-taken'");
        assertFalse(node.send(node.management("/mims")).body().contains("api-other"));
        assertEquals("t", node.get("/api/taken/v1/a?b").body());
        assertError(node.get("/API/taken/v1"), 404, "no mim at");
    }

    private static void assertError(HttpResponse<String> answer, int status, String part) {
        assertEquals(status, answer.statusCode(), answer::body);
        String message = Node.json(answer.body()).path("error").path("message").asText();
        assertTrue(message.contains(part), answer::body);
    }
}
