package mimosa.runtime;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mimosa.api.MimosaException;
import mimosa.api.http.Body;
import mimosa.api.http.Exchange;
import mimosa.api.http.HeaderField;
import mimosa.api.http.WebSocket;

/** A client that asks for a WebSocket and hears what comes of it. */
final class Handshake implements Exchange, WebSocket {
    private final String matched;
    private final String path;
    final List<String> heard = new ArrayList<>();
    private final CompletableFuture<WebSocket> opening;
    private final CompletableFuture<Outcome> done = new CompletableFuture<>();
    private Runnable onClose;
    Throwable failure;

    private Handshake(String matched, String path, CompletableFuture<WebSocket> opening) {
        this.matched = matched;
        this.path = path;
        this.opening = opening;
    }

    static Handshake at(String path) {
        Handshake client = slow(path);
        client.open();
        return client;
    }

    static Handshake below(String matched, String path) {
        return new Handshake(matched, path, new CompletableFuture<>());
    }

    /** Is open only after {@link #open}. */
    static Handshake slow(String path) {
        return new Handshake(path, path, new CompletableFuture<>());
    }

    /** Not a handshake, but a GET. */
    static Handshake none(String path) {
        return new Handshake(
                path,
                path,
                CompletableFuture.failedFuture(
                        new MimosaException(MimosaException.Kind.UPGRADE_REQUIRED, "expected a handshake")));
    }

    void open() {
        opening.complete(this);
    }

    /** The client closes. */
    void leave() {
        onClose.run();
    }

    MimosaException.Kind refusal() {
        return ((MimosaException) failure).kind();
    }

    @Override
    public CompletionStage<WebSocket> upgrade(Runnable whenClosed) {
        onClose = whenClosed;
        return opening;
    }

    @Override
    public synchronized void send(String text) {
        heard.add(text);
    }

    @Override
    public synchronized void close(int code, String reason) {
        heard.add("close " + code);
    }

    @Override
    public void fail(Throwable cause) {
        failure = cause;
        done.complete(Outcome.FAILED);
    }

    @Override
    public String requestId() {
        return "r";
    }

    @Override
    public String method() {
        return "GET";
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String query() {
        return null;
    }

    @Override
    public String matchedPath() {
        return matched;
    }

    @Override
    public List<HeaderField> headers() {
        return List.of();
    }

    @Override
    public String remote() {
        return "test";
    }

    @Override
    public CompletionStage<Body> receive(long maxBytes) {
        return CompletableFuture.failedFuture(new AssertionError("nobody reads the body of a handshake"));
    }

    @Override
    public Body body() {
        throw new AssertionError("nobody reads the body of a handshake");
    }

    @Override
    public void status(int status) {}

    @Override
    public void setHeader(String name, String... values) {}

    @Override
    public boolean isCommitted() {
        return false;
    }

    @Override
    public CompletionStage<Void> write(ByteBuffer chunk) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> end(ByteBuffer chunk) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Outcome> done() {
        return done;
    }
}
