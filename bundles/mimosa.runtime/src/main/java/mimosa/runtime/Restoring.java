package mimosa.runtime;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the bundles of all mims back after a start of the node, one after the other on a thread of its own, once the
 * framework is up. It takes half the time of one processor at most: who asks for a mim that is not back yet does not wait for
 * those before it, and should not have to share much with them either.
 */
final class Restoring {
    private static final Logger LOG = LoggerFactory.getLogger(Restoring.class);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final BundleContext context;
    private final List<MimHandle> mims;
    private final Consumer<MimHandle> restore;
    private final Runnable done;
    private final Thread thread =
            Thread.ofPlatform().daemon().name("mimosa-restore").unstarted(this::run);
    private final FrameworkListener begin = this::framework;
    private volatile boolean closing;

    Restoring(BundleContext context, List<MimHandle> mims, Consumer<MimHandle> restore, Runnable done) {
        this.context = context;
        this.mims = mims;
        this.restore = restore;
        this.done = done;
    }

    void open() {
        context.addFrameworkListener(begin);
        begin();
    }

    private void framework(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.STARTED) {
            begin();
        }
    }

    private synchronized void begin() {
        // The framework is active before it says so.
        if (context.getBundle(0).getState() == Bundle.ACTIVE && thread.getState() == Thread.State.NEW && !closing) {
            thread.start();
        }
    }

    private void run() {
        long began = System.nanoTime();
        try {
            for (MimHandle mim : mims) {
                if (closing) {
                    return;
                }
                // Nobody is answered by a mim that is starting: this is not the time to be modest.
                boolean urgent = mim.isStarting();
                long from = System.nanoTime();
                restore.accept(mim);
                if (!urgent) {
                    pause(System.nanoTime() - from);
                }
            }
            done.run();
            if (!mims.isEmpty()) {
                LOG.info("all {} mims are back after {} ms", mims.size(), millis(System.nanoTime() - began));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause(long nanos) throws InterruptedException {
        Thread.sleep(Duration.ofNanos(Math.min(nanos, LONGEST_PAUSE.toNanos())));
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }

    /** Ends after the mim that it is at; waits for that, but not for ever. */
    void close() {
        synchronized (this) {
            closing = true;
        }
        context.removeFrameworkListener(begin);
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(CLOSE_PATIENCE)) {
                LOG.warn("a mim that is being brought back holds up the stop of the node; not waiting any longer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
