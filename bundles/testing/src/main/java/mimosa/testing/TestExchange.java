package mimosa.testing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException;
import mimosa.api.http.Body;
import mimosa.api.http.Exchange;
import mimosa.api.http.HeaderField;
import mimosa.api.http.WebSocket;

/** An exchange in memory, whose client reads at once unless told otherwise. */
public final class TestExchange implements Exchange {
    public final List<HeaderField> headers = new ArrayList<>();
    public final CompletableFuture<Outcome> done = new CompletableFuture<>();
    public final List<byte[]> pieces = new ArrayList<>();
    public final Map<String, String[]> answerHeaders = new LinkedHashMap<>();
    private final List<CompletableFuture<Void>> unread = new ArrayList<>();
    private final String method;
    private final String rest;
    private final String query;
    private final byte[] body;
    private boolean reading = true;
    private boolean committed;
    private boolean over;
    public int status = 200;
    public long declared = -1;
    public MimosaException failure;
    public volatile boolean bodyReleased;

    public TestExchange(String method, String rest, String query, byte[] body) {
        this.method = method;
        this.rest = rest;
        this.query = query;
        this.body = body;
        done.thenAccept(outcome -> bodyReleased = true);
    }

    public static TestExchange get() {
        return new TestExchange("GET", "", null, new byte[0]);
    }

    public TestExchange header(String name, String value) {
        headers.add(new HeaderField(name.toLowerCase(Locale.ROOT), value));
        return this;
    }

    /** The client takes nothing until {@link #read}. */
    public synchronized TestExchange stalled() {
        reading = false;
        return this;
    }

    public void read() {
        List<CompletableFuture<Void>> taken;
        synchronized (this) {
            reading = true;
            taken = List.copyOf(unread);
            unread.clear();
        }
        taken.forEach(stage -> stage.complete(null));
    }

    public void clientLeaves() {
        synchronized (this) {
            over = true;
        }
        done.complete(Outcome.CLIENT_GONE);
    }

    public Outcome await() throws Exception {
        return done.get(20, TimeUnit.SECONDS);
    }

    public synchronized byte[] bytes() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        pieces.forEach(all::writeBytes);
        return all.toByteArray();
    }

    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    public String answerHeader(String name) {
        String[] values = answerHeaders.get(name.toLowerCase(Locale.ROOT));
        return values == null ? null : String.join("|", values);
    }

    @Override
    public String requestId() {
        return "r-1";
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String path() {
        return matchedPath() + rest;
    }

    @Override
    public String query() {
        return query;
    }

    @Override
    public String matchedPath() {
        return "/api/t/v1";
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
        return CompletableFuture.completedFuture(body());
    }

    @Override
    public Body body() {
        return new Body() {
            @Override
            public long size() {
                return body.length;
            }

            @Override
            public InputStream open() throws IOException {
                if (bodyReleased) {
                    throw new IOException("the body has been released");
                }
                return new ByteArrayInputStream(body);
            }
        };
    }

    @Override
    public synchronized void status(int value) {
        status = value;
    }

    @Override
    public synchronized void setHeader(String name, String... values) {
        answerHeaders.put(name.toLowerCase(Locale.ROOT), values);
    }

    @Override
    public synchronized void contentLength(long bytes) {
        if (!committed) {
            declared = bytes;
        }
    }

    @Override
    public synchronized boolean isCommitted() {
        return committed;
    }

    @Override
    public synchronized CompletionStage<Void> write(ByteBuffer chunk) {
        if (over) {
            return CompletableFuture.failedFuture(
                    new MimosaException(MimosaException.Kind.GONE, "the client has gone"));
        }
        committed = true;
        keep(chunk);
        if (reading) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> stage = new CompletableFuture<>();
        unread.add(stage);
        return stage;
    }

    private boolean isOfWrongLength() {
        boolean bodiless = method.equals("HEAD") || status == 204 || status == 304;
        return declared >= 0 && !bodiless && bytes().length != declared;
    }

    private void keep(ByteBuffer chunk) {
        byte[] bytes = new byte[chunk.remaining()];
        chunk.get(bytes);
        pieces.add(bytes);
    }

    @Override
    public CompletionStage<Void> end(ByteBuffer chunk) {
        synchronized (this) {
            if (over) {
                return CompletableFuture.completedFuture(null);
            }
            over = true;
            committed = true;
            keep(chunk);
            if (isOfWrongLength()) {
                failure = new MimosaException(
                        MimosaException.Kind.INTERNAL, bytes().length + " bytes, declared were " + declared);
            }
        }
        done.complete(failure == null ? Outcome.SENT : Outcome.FAILED);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void fail(Throwable cause) {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            failure = cause instanceof MimosaException known
                    ? known
                    : new MimosaException(MimosaException.Kind.INTERNAL, String.valueOf(cause), cause);
        }
        done.complete(Outcome.FAILED);
    }

    @Override
    public CompletionStage<WebSocket> upgrade(Runnable onClose) {
        return CompletableFuture.failedFuture(
                new MimosaException(MimosaException.Kind.UPGRADE_REQUIRED, "this is no handshake"));
    }

    @Override
    public CompletionStage<Outcome> done() {
        return done;
    }
}
