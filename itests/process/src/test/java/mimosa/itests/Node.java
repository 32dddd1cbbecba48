package mimosa.itests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A node started as an operator does it: {@code bin/mimosa run} of the unpacked distribution, in a home folder of its own
 * with the shipped configuration and a free port.
 */
final class Node implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    static final Path DISTRIBUTION = Path.of(System.getProperty("mimosa.distribution"));
    private static final Path WORK = Path.of(System.getProperty("mimosa.work"));
    private static final Duration START = Duration.ofSeconds(60);

    final Path home;
    final int port;
    final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Map<String, String> environment;
    private Process process;

    private Node(Path home, int port, Map<String, String> environment) {
        this.home = home;
        this.port = port;
        this.environment = environment;
    }

    /** A fresh node, ready. */
    static Node start(String name) {
        Node node = create(name, Map.of());
        node.run();
        return node;
    }

    /**
     * A fresh home folder, nothing started.
     *
     * @param configuration lines to add, by PID
     */
    static Node create(String name, Map<String, String> configuration) {
        return create(name, configuration, "-Xmx1g");
    }

    /** As {@link #create(String, Map)}, with options for its virtual machine. */
    static Node create(String name, Map<String, String> configuration, String options) {
        try {
            Path home = WORK.resolve(name);
            delete(home);
            Files.createDirectories(home.resolve("config"));
            try (Stream<Path> shipped = Files.list(DISTRIBUTION.resolve("config"))) {
                for (Path file : (Iterable<Path>) shipped::iterator) {
                    Files.copy(file, home.resolve("config").resolve(file.getFileName()));
                }
            }
            int port = freePort();
            Node node = new Node(home, port, Map.of("MIMOSA_HOME", home.toString(), "MIMOSA_OPTS", options));
            node.configure("mimosa.gateway", "port = " + port);
            configuration.forEach(node::configure);
            return node;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void configure(String pid, String lines) {
        try {
            Files.writeString(
                    home.resolve("config/" + pid + ".cfg"),
                    "\n" + lines + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    // The process

    /** Starts the node and waits until it is ready. */
    void run() {
        try {
            ProcessBuilder builder = command("run");
            builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            home.resolve("console.txt").toFile()));
            process = builder.start();
            await("the node is ready", START, () -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException("the node stopped while starting: " + console());
                }
                return isReady();
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isReady() {
        try {
            return get("/health/ready").statusCode() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    ProcessBuilder command(String... arguments) {
        List<String> line = new ArrayList<>();
        line.add(DISTRIBUTION.resolve("bin/mimosa").toString());
        line.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().putAll(environment);
        return builder;
    }

    /** What a command of {@code bin/mimosa} answered. */
    record Result(int exit, String out, String err) {}

    /** Runs {@code bin/mimosa} with these arguments to its end. */
    Result mimosa(String... arguments) {
        return run(command(arguments), home);
    }

    static Result run(ProcessBuilder builder, Path folder) {
        try {
            File out = Files.createTempFile(folder, "out", ".txt").toFile();
            File err = Files.createTempFile(folder, "err", ".txt").toFile();
            Process started = builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(out)
                    .redirectError(err)
                    .start();
            if (!started.waitFor(90, TimeUnit.SECONDS)) {
                started.descendants().forEach(ProcessHandle::destroyForcibly);
                started.destroyForcibly();
                throw new IllegalStateException(builder.command() + " did not end: " + Files.readString(out.toPath())
                        + Files.readString(err.toPath()));
            }
            return new Result(started.exitValue(), Files.readString(out.toPath()), Files.readString(err.toPath()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** As the power switch of the process: no shutdown hook runs. */
    void kill9() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** As Ctrl-C does; the exit code. */
    int stop() {
        process.destroy();
        awaitEnd();
        return process.exitValue();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("the node did not stop: " + console());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (isAlive()) {
            stop();
        }
    }

    String console() {
        return read(home.resolve("console.txt"));
    }

    String logFile() {
        return read(home.resolve("logs/mimosa.log"));
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // HTTP

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(
                    request.timeout(Duration.ofSeconds(240)).build(),
                    HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends a GET with a request id, by which its log records are found. */
    CompletableFuture<HttpResponse<String>> sendAsync(String path, String requestId) {
        HttpRequest request = HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(60))
                .header("X-Request-Id", requestId)
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    /** The log records of one request, oldest first. */
    List<String> log(String requestId) {
        return logFile()
                .lines()
                .filter(line -> line.contains("[" + requestId + "]"))
                .toList();
    }

    /** The log records of one request as soon as one of them contains the text. */
    List<String> awaitLog(String requestId, String text) {
        await("'" + text + "' in the log of request " + requestId, START, () -> log(requestId).stream()
                .anyMatch(line -> line.contains(text)));
        return log(requestId);
    }

    // Management

    String key() {
        return read(home.resolve("mimosa-api-key.env"))
                .lines()
                .filter(line -> line.startsWith("MCM_API_KEY="))
                .map(line -> line.substring("MCM_API_KEY=".length()))
                .findFirst()
                .orElseThrow();
    }

    HttpRequest.Builder management(String path) {
        return HttpRequest.newBuilder(uri("/mcm/v1" + path)).header("Authorization", "Bearer " + key());
    }

    HttpResponse<String> upload(byte[] image) {
        String boundary = "mimosa-test-boundary";
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(
                ("--" + boundary + "\r\nContent-Disposition: form-data; name=\"image\"; filename=\"image.tar\"\r\n"
                                + "Content-Type: application/octet-stream\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(image);
        body.writeBytes(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return send(management("/images")
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
    }

    HttpResponse<String> deploy(String payload) {
        return send(management("/mims")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(payload)));
    }

    /** Uploads and deploys a program as mim {@code name} at {@code /api/<name>/v1}; the deployment's answer. */
    HttpResponse<String> deployProgram(String name, String program, Map<String, String> env) {
        HttpResponse<String> uploaded = upload(Tar.image(name + "-v1", "1.0.0", program));
        if (uploaded.statusCode() != 200) {
            return uploaded;
        }
        ObjectNode payload = JSON.createObjectNode();
        payload.put("name", name).put("image", name + "-v1");
        ObjectNode variables = payload.putObject("env");
        variables.put("MCM.BASE_API_PATH", "/" + name + "/v1");
        env.forEach(variables::put);
        return deploy(payload.toString());
    }

    /** As {@link #deployProgram}, for a program that must be accepted. */
    void serve(String name, String program) {
        HttpResponse<String> answer = deployProgram(name, program, Map.of());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("not deployed: " + answer.statusCode() + " " + answer.body());
        }
    }

    /** A handler around the given body. */
    static String handler(String body) {
        return "mimikModule.exports = function (context, request, response) {\n" + body + "\n};\n";
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + text, e);
        }
    }

    // Waiting

    static void await(String what, Duration patience, BooleanSupplier state) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!state.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + patience + ": " + what);
            }
            pause(20);
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
