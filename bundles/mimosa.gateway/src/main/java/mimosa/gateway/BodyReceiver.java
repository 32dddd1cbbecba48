package mimosa.gateway;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.http.Body;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;

/** Reads one request body as it arrives; between two pieces no thread waits. */
final class BodyReceiver implements Runnable {
    private final Request request;
    private final ReceivedBody body;
    private final long maxBytes;
    private final CompletableFuture<Body> received = new CompletableFuture<>();
    private volatile boolean complete;
    private volatile boolean waiting;

    BodyReceiver(Request request, ReceivedBody body, long maxBytes) {
        this.request = request;
        this.body = body;
        this.maxBytes = maxBytes;
    }

    CompletableFuture<Body> received() {
        return received;
    }

    /** Whether the last byte has been read off the connection. */
    boolean isComplete() {
        return complete;
    }

    /** Whether this receiver is to be called when more arrives, so that nobody else may read. */
    boolean isWaiting() {
        return waiting;
    }

    @Override
    public void run() {
        waiting = false;
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                waiting = true;
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                received.completeExceptionally(explain(chunk.getFailure()));
                return;
            }
            boolean last = chunk.isLast();
            MimosaException refusal = keep(chunk);
            if (refusal != null) {
                complete = last;
                received.completeExceptionally(refusal);
                return;
            }
            if (last) {
                complete = true;
                received.complete(body);
                return;
            }
        }
    }

    private MimosaException keep(Content.Chunk chunk) {
        try {
            if (body.size() + chunk.remaining() > maxBytes) {
                return tooLarge(maxBytes);
            }
            body.append(chunk.getByteBuffer());
            return null;
        } catch (IOException e) {
            return new MimosaException(Kind.UNAVAILABLE, "the request body could not be kept: " + e.getMessage(), e);
        } finally {
            chunk.release();
        }
    }

    static MimosaException tooLarge(long maxBytes) {
        return new MimosaException(Kind.TOO_LARGE, "request body is larger than " + maxBytes + " bytes");
    }

    private MimosaException explain(Throwable failure) {
        // Jetty reports wrong chunks as an early end of input; only the connection knows whether there was one.
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        if (failure instanceof HttpException && !endPoint.isInputShutdown()) {
            return new MimosaException(Kind.INVALID, "malformed request: the framing of its body is wrong", failure);
        }
        return new MimosaException(Kind.GONE, "the client left while it sent the request body", failure);
    }
}
