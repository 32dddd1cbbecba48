package mimosa.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.http.Exchange.Outcome;
import mimosa.api.http.WebSocket;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;

/**
 * One connection that is only pushed to. What the client sends is read, so that pings, closes and hang-ups are noticed, and
 * dropped.
 *
 * <p>Locking: the counters and {@code closing} are guarded by this object's monitor; nothing of Jetty is called while it is
 * held.
 */
final class JettyWebSocket implements WebSocket, FrameHandler {
    private static final int MOST_UNSENT_FRAMES = 256;
    private static final long MOST_UNSENT_BYTES = 1 << 20;
    private static final long MOST_RECEIVED_BYTES = 64 << 10;
    /** How long a client may take to answer a close, or to read what is before it. */
    private static final long CLOSING_MS = 5_000;

    private static final int GOING_AWAY = 1001;
    private static final int TOO_BIG = 1009;
    private static final int TRY_AGAIN_LATER = 1013;

    private final WebSockets all;
    private final Consumer<Outcome> ended;
    private final AtomicBoolean over = new AtomicBoolean();
    private final CompletableFuture<WebSocket> opened = new CompletableFuture<>();
    private CoreSession session;
    private int unsentFrames;
    private long unsentBytes;
    private long receivedBytes;
    private boolean closing;
    private Scheduler.Task closingLimit;
    private volatile boolean heard = true;

    /**
     * @param ended told once how it ended: {@code SENT} when the connection was open, {@code CLIENT_GONE} otherwise
     */
    JettyWebSocket(WebSockets all, Consumer<Outcome> ended) {
        this.all = all;
        this.ended = ended;
    }

    CompletionStage<WebSocket> opened() {
        return opened.minimalCompletionStage();
    }

    // Towards the client

    @Override
    public void send(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        boolean full;
        synchronized (this) {
            if (closing) {
                return;
            }
            unsentFrames++;
            unsentBytes += bytes.length;
            full = unsentFrames > MOST_UNSENT_FRAMES || unsentBytes > MOST_UNSENT_BYTES;
            closing = full;
        }
        if (full) {
            // What is unsent is dropped: this client does not want it.
            session.close(TRY_AGAIN_LATER, "too slow", Callback.NOOP);
            limitClosing();
        } else {
            Callback sent = Callback.from(() -> sent(bytes.length));
            session.sendFrame(new Frame(OpCode.TEXT, ByteBuffer.wrap(bytes)), sent, false);
        }
    }

    private synchronized boolean isClosing() {
        return closing;
    }

    private synchronized void sent(int bytes) {
        unsentFrames--;
        unsentBytes -= bytes;
    }

    @Override
    public void close(int code, String reason) {
        Frame frame = new ClosingFrame(code, reason);
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
        }
        session.sendFrame(frame, Callback.NOOP, false);
        limitClosing();
    }

    /** The gateway stops. */
    void goAway() {
        close(GOING_AWAY, "the node is shutting down");
    }

    /** Asks for a sign of life; without one since the last time the connection is dropped. */
    void ping() {
        if (!heard) {
            session.abort();
        } else if (!isClosing()) {
            heard = false;
            session.sendFrame(new Frame(OpCode.PING), Callback.NOOP, false);
        }
    }

    private void limitClosing() {
        Scheduler.Task limit = all.later(session::abort, CLOSING_MS);
        synchronized (this) {
            closingLimit = limit;
        }
        if (over.get()) {
            limit.cancel();
        }
    }

    // From the client

    @Override
    public void onOpen(CoreSession openSession, Callback callback) {
        session = openSession;
        callback.succeeded();
        session.demand();
        all.opened(this);
        opened.complete(this);
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        heard = true;
        switch (frame.getOpCode()) {
            case OpCode.CLOSE -> {
                synchronized (this) {
                    closing = true;
                }
                // Jetty answers.
                callback.succeeded();
            }
            case OpCode.PING -> {
                // The next frame is read when the answer has left, so that answers cannot pile up.
                Callback answered = Callback.from(() -> {
                    callback.succeeded();
                    session.demand();
                });
                session.sendFrame(new Frame(OpCode.PONG, frame.getPayload()), answered, false);
            }
            default -> {
                drop(frame);
                callback.succeeded();
                session.demand();
            }
        }
    }

    private void drop(Frame frame) {
        if (frame.isDataFrame()) {
            receivedBytes += frame.getPayloadLength();
            if (receivedBytes > MOST_RECEIVED_BYTES) {
                // What follows is still read: closing with unread bytes would take the close frame from the client.
                close(TOO_BIG, "more than " + MOST_RECEIVED_BYTES + " bytes");
            }
            if (frame.isFin()) {
                receivedBytes = 0;
            }
        }
    }

    @Override
    public void onError(Throwable cause, Callback callback) {
        // The end follows, and that is all that matters here.
        callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
        callback.succeeded();
        end(Outcome.SENT, null);
    }

    /** The answer to the handshake could not be sent. */
    void notOpened(Throwable cause) {
        end(Outcome.CLIENT_GONE, cause);
    }

    private void end(Outcome how, Throwable cause) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        Scheduler.Task limit;
        synchronized (this) {
            closing = true;
            limit = closingLimit;
        }
        if (limit != null) {
            limit.cancel();
        }
        all.closed(this);
        opened.completeExceptionally(new MimosaException(Kind.GONE, "the client has left", cause));
        ended.accept(how);
    }

    /**
     * Jetty takes every code below 3000 except 1000 for a failure, in which it drops what is unsent and does not wait for the
     * client's answer. To it this is a normal close, whatever the code is that the client reads.
     */
    private static final class ClosingFrame extends Frame implements CloseStatus.Supplier {
        ClosingFrame(int code, String reason) {
            super(OpCode.CLOSE, CloseStatus.asPayloadBuffer(code, reason));
        }

        @Override
        public CloseStatus getCloseStatus() {
            return new CloseStatus(CloseStatus.NORMAL);
        }
    }
}
