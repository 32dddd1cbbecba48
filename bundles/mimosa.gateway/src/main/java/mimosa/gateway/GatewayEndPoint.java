package mimosa.gateway;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection. Beyond what Jetty does it can tell, while an answer is being streamed, that the client has hung up;
 * and it is strict about the case of {@code HTTP/1.1}.
 */
final class GatewayEndPoint extends SocketChannelEndPoint {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayEndPoint.class);

    private final Executor executor;
    private final RequestLineGuard guard = new RequestLineGuard();
    private final Object reading = new Object();
    private final Object idling = new Object();
    private boolean watched;
    private ByteBuffer early;

    GatewayEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler, Executor executor) {
        super(channel, selector, key, scheduler);
        this.executor = executor;
    }

    /** From now on, until {@link #unwatch}, the connection's own code does not read, so {@link #hasHungUp} may. */
    void watch() {
        synchronized (reading) {
            watched = true;
        }
    }

    void unwatch() {
        synchronized (reading) {
            watched = false;
        }
    }

    /**
     * Whether the client has closed its side. The only way to ask is to read; a pipelined request that turns up is kept
     * for {@link #fill}, and from then on nothing can be said.
     *
     * @param probe an empty buffer to use
     */
    boolean hasHungUp(ByteBuffer probe) {
        synchronized (reading) {
            if (!watched || early != null) {
                return false;
            }
            try {
                int count = getChannel().read(probe.clear());
                if (count > 0) {
                    early = ByteBuffer.allocate(count).put(probe.flip()).flip();
                }
                return count < 0;
            } catch (IOException e) {
                return true;
            }
        }
    }

    /** Has the coming close reset the connection, so that an answer without framing is seen to be truncated. */
    void resetOnClose() {
        try {
            getChannel().setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            LOG.debug("a connection could not be set to be reset", e);
        }
    }

    /** Tells that a part of an HTTP/1 answer is about to be sent; not to be called with any lock held. */
    void sending() {
        synchronized (idling) {
            notIdle();
        }
    }

    /**
     * Jetty looks at the clock first and then fails whatever write is under way, were it only just begun: an answer that
     * says something once in the idle time would be broken off now and then. So the clock is looked at again, while nobody
     * can begin.
     */
    @Override
    protected void onIdleExpired(TimeoutException timeout) {
        synchronized (idling) {
            if (getIdleFor() >= getIdleTimeout()) {
                super.onIdleExpired(timeout);
            }
        }
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        int count = fillEarly(buffer);
        if (count == 0) {
            count = super.fill(buffer);
        }
        if (count > 0) {
            guard.check(buffer, buffer.limit() - count);
        }
        return count;
    }

    /**
     * A header and a short body leave as one: to copy them costs less than to name both to the operating system. Not on
     * virtual threads, each of which would have memory of its own for it.
     */
    @Override
    public boolean flush(ByteBuffer... buffers) throws IOException {
        if (buffers.length < 2 || Thread.currentThread().isVirtual() || !Joint.fits(buffers)) {
            return super.flush(buffers);
        }
        ByteBuffer joint = Joint.of(buffers);
        boolean complete = super.flush(joint);
        Joint.taken(joint.position(), buffers);
        return complete;
    }

    private int fillEarly(ByteBuffer buffer) {
        synchronized (reading) {
            if (early == null) {
                return 0;
            }
            int position = BufferUtil.flipToFill(buffer);
            int count = BufferUtil.put(early, buffer);
            BufferUtil.flipToFlush(buffer, position);
            if (!early.hasRemaining()) {
                early = null;
            }
            return count;
        }
    }

    @Override
    protected void needsFillInterest() {
        boolean ready;
        synchronized (reading) {
            ready = early != null;
        }
        if (ready) {
            // The selector would wait for bytes that have been read already.
            executor.execute(getFillInterest()::fillable);
        } else {
            super.needsFillInterest();
        }
    }

    /**
     * Sees to it that the first request line of a connection names its protocol in upper case (RFC 9112, 2.3). The
     * parser ignores case; so a wrong letter is replaced by one that no version has, and the parser refuses the rest.
     */
    private static final class RequestLineGuard {
        private static final int SPACES_BEFORE_VERSION = 2;

        private int spaces;
        private boolean inSpace;
        private boolean started;
        private boolean done;

        void check(ByteBuffer buffer, int from) {
            for (int i = from; i < buffer.limit() && !done; i++) {
                byte b = buffer.get(i);
                if (b == '\n') {
                    done = started;
                } else if (b == ' ') {
                    spaces += inSpace ? 0 : 1;
                    inSpace = true;
                } else if (b != '\r') {
                    started = true;
                    inSpace = false;
                    if (spaces == SPACES_BEFORE_VERSION && b >= 'a' && b <= 'z') {
                        buffer.put(i, (byte) '!');
                    }
                }
            }
        }
    }
}
