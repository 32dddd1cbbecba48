package mimosa.work;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What of an answer has been written, but not been taken by the network yet. May be used by any thread. */
public final class Unsent {
    /** A writer waits while there is more than this. */
    private static final int MAX_BYTES = 256 * 1024;

    private long bytes;
    private CompletableFuture<Void> room;
    private volatile boolean lost;

    /** Sends so many bytes and counts them until that is done. */
    public void send(int length, Supplier<CompletionStage<Void>> send) {
        synchronized (this) {
            bytes += length;
        }
        send.get().whenComplete((done, failure) -> {
            synchronized (this) {
                bytes = Math.max(0, bytes - length);
                signalRoom();
            }
            if (failure != null) {
                lost();
            }
        });
    }

    /** The client has gone, or the exchange has failed: writers need not wait. */
    public void lost() {
        lost = true;
        synchronized (this) {
            bytes = 0;
            signalRoom();
        }
    }

    /** Whether nobody reads the answer any more. */
    public boolean isLost() {
        return lost;
    }

    private void signalRoom() {
        if (room != null && bytes <= MAX_BYTES) {
            room.complete(null);
            room = null;
        }
    }

    /** Completes when the network has taken enough of what was written; {@code null} when a writer need not wait. */
    public synchronized CompletableFuture<Void> room() {
        if (lost || bytes <= MAX_BYTES) {
            return null;
        }
        if (room == null) {
            room = new CompletableFuture<>();
        }
        return room;
    }
}
