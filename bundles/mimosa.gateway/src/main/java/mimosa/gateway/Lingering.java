package mimosa.gateway;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Reads what is left of a request body after the answer has been sent, and throws it away. Closing a connection with
 * unread bytes resets it, and a client that is still sending would never see the answer.
 */
final class Lingering implements Runnable {
    private static final long LONGEST_MS = 5_000;
    private static final int MOST_DISCARDED_AT_ONCE = 16;

    private final Request request;
    private final Callback callback;
    private final AtomicBoolean over = new AtomicBoolean();
    private Scheduler.Task limit;

    Lingering(Request request, Callback callback) {
        this.request = request;
        this.callback = callback;
    }

    /** Throws away what has arrived, without waiting for more; whether that was all. */
    static boolean discard(Request request) {
        for (int i = 0; i < MOST_DISCARDED_AT_ONCE; i++) {
            Content.Chunk chunk = request.read();
            if (chunk == null || Content.Chunk.isFailure(chunk)) {
                return false;
            }
            chunk.release();
            if (chunk.isLast()) {
                return true;
            }
        }
        return false;
    }

    void start() {
        limit = request.getComponents().getScheduler().schedule(this::finish, LONGEST_MS, TimeUnit.MILLISECONDS);
        run();
    }

    @Override
    public void run() {
        while (!over.get()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            chunk.release();
            if (chunk.isLast() || Content.Chunk.isFailure(chunk)) {
                finish();
            }
        }
    }

    private void finish() {
        if (over.compareAndSet(false, true)) {
            limit.cancel();
            callback.succeeded();
        }
    }
}
