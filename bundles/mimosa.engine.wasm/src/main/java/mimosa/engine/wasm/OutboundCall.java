package mimosa.engine.wasm;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import mimosa.api.MimosaException;
import mimosa.api.client.HttpClient;
import mimosa.api.client.OutboundRequest;
import mimosa.api.client.ResponseListener;
import mimosa.api.http.HeaderField;

/**
 * One outbound call. What the client tells it, on the client's threads, waits here until the instance's thread asks for
 * it; the next piece is sent when the one before has been taken.
 */
final class OutboundCall implements ResponseListener {
    private final Execution execution;
    private final Queue<Event> events = new ArrayDeque<>();
    private CompletableFuture<Event> waiting;
    private HttpClient.Call call;
    private boolean over;

    /** What the client tells. Exactly one of them is set; none at the end of the body. */
    private record Event(Head head, byte[] piece, Runnable more, MimosaException failure) {}

    /** Status and header fields of the answer. */
    record Head(int status, List<HeaderField> fields) {}

    OutboundCall(Execution execution) {
        this.execution = execution;
    }

    void send(HttpClient client, OutboundRequest request) {
        call = client.send(request, this);
    }

    /** Waits for the head of the answer. */
    Head head() {
        return next().head;
    }

    /** Waits for the next piece of the body; {@code null} at its end. */
    byte[] piece() throws Code {
        if (over) {
            return null;
        }
        Event event = next();
        if (event.more != null) {
            event.more.run();
        } else {
            over = true;
        }
        return event.piece;
    }

    private Event next() {
        CompletableFuture<Event> taken = take();
        if (!taken.isDone()) {
            execution.waitFor(taken);
        }
        Event event = taken.getNow(null);
        if (event == null) {
            throw new MimosaException(MimosaException.Kind.UNAVAILABLE, "the answer did not come in time");
        }
        if (event.failure != null) {
            over = true;
            throw event.failure;
        }
        return event;
    }

    private synchronized CompletableFuture<Event> take() {
        Event event = events.poll();
        if (event != null) {
            return CompletableFuture.completedFuture(event);
        }
        waiting = new CompletableFuture<>();
        return waiting;
    }

    private void tell(Event event) {
        CompletableFuture<Event> taker;
        synchronized (this) {
            taker = waiting;
            waiting = null;
            if (taker == null) {
                events.add(event);
            }
        }
        if (taker != null) {
            taker.complete(event);
        }
    }

    @Override
    public void head(int status, List<HeaderField> headers) {
        tell(new Event(new Head(status, List.copyOf(headers)), null, null, null));
    }

    @Override
    public void data(ByteBuffer chunk, Runnable more) {
        byte[] piece = new byte[chunk.remaining()];
        chunk.get(piece);
        tell(new Event(null, piece, more, null));
    }

    @Override
    public void end() {
        tell(new Event(null, null, null, null));
    }

    @Override
    public void failed(MimosaException failure) {
        tell(new Event(null, null, null, failure));
    }

    /** Drops the connection, unless the answer is complete. */
    void abort() {
        if (call != null && !over) {
            over = true;
            call.abort();
        }
    }
}
