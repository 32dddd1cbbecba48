package mimosa.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import mimosa.api.http.HttpHandler;

/** A gateway on a free loopback port, with handlers of the test. */
final class TestGateway implements AutoCloseable {
    private final Routes<Integer> routes = new Routes<>();
    private final AtomicInteger keys = new AtomicInteger();
    private final GatewayServer server;

    TestGateway(Path folder) {
        this(folder, false, 30_000, 5_000);
    }

    TestGateway(Path folder, boolean ambiguousPaths, long idleTimeoutMs, long drainMs) {
        this(folder, ambiguousPaths, idleTimeoutMs, drainMs, 30_000);
    }

    TestGateway(Path folder, boolean ambiguousPaths, long idleTimeoutMs, long drainMs, long webSocketPingMs) {
        Settings settings = new Settings(
                "127.0.0.1",
                0,
                ambiguousPaths,
                32,
                4_096,
                idleTimeoutMs,
                16_384,
                32_768,
                200,
                65_536,
                drainMs,
                webSocketPingMs,
                folder.resolve("tmp"));
        server = new GatewayServer(settings, routes::table, () -> false);
        server.start();
    }

    TestGateway with(String path, HttpHandler handler) {
        routes.put(keys.incrementAndGet(), handler, path);
        return this;
    }

    int port() {
        return server.port();
    }

    RawClient connect() {
        return new RawClient(port());
    }

    /** Sends a request and returns the whole answer; the request should ask for the connection to be closed. */
    String exchange(String... lines) {
        try (RawClient client = connect()) {
            client.send(String.join("\r\n", lines));
            return client.readAll();
        }
    }

    static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    void stop() {
        server.stop();
    }

    @Override
    public void close() {
        server.stop();
    }
}
