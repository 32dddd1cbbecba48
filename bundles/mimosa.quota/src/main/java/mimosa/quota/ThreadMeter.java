package mimosa.quota;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a platform thread has used since its start. On current hardware the processor time costs about half a
 * microsecond to read, the allocation a tenth of that. So the processor time of a short stretch of work is not read: it
 * can be no more than the clock says, and is counted as that. What the JVM cannot tell reads as 0 and is thereby not
 * limited.
 */
final class ThreadMeter {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadMeter.class);

    /** The most that one stretch of work is charged too much, for waiting in it or for what its thread did before. */
    private static final long TOLERANCE_NANOS = 1_000_000;

    private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    private final boolean cpu = threads.isThreadCpuTimeSupported();
    private final boolean allocation = threads.isThreadAllocatedMemorySupported();

    /** When the calling thread's processor time was read last, and what it was; -1 when it never was. */
    private final ThreadLocal<long[]> last = ThreadLocal.withInitial(() -> new long[] {0, -1});

    ThreadMeter() {
        if (cpu) {
            threads.setThreadCpuTimeEnabled(true);
        }
        if (allocation) {
            threads.setThreadAllocatedMemoryEnabled(true);
        }
        if (!cpu || !allocation) {
            LOG.warn(
                    "this JVM does not tell {} of a thread: that limit is not enforced, wall time limits are",
                    cpu ? "the allocation" : allocation ? "the CPU time" : "CPU time and allocation");
        }
    }

    /**
     * What the calling thread has used as it begins a stretch of work; the processor time may be a little out of date,
     * which is to say too low.
     *
     * @param now as {@link System#nanoTime} has it
     */
    Reading begin(long now) {
        return new Reading(cpu ? cpuNanosNear(now) : 0, allocated());
    }

    private long cpuNanosNear(long now) {
        long[] known = last.get();
        if (known[1] < 0 || now - known[0] > TOLERANCE_NANOS) {
            known[1] = threads.getCurrentThreadCpuTime();
            known[0] = now;
        }
        return known[1];
    }

    /**
     * What the calling thread has used since, and no less.
     *
     * @param elapsed nanoseconds by the clock since then
     */
    Reading since(Reading begin, long elapsed) {
        long cpuNanos = cpu ? elapsed : 0;
        if (cpuNanos >= TOLERANCE_NANOS) {
            cpuNanos = Math.min(elapsed, threads.getCurrentThreadCpuTime() - begin.cpuNanos());
        }
        return new Reading(cpuNanos, allocated() - begin.allocatedBytes());
    }

    private long allocated() {
        return allocation ? threads.getCurrentThreadAllocatedBytes() : 0;
    }

    /** As the other one for a thread that may be another; negative values once that has ended. */
    Reading since(Thread thread, Reading begin, long elapsed) {
        long id = thread.threadId();
        long cpuNanos = cpu ? Math.min(elapsed, threads.getThreadCpuTime(id) - begin.cpuNanos()) : 0;
        return new Reading(cpuNanos, (allocation ? threads.getThreadAllocatedBytes(id) : 0) - begin.allocatedBytes());
    }

    /** Nanoseconds of processor time and bytes allocated. */
    record Reading(long cpuNanos, long allocatedBytes) {
        static final Reading NOTHING = new Reading(0, 0);

        Reading plus(Reading other) {
            return new Reading(cpuNanos + other.cpuNanos, allocatedBytes + other.allocatedBytes);
        }
    }
}
