package mimosa.itests;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A server on loopback for mims to call; it remembers what it was asked. */
final class Upstream implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    /** A request as it arrived. */
    record Seen(String method, String path, String type, String body) {}

    /** Answers one request; the exchange is closed behind it. */
    interface Service {
        void answer(HttpExchange exchange) throws IOException;
    }

    Upstream() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.start();
    }

    /** Host and port, as an entry of {@code allow} and as the beginning of a URL. */
    String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** Serves everything below a path. */
    Upstream serve(String path, Service service) {
        server.createContext(path, exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            seen.add(new Seen(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders().getFirst("Content-Type"),
                    body));
            try (exchange) {
                service.answer(exchange);
            }
        });
        return this;
    }

    /** Serves a path with one answer, its length given. */
    Upstream serve(String path, int status, Map<String, String> fields, byte[] body) {
        return serve(path, exchange -> {
            fields.forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        });
    }

    /** Serves a path whose answer comes when the gate is open. */
    Upstream serveWhen(CountDownLatch gate, String path) {
        return serve(path, exchange -> {
            pass(gate);
            exchange.sendResponseHeaders(204, -1);
        });
    }

    /** Waits for a gate to open, as long as a test may take. */
    static void pass(CountDownLatch gate) throws IOException {
        try {
            if (!gate.await(60, TimeUnit.SECONDS)) {
                throw new IOException("the gate stayed closed");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    List<Seen> seen() {
        return seen;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
