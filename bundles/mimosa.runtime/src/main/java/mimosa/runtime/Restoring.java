package mimosa.runtime;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
    /** Those who have waited for the node come first. */
    private static final Duration FIRST_REQUESTS = Duration.ofSeconds(1);

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final BundleContext context;
    private final List<MimHandle> mims;
    private final Consumer<MimHandle> restore;
    private final Runnable done;
    private final Thread thread =
            Thread.ofPlatform().daemon().name("mimosa-restore").unstarted(this::run);
    private final FrameworkListener begin = this::framework;
    private final CountDownLatch stopping = new CountDownLatch(1);

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
        if (context.getBundle(0).getState() == Bundle.ACTIVE && thread.getState() == Thread.State.NEW && !isClosing()) {
            thread.start();
        }
    }

    private void run() {
        long began = System.nanoTime();
        try {
            boolean modest = false;
            for (MimHandle mim : mims) {
                // Nobody is answered by a mim that is starting: no time to be modest.
                if (!modest && !mim.isStarting()) {
                    modest = true;
                    pause(FIRST_REQUESTS);
                }
                if (isClosing()) {
                    return;
                }
                long from = System.nanoTime();
                restore.accept(mim);
                if (modest) {
                    pause(Duration.ofNanos(Math.min(System.nanoTime() - from, LONGEST_PAUSE.toNanos())));
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

    /** Less when the node is being stopped. */
    private void pause(Duration most) throws InterruptedException {
        stopping.await(most.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }

    private boolean isClosing() {
        return stopping.getCount() == 0;
    }

    /** Ends after the mim that it is at; waits for that, but not for ever. */
    void close() {
        synchronized (this) {
            stopping.countDown();
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
