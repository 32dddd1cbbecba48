package mimosa.runtime;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mimosa.api.MimosaException;
import mimosa.api.http.Body;
import mimosa.api.http.Exchange;
import mimosa.api.http.HeaderField;
import mimosa.api.http.WebSocket;
import mimosa.api.mim.Mims;
import mimosa.runtime.image.Names;

/** A request without network: what {@code mim:invoke} sends through the same pipeline as everybody else's requests. */
final class LocalExchange implements Exchange {
    private final String requestId = "invoke-" + UUID.randomUUID().toString().substring(0, 8);
    private final Mims.Invocation invocation;
    private final String matchedPath;
    private final String path;
    private final String query;
    private final List<HeaderField> headers = new ArrayList<>();
    private final Map<String, List<String>> answerHeaders = new LinkedHashMap<>();
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    private final CompletableFuture<Outcome> done = new CompletableFuture<>();
    private Throwable failure;
    private int status = 200;
    private boolean committed;

    LocalExchange(String matchedPath, Mims.Invocation invocation) {
        this.invocation = invocation;
        this.matchedPath = matchedPath;
        String target = invocation.path();
        if (!target.startsWith("/")) {
            throw MimosaException.invalid("path '" + Names.shown(target) + "' must begin with a slash");
        }
        int mark = target.indexOf('?');
        String below = mark < 0 ? target : target.substring(0, mark);
        path = below.equals("/") ? matchedPath : matchedPath + below;
        query = mark < 0 ? null : target.substring(mark + 1);
        for (String line : invocation.headers()) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw MimosaException.invalid("header '" + Names.shown(line) + "' must be 'Name: value'");
            }
            headers.add(new HeaderField(
                    line.substring(0, colon).trim().toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim()));
        }
        headers.add(new HeaderField("x-request-id", requestId));
    }

    synchronized Mims.Reply reply() {
        if (failure instanceof MimosaException known) {
            throw known;
        }
        if (failure != null) {
            throw new MimosaException(MimosaException.Kind.INTERNAL, "internal error", failure);
        }
        List<String> lines = new ArrayList<>();
        answerHeaders.forEach((name, values) -> values.forEach(value -> lines.add(name + ": " + value)));
        return new Mims.Reply(status, lines, answer.toByteArray());
    }

    @Override
    public String requestId() {
        return requestId;
    }

    @Override
    public String method() {
        return invocation.method();
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
        return matchedPath;
    }

    @Override
    public List<HeaderField> headers() {
        return headers;
    }

    @Override
    public String remote() {
        return "local";
    }

    @Override
    public CompletionStage<Body> receive(long maxBytes) {
        if (invocation.body().length > maxBytes) {
            return CompletableFuture.failedFuture(
                    new MimosaException(MimosaException.Kind.TOO_LARGE, "request body exceeds " + maxBytes + " bytes"));
        }
        return CompletableFuture.completedFuture(body());
    }

    @Override
    public Body body() {
        return new MemoryBody(invocation.body());
    }

    @Override
    public synchronized void status(int newStatus) {
        if (!committed) {
            status = newStatus;
        }
    }

    @Override
    public synchronized void setHeader(String name, String... values) {
        if (!committed) {
            answerHeaders.put(name.toLowerCase(Locale.ROOT), List.of(values));
        }
    }

    @Override
    public synchronized boolean isCommitted() {
        return committed;
    }

    @Override
    public synchronized CompletionStage<Void> write(ByteBuffer chunk) {
        if (!done.isDone()) {
            committed = true;
            byte[] bytes = new byte[chunk.remaining()];
            chunk.get(bytes);
            answer.writeBytes(bytes);
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> end(ByteBuffer chunk) {
        write(chunk);
        done.complete(Outcome.SENT);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void fail(Throwable cause) {
        synchronized (this) {
            if (done.isDone()) {
                return;
            }
            if (committed) {
                answer.writeBytes("\n[answer broken off]".getBytes(StandardCharsets.UTF_8));
            } else {
                failure = cause;
            }
        }
        done.complete(Outcome.FAILED);
    }

    @Override
    public CompletionStage<WebSocket> upgrade(Runnable onClose) {
        return CompletableFuture.failedFuture(new MimosaException(
                MimosaException.Kind.UPGRADE_REQUIRED, "a WebSocket needs a network, expected a client over HTTP"));
    }

    @Override
    public CompletionStage<Outcome> done() {
        return done;
    }

    private record MemoryBody(byte[] content) implements Body {
        @Override
        public long size() {
            return content.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(content);
        }
    }
}
