package mimosa.quota;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import mimosa.api.MimosaException;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;
import mimosa.quota.ThreadMeter.Reading;

/**
 * Measures one instance, in three ways that complement each other: the deadline ends it wherever it is, its own calls of
 * {@link #check} end it within about a millisecond, and {@link #sample} from outside ends it while native code keeps it
 * from calling {@code check}.
 */
final class MeteredBudget implements Budget {
    /** Reading the meters costs many times what a clock costs, so it is not done at every check. */
    private static final long NANOS_BETWEEN_READINGS = 1_000_000;

    private final NodeQuotas node;
    private final Slots slots;
    private final Limits limits;
    private final long deadline;

    private final AtomicReference<MimosaException> exceeded = new AtomicReference<>();
    private final AtomicBoolean told = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Consumer<MimosaException> action;

    /** What the finished slices have used; written by the thread that runs the instance. */
    private volatile Reading used = Reading.NOTHING;

    /** {@code null} while no guest code runs. */
    private volatile Slice slice;

    /** {@code null} while the deadline is far off: most instances have closed by then, and need no timer. */
    private volatile Future<?> deadlineTask;

    /** Only touched by the thread that runs the instance. */
    private long lastReading;

    /** A stretch of guest code on one thread: when it began, that thread's meters then, and what had been used before. */
    private record Slice(Thread thread, long began, Reading begin, Reading before) {}

    MeteredBudget(NodeQuotas node, Slots slots, Limits limits) {
        this.node = node;
        this.slots = slots;
        this.limits = limits;
        long wall = limits.wall().toNanos();
        deadline = System.nanoTime() + wall;
        timeIfSoon(wall);
    }

    /** Has the end of the wall time noticed when it comes, if it comes before the next sample is sure to be taken. */
    private void timeIfSoon(long left) {
        if (left < NodeQuotas.SOON_NANOS && deadlineTask == null) {
            Future<?> timed = node.after(Duration.ofNanos(Math.max(0, left)), this::wallTimeIsOver);
            deadlineTask = timed;
            if (closed.get()) {
                timed.cancel(false);
            }
        }
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public Duration remaining() {
        return Duration.ofNanos(deadline - System.nanoTime());
    }

    /** The owner's name, for logs. */
    String owner() {
        return slots.owner();
    }

    @Override
    public void onExceeded(Consumer<MimosaException> newAction) {
        action = newAction;
        tell();
    }

    @Override
    public void resume() {
        Thread thread = Thread.currentThread();
        if (thread.isVirtual()) {
            throw new IllegalStateException(
                    "guest code must run on a platform thread: the JVM does not meter virtual thread '"
                            + thread.getName() + "'");
        }
        long now = System.nanoTime();
        lastReading = now;
        slice = new Slice(thread, now, node.meter().begin(now), used);
    }

    @Override
    public void suspend() {
        Slice current = slice;
        if (current != null && current.thread() == Thread.currentThread()) {
            Reading total = usedIn(current, System.nanoTime());
            used = total;
            slice = null;
            judge(total);
        }
    }

    @Override
    public void check() {
        MimosaException failure = exceeded.get();
        if (failure == null) {
            long now = System.nanoTime();
            if (now - deadline >= 0) {
                wallTimeIsOver();
            } else if (now - lastReading >= NANOS_BETWEEN_READINGS) {
                lastReading = now;
                readOwnMeters(now);
            }
            failure = exceeded.get();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void readOwnMeters(long now) {
        Slice current = slice;
        if (current != null && current.thread() == Thread.currentThread()) {
            judge(usedIn(current, now));
        }
    }

    private Reading usedIn(Slice current, long now) {
        return current.before().plus(node.meter().since(current.begin(), now - current.began()));
    }

    /** Looks at the instance from another thread. */
    void sample() {
        if (exceeded.get() == null) {
            timeIfSoon(deadline - System.nanoTime());
            if (slice != null) {
                judge(usage());
            }
        }
    }

    /** What has been used so far, as seen by any thread. */
    Reading usage() {
        Slice current = slice;
        if (current != null) {
            long elapsed = System.nanoTime() - current.began();
            Reading total = current.before().plus(node.meter().since(current.thread(), current.begin(), elapsed));
            if (slice == current) { // otherwise the thread may have gone on to another instance in between
                return total;
            }
        }
        return used;
    }

    private void judge(Reading total) {
        if (total.cpuNanos() > limits.cpu().toNanos()) {
            exceed(quota("CPU time limit exceeded (" + limits.cpu().toMillis() + " ms)"));
        } else if (total.allocatedBytes() > limits.allocBytes()) {
            exceedMemory();
        }
    }

    private void wallTimeIsOver() {
        exceed(quota("wall time limit exceeded (" + limits.wall().toMillis() + " ms)"));
    }

    void exceedMemory() {
        exceed(quota("memory limit exceeded"));
    }

    private static MimosaException quota(String message) {
        return new MimosaException(MimosaException.Kind.QUOTA, message);
    }

    @Override
    public MimosaException exceeded() {
        return exceeded.get();
    }

    @Override
    public void cancel(String reason) {
        exceed(new MimosaException(MimosaException.Kind.UNAVAILABLE, reason));
    }

    private void exceed(MimosaException failure) {
        if (!closed.get() && exceeded.compareAndSet(null, failure)) {
            tell();
        }
    }

    /** Runs the action once there are both an action and a reason, whichever comes last. */
    private void tell() {
        if (action != null && exceeded.get() != null && !closed.get() && told.compareAndSet(false, true)) {
            node.call(() -> {
                if (!closed.get()) {
                    action.accept(exceeded.get());
                }
            });
        }
    }

    /** Any number, as an object's own one costs more than all the rest of keeping it in a set for one request. */
    @Override
    public int hashCode() {
        return (int) (deadline ^ deadline >>> 32);
    }

    boolean isClosed() {
        return closed.get();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Future<?> timed = deadlineTask;
            if (timed != null) {
                timed.cancel(false);
            }
            node.ended(this);
            slots.release();
        }
    }
}
