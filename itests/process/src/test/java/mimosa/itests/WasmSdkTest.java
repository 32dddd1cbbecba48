package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples and templates of the SDKs for WebAssembly, as they ship; the same behaviour in every language. */
class WasmSdkTest {
    private static final Path SDK = Node.DISTRIBUTION.resolve("sdk");
    private static final Set<String> DEPLOYED = new HashSet<>();
    private static Node node;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        node = Node.start("wasm-sdk");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "rust", "assemblyscript"})
    @Tag("W11.1")
    void helloGreets(String sdk) throws IOException {
        String hello = example(sdk, "hello");

        assertEquals("200 Hello World", got(hello + "/hello"));
        assertEquals("200 Hello Ada L \u00c4", got(hello + "/hello?x&na%6de=Ada+L%20%C3%84"));
        HttpResponse<String> missing = node.get(hello + "/other");
        assertEquals(404, missing.statusCode());
        assertEquals(404, Node.json(missing.body()).at("/error/code").asInt());
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "rust", "assemblyscript"})
    @Tag("W11.1")
    void kvKeepsItems(String sdk) throws IOException {
        String kv = example(sdk, "kv");

        assertEquals("404 absent", failure(node.get(kv + "/kv/a%20%22b%22")));
        assertEquals(204, put(kv + "/kv/a%20%22b%22", "one \u00c4".getBytes(StandardCharsets.UTF_8)));
        assertEquals("200 one \u00c4", got(kv + "/kv/a%20%22b%22"));
        assertEquals(400, put(kv + "/kv/z", new byte[] {(byte) 0xff, (byte) 0xfe}));
        for (int i = 0; i < 120; i++) {
            assertEquals(204, put(kv + "/kv/k" + i, new byte[0]));
        }
        List<String> keys = new ArrayList<>();
        Node.json(node.get(kv + "/kv").body()).forEach(key -> keys.add(key.asText()));
        assertEquals(121, keys.stream().filter(key -> !key.equals("count")).count());
        assertTrue(keys.containsAll(List.of("a \"b\"", "k0", "k119")), keys.toString());
        HttpRequest.Builder removal =
                HttpRequest.newBuilder(node.uri(kv + "/kv/k0")).DELETE();
        assertEquals(204, node.send(removal).statusCode());
        assertEquals("404 absent", failure(node.get(kv + "/kv/k0")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "rust", "assemblyscript"})
    @Tag("W11.1")
    void kvCountsEachRequestOnce(String sdk) throws Exception {
        String kv = example(sdk, "kv");
        List<Thread> clients = new ArrayList<>();
        for (int c = 0; c < 4; c++) {
            clients.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 10; i++) {
                    count(kv);
                }
            }));
        }
        for (Thread client : clients) {
            client.join();
        }

        assertEquals("200 41", count(kv));
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "rust", "assemblyscript"})
    @Tag("W11.1")
    @Tag("W8.5")
    void httpCallsAnotherMim(String sdk) throws IOException {
        String hello = example(sdk, "hello");
        String http = example(sdk, "http");

        String answer = node.get(http + "/fetch?url=" + encoded(hello + "/hello?name=%C3%84"))
                .body();
        assertEquals(Node.json("{\"status\":200,\"length\":8}"), Node.json(answer));
        assertEquals("200 Hello P", got(http + "/proxy?url=" + encoded(hello + "/hello?name=P")));
        assertEquals(
                404, node.get(http + "/proxy?url=" + encoded(hello + "/other")).statusCode());
        assertEquals("502 denied", failure(node.get(http + "/fetch?url=http://10.0.0.1/")));
        assertEquals("502 invalid", failure(node.get(http + "/proxy?url=ftp://x")));
    }

    /** An event is there while the next one is not: by that time the node would have given the request up. */
    @ParameterizedTest
    @ValueSource(strings = {"c", "rust", "assemblyscript"})
    @Tag("W11.1")
    @Tag("W6.5")
    void sseSendsEachEventWhenItHappens(String sdk) throws Exception {
        String sse = example(sdk, "sse");
        String http = example(sdk, "http");

        assertEquals("200 data: 1\n\ndata: 2\n\ndata: 3\n\n", got(sse + "/events?n=3&ms=1"));
        String endless = sse + "/events?n=2&ms=3000000";
        assertEquals("data: 1", firstLine(endless));
        assertEquals("data: 1", firstLine(http + "/proxy?url=" + encoded(endless)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "rust", "assemblyscript"})
    void newProjectIsBuiltAndServes(String sdk) throws IOException {
        Path project = newProject(sdk, "greeter-v2");

        build(project);
        deploy(project.resolve("target/greeter-v2-1.0.0.tar"), "greeter-v2", "greeter-" + sdk);

        assertEquals("200 Hello Ada, greeting number 1", got("/api/greeter-" + sdk + "/v1/?name=Ada"));
        assertEquals("200 Hello World, greeting number 2", got("/api/greeter-" + sdk + "/v1/"));
        String readme = Files.readString(project.resolve("README.md"));
        assertTrue(readme.contains("/api/greeter/v2/?name=Ada"), readme);
        assertFalse(readme.contains("my-mim"), readme);
    }

    @ParameterizedTest
    @CsvSource({
        "c, src/main.c, 'MIM_HANDLE {', 'mim_panic(\"no luck\");', 'trap: unreachable'",
        "rust, src/lib.rs, '-> Result<(), Error> {', 'if request.path() == \"/\" { panic!(\"no luck\") }', 'trap: unreachable'",
        "assemblyscript, assembly/index.ts, 'mim_handle(): void {', 'assert(false, \"no luck\");', 'trap: abort'"
    })
    @Tag("W8.8")
    void programThatGivesUpSaysWhy(String sdk, String file, String at, String failing, String answered)
            throws IOException {
        Path project = newProject(sdk, "unlucky");
        Path source = project.resolve(file);
        Files.writeString(source, Files.readString(source).replace(at, at + " " + failing));

        build(project);
        deploy(project.resolve("target/unlucky-1.0.0.tar"), "unlucky", "unlucky-" + sdk);

        assertEquals("500 " + answered, failure(node.get("/api/unlucky-" + sdk + "/v1/")));
        Node.await("the reason is in the log", Duration.ofSeconds(60), () -> node.logFile()
                .lines()
                .anyMatch(line -> line.contains("unlucky-" + sdk) && line.contains("no luck")));
    }

    @Test
    @Tag("W2.2")
    void programInCMayHaveTheCLibrary() throws IOException {
        assumeTrue(Files.exists(Path.of("/usr/include/wasm32-wasi/stdio.h")), "the C library of WASI is not installed");
        Path project = newProject("c", "printer");
        Files.writeString(
                project.resolve("src/main.c"),
                """
                #include "mimosa.h"
                #include <stdio.h>
                #include <stdlib.h>
                #include <string.h>

                MIM_HANDLE {
                    char *text = malloc(100);
                    snprintf(text, 100, "%.2f %s", 1.5, strrchr("a/b", '/'));
                    printf("printed %d\\n", 42);
                    mim_respond_text(200, text);
                }
                """);

        build(project, "--libc");
        deploy(project.resolve("target/printer-1.0.0.tar"), "printer", "printer");

        assertEquals("200 1.50 /b", got("/api/printer/v1/"));
        Node.await("the text is in the log", Duration.ofSeconds(60), () -> node.logFile()
                .contains("printed 42"));
    }

    @Test
    void unknownLanguageIsRefused() {
        Node.Result result = node.mimosa("new", "--wasm", "cobol", "x");

        assertEquals(1, result.exit());
        assertEquals(
                "mimosa: there is no template for WebAssembly in 'cobol', expected rust, c or assemblyscript\n",
                result.err());
    }

    // Deploying.

    /** The path of an example that ships, deployed. */
    private static String example(String sdk, String name) throws IOException {
        Path tar = SDK.resolve(sdk + "/examples/" + name + "/target/" + name + "-v1-1.0.0.tar");
        assumeTrue(Files.exists(tar), tar + " was not built, as its tools were missing");
        String mim = sdk + "-" + name;
        if (DEPLOYED.add(mim)) {
            String bytes = Files.readString(tar, StandardCharsets.ISO_8859_1);
            assertFalse(bytes.contains("wasi_"), tar + " needs WASI");
            deploy(tar, name + "-v1", mim);
        }
        return "/api/" + mim + "/v1";
    }

    private static void deploy(Path tar, String image, String mim) throws IOException {
        HttpResponse<String> uploaded = node.upload(Files.readAllBytes(tar));
        assertEquals(200, uploaded.statusCode(), uploaded.body());
        HttpResponse<String> deployed = node.deploy("{\"name\":\"" + mim + "\",\"image\":\"" + image
                + "\",\"env\":{\"MCM.BASE_API_PATH\":\"/" + mim + "/v1\"}}");
        assertEquals(200, deployed.statusCode(), deployed.body());
    }

    // Building.

    private Path newProject(String sdk, String name) throws IOException {
        ProcessBuilder command = node.command("new", "--wasm", sdk, name).directory(folder.toFile());
        Node.Result made = Node.run(command, folder);
        assertEquals(0, made.exit(), made.err());
        Path project = folder.resolve(name);
        if (sdk.equals("assemblyscript")) {
            // As the project's own npm ci would install it, but without network.
            Path compiler = Node.DISTRIBUTION
                    .resolve("../../../sdk/assemblyscript/node_modules")
                    .normalize();
            Files.createSymbolicLink(project.resolve("node_modules"), compiler);
        }
        Node.Result check = script(project, "--check");
        assumeTrue(check.exit() != 3, check.err());
        return project;
    }

    private void build(Path project, String... arguments) throws IOException {
        Node.Result built = script(project, arguments);
        assertEquals(0, built.exit(), built.out() + built.err());
    }

    private Node.Result script(Path project, String... arguments) {
        List<String> line = new ArrayList<>(List.of("sh", "build.sh"));
        line.addAll(List.of(arguments));
        return Node.run(new ProcessBuilder(line).directory(project.toFile()), folder);
    }

    // Calling.

    /** Status and body. */
    private static String got(String path) {
        HttpResponse<String> answer = node.get(path);
        return answer.statusCode() + " " + answer.body();
    }

    /** Status and the message of an answer that is an error. */
    private static String failure(HttpResponse<String> answer) {
        return answer.statusCode() + " "
                + Node.json(answer.body()).at("/error/message").asText();
    }

    private static int put(String path, byte[] value) {
        return node.send(HttpRequest.newBuilder(node.uri(path)).PUT(BodyPublishers.ofByteArray(value)))
                .statusCode();
    }

    private static String count(String kv) {
        HttpResponse<String> answer =
                node.send(HttpRequest.newBuilder(node.uri(kv + "/count")).POST(BodyPublishers.noBody()));
        return answer.statusCode() + " " + answer.body();
    }

    /** A path of this node as the value of a parameter. */
    private static String encoded(String path) {
        return URLEncoder.encode(node.uri(path).toString(), StandardCharsets.UTF_8);
    }

    /** What a stream begins with; then it is closed. */
    private static String firstLine(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(node.uri(path)).build();
        HttpResponse<InputStream> answer = node.http.send(request, BodyHandlers.ofInputStream());
        assertEquals(
                "text/event-stream", answer.headers().firstValue("Content-Type").orElse(""));
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            return lines.readLine();
        }
    }
}
