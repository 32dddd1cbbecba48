package mimosa.work;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import mimosa.api.MimosaException;
import mimosa.api.http.Exchange;
import mimosa.api.storage.StoredFile;

/**
 * Sends a stored file, or a range of it, and ends the answer. A small one leaves in one piece; of a larger one the
 * instance's thread sends the first piece and a virtual thread the others, each when the network has taken the one
 * before. The file stays open as long as that takes, whatever becomes of the instance.
 */
public final class FileAnswer implements Effects.Effect {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final Exchange exchange;
    private final StoredFile file;
    private final int status;
    private final ByteRange range;
    private final boolean partial;
    private final ByteBuffer chunk;
    private long position;
    private long left;

    private FileAnswer(Exchange exchange, StoredFile file, int status, ByteRange range, boolean partial) {
        this.exchange = exchange;
        this.file = file;
        this.status = status;
        this.range = range;
        this.partial = partial;
        this.position = range.from();
        boolean bodiless = exchange.method().equals("HEAD") || status == 204 || status == 304;
        this.left = bodiless ? 0 : range.length();
        this.chunk = ByteBuffer.allocate((int) Math.min(left, CHUNK_BYTES));
    }

    /** The whole file, as the rest of an answer that has begun. */
    public static FileAnswer rest(Exchange exchange, StoredFile file) {
        return new FileAnswer(exchange, file, 200, new ByteRange(0, file.size()), false);
    }

    /**
     * The whole file with the status, or what the request asks for. A condition on the range ({@code If-Range}) is
     * never met: these answers name no version that it could be about.
     */
    public static FileAnswer of(Exchange exchange, StoredFile file, int status) {
        boolean mayBePartial = status == 200 && exchange.method().equals("GET") && exchange.header("if-range") == null;
        ByteRange asked = mayBePartial ? ByteRange.of(exchange.header("range"), file.size()) : null;
        if (asked == null) {
            return new FileAnswer(exchange, file, status, new ByteRange(0, file.size()), false);
        }
        return new FileAnswer(exchange, file, asked.length() == 0 ? 416 : 206, asked, true);
    }

    public int status() {
        return status;
    }

    /** {@code null} when the answer is not about a range. */
    public String contentRange() {
        return partial ? range.contentRange(file.size()) : null;
    }

    @Override
    public void happen() {
        CompletionStage<Void> sent;
        try {
            exchange.contentLength(range.length());
            sent = sendNext();
        } catch (RuntimeException e) { // boundary: nobody else ends this answer
            exchange.fail(e);
            discarded();
            return;
        }
        if (left == 0) {
            discarded();
        } else {
            Thread.ofVirtual().name("mimosa-file-", 0).start(() -> sendRest(sent));
        }
    }

    @Override
    public void discarded() {
        file.close();
    }

    private void sendRest(CompletionStage<Void> first) {
        try (file) {
            CompletableFuture<?> over = exchange.done().toCompletableFuture();
            CompletionStage<Void> sent = first;
            while (left > 0) {
                CompletableFuture.anyOf(sent.toCompletableFuture(), over).join();
                if (over.isDone()) {
                    return;
                }
                sent = sendNext();
            }
        } catch (CompletionException e) {
            exchange.fail(e.getCause());
        } catch (Throwable e) { // boundary: the last one of this thread, and nobody else ends the answer
            exchange.fail(e);
        }
    }

    private CompletionStage<Void> sendNext() {
        chunk.clear().limit((int) Math.min(left, chunk.capacity()));
        while (chunk.hasRemaining()) {
            if (file.read(position + chunk.position(), chunk) < 0) {
                throw new MimosaException(MimosaException.Kind.STORAGE, "a stored file ended before its last byte");
            }
        }
        chunk.flip();
        position += chunk.remaining();
        left -= chunk.remaining();
        return left == 0 ? exchange.end(chunk) : exchange.write(chunk);
    }
}
