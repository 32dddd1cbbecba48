package mimosa.runtime;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import mimosa.api.http.Body;
import mimosa.api.http.Exchange;
import mimosa.api.http.HeaderField;
import mimosa.api.http.WebSocket;
import mimosa.api.storage.Session;

/**
 * The output gate: what an instance answers leaves in the order of its calls, but never before the storage changes that
 * it made or could have read are durable. The instance itself does not wait.
 */
final class GatedExchange implements Exchange {
    private final Exchange exchange;
    private final Session session;
    private CompletableFuture<Void> tail = CompletableFuture.completedFuture(null);
    private boolean begun;

    GatedExchange(Exchange exchange, Session session) {
        this.exchange = exchange;
        this.session = session;
    }

    @Override
    public String requestId() {
        return exchange.requestId();
    }

    @Override
    public String method() {
        return exchange.method();
    }

    @Override
    public String path() {
        return exchange.path();
    }

    @Override
    public String query() {
        return exchange.query();
    }

    @Override
    public String matchedPath() {
        return exchange.matchedPath();
    }

    @Override
    public List<HeaderField> headers() {
        return exchange.headers();
    }

    @Override
    public String header(String name) {
        return exchange.header(name);
    }

    @Override
    public boolean runHere(Runnable work, long stackBytes) {
        return exchange.runHere(work, stackBytes);
    }

    @Override
    public String remote() {
        return exchange.remote();
    }

    @Override
    public CompletionStage<Body> receive(long maxBytes) {
        return exchange.receive(maxBytes);
    }

    @Override
    public Body body() {
        return exchange.body();
    }

    @Override
    public void status(int newStatus) {
        if (!isCommitted()) {
            exchange.status(newStatus);
        }
    }

    @Override
    public void setHeader(String name, String... values) {
        if (!isCommitted()) {
            exchange.setHeader(name, values);
        }
    }

    @Override
    public void contentLength(long bytes) {
        if (!isCommitted()) {
            exchange.contentLength(bytes);
        }
    }

    /** Also true while the first bytes wait at the gate: to the instance they have left. */
    @Override
    public boolean isCommitted() {
        return begun || exchange.isCommitted();
    }

    @Override
    public CompletionStage<Void> write(ByteBuffer chunk) {
        return pass(() -> exchange.write(chunk));
    }

    @Override
    public CompletionStage<Void> end(ByteBuffer chunk) {
        return pass(() -> exchange.end(chunk));
    }

    @Override
    public void fail(Throwable failure) {
        // Behind what was written before: a client sees those bytes and then the break.
        tail = tail.handle((done, earlier) -> {
            exchange.fail(failure);
            return null;
        });
    }

    @Override
    public CompletionStage<WebSocket> upgrade(Runnable onClose) {
        return exchange.upgrade(onClose);
    }

    @Override
    public CompletionStage<Outcome> done() {
        return exchange.done();
    }

    private CompletionStage<Void> pass(Supplier<CompletionStage<Void>> output) {
        begun = true;
        CompletableFuture<Void> durable = session.durable().toCompletableFuture();
        if (isDone(tail) && isDone(durable)) {
            tail = output.get().toCompletableFuture();
            return tail;
        }
        CompletableFuture<Void> gate = durable.handle((done, failure) -> {
            if (failure != null) {
                exchange.fail(Failures.unwrapped(failure));
            }
            return null;
        });
        tail = tail.thenCombine(gate, (before, open) -> before).thenCompose(open -> output.get());
        return tail;
    }

    private static boolean isDone(CompletableFuture<Void> stage) {
        return stage.isDone() && !stage.isCompletedExceptionally();
    }
}
