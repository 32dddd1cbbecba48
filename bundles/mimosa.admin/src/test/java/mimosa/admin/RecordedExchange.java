package mimosa.admin;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.http.Body;
import mimosa.api.http.Exchange;
import mimosa.api.http.HeaderField;
import mimosa.api.http.HttpHandler;
import mimosa.api.http.WebSocket;

/** An exchange without network that keeps what is answered, by the rules of the contract. */
final class RecordedExchange implements Exchange {
    private final String method;
    private final String matched;
    private final String path;
    private final String query;
    private final List<HeaderField> headers = new ArrayList<>();
    private final CompletableFuture<Outcome> done = new CompletableFuture<>();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    final Map<String, String> answerHeaders = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private byte[] sent = new byte[0];
    private boolean received;
    int status = 200;
    int writes;
    MimosaException failure;

    RecordedExchange(String method, String matched, String target) {
        this.method = method;
        this.matched = matched;
        int mark = target.indexOf('?');
        this.path = mark < 0 ? target : target.substring(0, mark);
        this.query = mark < 0 ? null : target.substring(mark + 1);
    }

    RecordedExchange with(String name, String value) {
        headers.add(new HeaderField(name, value));
        return this;
    }

    RecordedExchange sending(byte[] body) {
        sent = body;
        return this;
    }

    RecordedExchange sending(String body) {
        return sending(body.getBytes(StandardCharsets.UTF_8));
    }

    /** Has the request handled and waits for the end of the answer. */
    RecordedExchange handledBy(HttpHandler handler) throws Exception {
        try {
            handler.handle(this);
        } catch (MimosaException e) {
            fail(e);
        }
        done.get(20, TimeUnit.SECONDS);
        return this;
    }

    boolean wasReceived() {
        return received;
    }

    byte[] bytes() {
        return written.toByteArray();
    }

    String text() {
        return written.toString(StandardCharsets.UTF_8);
    }

    @Override
    public String requestId() {
        return "r1";
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String query() {
        return query;
    }

    @Override
    public String matchedPath() {
        return matched;
    }

    @Override
    public List<HeaderField> headers() {
        return headers;
    }

    @Override
    public String remote() {
        return "127.0.0.1:1";
    }

    @Override
    public CompletionStage<Body> receive(long maxBytes) {
        received = true;
        return sent.length > maxBytes
                ? CompletableFuture.failedFuture(new MimosaException(Kind.TOO_LARGE, "body exceeds " + maxBytes))
                : CompletableFuture.completedFuture(body());
    }

    @Override
    public Body body() {
        byte[] bytes = received ? sent : new byte[0];
        return new Body() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }

    @Override
    public void status(int newStatus) {
        status = newStatus;
    }

    @Override
    public void setHeader(String name, String... values) {
        answerHeaders.put(name, String.join(", ", values));
    }

    @Override
    public boolean isCommitted() {
        return writes > 0;
    }

    @Override
    public CompletionStage<Void> write(ByteBuffer chunk) {
        writes++;
        append(chunk);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> end(ByteBuffer chunk) {
        append(chunk);
        done.complete(Outcome.SENT);
        return CompletableFuture.completedFuture(null);
    }

    private void append(ByteBuffer chunk) {
        byte[] copy = new byte[chunk.remaining()];
        chunk.get(copy);
        if (!method.equals("HEAD")) {
            written.writeBytes(copy);
        }
    }

    @Override
    public void fail(Throwable cause) {
        failure = cause instanceof MimosaException known
                ? known
                : new MimosaException(Kind.INTERNAL, String.valueOf(cause), cause);
        done.complete(Outcome.FAILED);
    }

    @Override
    public CompletionStage<WebSocket> upgrade(Runnable onClose) {
        return CompletableFuture.failedFuture(
                new MimosaException(MimosaException.Kind.UPGRADE_REQUIRED, "expected a WebSocket handshake"));
    }

    @Override
    public CompletionStage<Outcome> done() {
        return done;
    }
}
