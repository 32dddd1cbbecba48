package mimosa.client;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mimosa.api.MimosaException;
import mimosa.api.client.ResponseListener;
import mimosa.api.http.HeaderField;

/** Listens to one call: collects the answer, and notices calls that come at the wrong time. */
class Answer implements ResponseListener {
    final CompletableFuture<Answer> done = new CompletableFuture<>();
    final BlockingQueue<String> pieces = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final AtomicInteger inside = new AtomicInteger();
    volatile int status;
    volatile List<HeaderField> headers;

    private void event(boolean inOrder, Runnable event) {
        assertTrue(inside.incrementAndGet() == 1 && inOrder && !done.isDone(), "event out of order");
        event.run();
        inside.decrementAndGet();
    }

    @Override
    public void head(int newStatus, List<HeaderField> newHeaders) {
        event(status == 0, () -> {
            status = newStatus;
            headers = newHeaders;
        });
    }

    @Override
    public void data(ByteBuffer chunk, Runnable more) {
        event(status != 0, () -> {
            byte[] bytes = new byte[chunk.remaining()];
            chunk.get(bytes);
            body.writeBytes(bytes);
            pieces.add(new String(bytes, StandardCharsets.UTF_8));
        });
        more.run();
    }

    @Override
    public void end() {
        event(status != 0, () -> {});
        done.complete(this);
    }

    @Override
    public void failed(MimosaException failure) {
        event(true, () -> {});
        done.completeExceptionally(failure);
    }

    String body() {
        return body.toString(StandardCharsets.UTF_8);
    }

    int size() {
        return body.size();
    }

    String header(String lowerCaseName) {
        return headers.stream()
                .filter(field -> field.name().equals(lowerCaseName))
                .map(HeaderField::value)
                .findFirst()
                .orElse(null);
    }

    String nextPiece() throws InterruptedException {
        return pieces.poll(10, TimeUnit.SECONDS);
    }

    Answer get() throws Exception {
        return done.get(10, TimeUnit.SECONDS);
    }

    MimosaException failure() throws Exception {
        try {
            done.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            return (MimosaException) failed.getCause();
        }
        throw new AssertionError("answered " + status + " " + body());
    }
}
