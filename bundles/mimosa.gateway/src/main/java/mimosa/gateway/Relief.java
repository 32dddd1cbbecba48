package mimosa.gateway;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.util.thread.TryExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has selectors looked after while the threads that do so run requests.
 *
 * <p>A thread that finds a request ready for it runs it by itself, because handing it to another thread can cost more
 * than the request. Jetty wakes another thread to look after the selector meanwhile. Here that is put off until the first
 * has been away for longer than a request should take, which is mostly never: a watch looks at all selectors
 * each millisecond as long as there are requests, and one that it sees left by the same thread for the same request twice
 * is given to another thread. So nobody waits for somebody else's program longer than two milliseconds, give or take
 * what the operating system takes to start threads.
 *
 * <p>This is the executor that the selectors' strategy wakes producers with, see
 * {@link org.eclipse.jetty.util.thread.strategy.AdaptiveExecutionStrategy}. A producer that turns up when the first is
 * back already does nothing.
 */
final class Relief implements TryExecutor {
    private static final Logger LOG = LoggerFactory.getLogger(Relief.class);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** The watch sleeps until it is woken after so many looks at selectors that nobody has left. */
    private static final int QUIET_TICKS = 4;

    private final Executor threads;
    private final List<Post> posts = new CopyOnWriteArrayList<>();
    private volatile Thread watch;
    private volatile boolean asleep;

    /** @param threads where relief comes from */
    Relief(Executor threads) {
        this.threads = threads;
    }

    /** One selector, where a thread should be. */
    final class Post {
        private final Runnable producer;

        /**
         * Odd while the thread is away, a higher number each time. Who has left and who comes back in its place may
         * write at the same time.
         */
        private final AtomicInteger absence = new AtomicInteger();

        // By the watch only.
        private int seen;
        private boolean failed;

        private Post(Runnable producer) {
            this.producer = producer;
        }

        private void left() {
            absence.updateAndGet(now -> now + 1 | 1);
            if (asleep) {
                LockSupport.unpark(watch);
            }
        }

        /** The thread, this one or another, looks after the selector. */
        void manned() {
            if ((absence.get() & 1) != 0) { // mostly not, and then there is nothing to write
                absence.updateAndGet(now -> now + (now & 1));
            }
        }

        /** Whether its thread is away and nobody has been sent in its place; by the watch only. */
        private boolean isLeft() {
            return isLeft(absence.get());
        }

        private boolean isLeft(int now) {
            return (now & 1) != 0 && now + 1 != seen;
        }

        /** Sends somebody if it has been left for a while; whether it was left. By the watch only. */
        private boolean look() {
            int now = absence.get();
            if (!isLeft(now)) {
                return false;
            }
            if (now == seen) {
                // Once for each absence: another number is seen next time.
                seen = now + 1;
                relieve();
            } else {
                seen = now;
            }
            return true;
        }

        private void relieve() {
            try {
                threads.execute(producer);
                failed = false;
            } catch (RejectedExecutionException e) {
                LOG.debug("the gateway is being stopped", e);
            } catch (RuntimeException | Error e) { // no memory, or no more threads: the watch has to go on
                if (!failed) {
                    LOG.error("nobody can be sent to a selector that its thread has left; trying again and again", e);
                }
                failed = true;
                seen = 0;
            }
        }
    }

    /** @param producer what the selector's strategy is going to ask a thread for */
    Post post(Runnable producer) {
        Post post = new Post(producer);
        posts.add(post);
        return post;
    }

    void start() {
        // It ends when it finds that it is not the watch, so it has to be known as the watch before it runs.
        watch = Thread.ofPlatform()
                .name("gateway-relief")
                .daemon()
                .priority(Thread.MAX_PRIORITY)
                .unstarted(this::watch);
        watch.start();
    }

    void stop() {
        Thread watching = watch;
        watch = null;
        LockSupport.unpark(watching);
    }

    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    /** Not at once, but when it turns out to be necessary. */
    @Override
    public boolean tryExecute(Runnable task) {
        for (Post post : posts) {
            if (post.producer == task) {
                post.left();
                return true;
            }
        }
        return false;
    }

    private void watch() {
        int quiet = 0;
        while (watch == Thread.currentThread()) {
            if (quiet < QUIET_TICKS) {
                LockSupport.parkNanos(this, TICK_NANOS);
            } else {
                sleep();
            }
            quiet++;
            for (Post post : posts) {
                if (post.look()) {
                    quiet = 0;
                }
            }
        }
    }

    /** Until somebody leaves a selector. */
    private void sleep() {
        asleep = true;
        while (watch == Thread.currentThread() && posts.stream().noneMatch(Post::isLeft)) {
            LockSupport.park(this);
        }
        asleep = false;
    }
}
