package mimosa.work;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import mimosa.api.http.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The platform threads that run programs. At most {@code threads} run at a time; one that waits in
 * {@link #blocking} does not count, and when nobody has come free for a moment, because programs compute or wait for each
 * other, further threads are started up to {@code maxThreads}, so that the operating system shares the processors out.
 * Nothing here interrupts any of them.
 */
public final class Workers implements AutoCloseable, Executor {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
    private static final long IDLE_SECONDS = 30;
    private static final long EXCESS_IDLE_SECONDS = 1;
    private static final long PATIENCE_MS = 20;
    private static final int MOST_BLOCKED = 8;

    private final String name;
    private final int threads;
    private final int maxThreads;
    private final long stackBytes;
    private final ScheduledExecutorService clock;
    private final AtomicInteger names = new AtomicInteger();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private int live;
    private int idle;
    private int blocked;
    private long taken;
    private boolean watching;
    private boolean closed;

    /**
     * @param name what the threads' names begin with
     * @param stackBytes of each thread
     */
    public Workers(String name, int threads, int maxThreads, long stackBytes) {
        this.name = name;
        this.threads = threads;
        this.maxThreads = maxThreads;
        this.stackBytes = stackBytes;
        ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name(name + "-clock").daemon().factory());
        timers.setRemoveOnCancelPolicy(true);
        timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        timers.setRejectedExecutionHandler((task, executor) -> LOG.debug("too late for {}", task));
        this.clock = Executors.unconfigurableScheduledExecutorService(timers);
    }

    /** Runs the task as soon as a worker is free; not at all after {@link #close}. */
    @Override
    public void execute(Runnable task) {
        submit(task, false);
    }

    /** Runs the task on the thread that has brought the exchange, if that can be spared, otherwise as soon as possible. */
    public void execute(Exchange exchange, Runnable task) {
        if (!exchange.runHere(() -> run(task), stackBytes)) {
            execute(task);
        }
    }

    /** As {@link #execute}, before all others: for what ends an instance. */
    public void executeFirst(Runnable task) {
        submit(task, true);
    }

    private void submit(Runnable task, boolean first) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            if (first) {
                queue.addFirst(task);
            } else {
                queue.addLast(task);
            }
            work.signal();
            // One that idles is on its way to one task only, though it counts as idle until it has it.
            if (queue.size() <= idle) {
                return;
            }
            if (live - blocked < threads) {
                startThread();
            } else {
                watch();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Runs the task on the clock's thread, which must not be held up. */
    public Future<?> after(long nanos, Runnable task) {
        return clock.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * Runs something that waits on a worker's thread, while another worker takes its place. A thread that an exchange has
     * lent is looked after by who has lent it.
     */
    public void blocking(Runnable wait) {
        if (!(Thread.currentThread() instanceof Worker worker) || worker.owner() != this) {
            wait.run();
            return;
        }
        lock.lock();
        try {
            blocked++;
            if (queue.size() > idle) {
                startThread();
            }
        } finally {
            lock.unlock();
        }
        try {
            wait.run();
        } finally {
            lock.lock();
            blocked--;
            lock.unlock();
        }
    }

    public int liveThreads() {
        lock.lock();
        try {
            return live;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Those that wait for a client or a lock do not count, or a few slow readers could take every thread; but there is an
     * end to it all.
     */
    private boolean isFull() {
        return live - blocked >= maxThreads || live >= MOST_BLOCKED * maxThreads;
    }

    private void startThread() {
        if (isFull() || closed) {
            return;
        }
        Thread thread = new Worker();
        live++;
        thread.start();
    }

    private final class Worker extends Thread {
        Worker() {
            super(null, Workers.this::work, name + "-" + names.incrementAndGet(), stackBytes);
            setDaemon(true);
            setPriority(NORM_PRIORITY); // not that of who happens to need it
            setContextClassLoader(Workers.class.getClassLoader());
        }

        Workers owner() {
            return Workers.this;
        }
    }

    /** Looks again in a moment whether the queue moves; holding the lock. */
    private void watch() {
        if (watching || closed || isFull()) {
            return;
        }
        watching = true;
        long before = taken;
        clock.schedule(() -> relieve(before), PATIENCE_MS, TimeUnit.MILLISECONDS);
    }

    private void relieve(long takenBefore) {
        lock.lock();
        try {
            watching = false;
            if (queue.isEmpty() || closed) {
                return;
            }
            if (taken == takenBefore && queue.size() > idle) {
                startThread();
            }
            watch();
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        boolean more = true;
        while (more) {
            more = workOnce(); // so that nothing of the last task is on the stack while the next is waited for
        }
    }

    /** Runs one task; whether there may be another. */
    private boolean workOnce() {
        Runnable task = next();
        if (task == null) {
            return false;
        }
        run(task);
        return true;
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // the last boundary: whatever it was, the thread survives it
            LOG.error("a turn of an instance failed unexpectedly", e);
        }
    }

    /** The next task; {@code null} when this thread is not needed any more. */
    private Runnable next() {
        lock.lock();
        try {
            boolean excess = live - blocked > threads;
            long patience = TimeUnit.SECONDS.toNanos(excess ? EXCESS_IDLE_SECONDS : IDLE_SECONDS);
            while (true) {
                if (closed) {
                    return retire();
                }
                Runnable task = queue.poll();
                if (task != null) {
                    taken++;
                    return task;
                }
                if (patience <= 0) {
                    return retire();
                }
                idle++;
                try {
                    patience = work.awaitNanos(patience);
                } catch (InterruptedException e) {
                    LOG.warn(
                            "somebody interrupted the idle worker {}",
                            Thread.currentThread().getName());
                } finally {
                    idle--;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private Runnable retire() {
        live--;
        return null;
    }

    /** Workers end when their present turn does; what is queued is dropped. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            queue.clear();
            work.signalAll();
        } finally {
            lock.unlock();
        }
        clock.shutdown();
    }
}
