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

    /** The most that a stretch of work is charged too much. */
    private static final long TOLERANCE_NANOS = 1_000_000;

    private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    private final boolean cpu = threads.isThreadCpuTimeSupported();
    private final boolean allocation = threads.isThreadAllocatedMemorySupported();
    private final ThreadLocal<LastReading> last = ThreadLocal.withInitial(LastReading::new);

    private static final class LastReading {
        private long at = System.nanoTime() - 2 * TOLERANCE_NANOS;
        private long cpuNanos;
    }

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
        LastReading known = last.get();
        if (now - known.at > TOLERANCE_NANOS) {
            known.cpuNanos = threads.getCurrentThreadCpuTime();
            known.at = now;
        }
        return known.cpuNanos;
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

    /** What another thread has used; negative values once that has ended. */
    Reading of(Thread thread) {
        long id = thread.threadId();
        return new Reading(
                cpu ? threads.getThreadCpuTime(id) : 0, allocation ? threads.getThreadAllocatedBytes(id) : 0);
    }

    /** Nanoseconds of processor time and bytes allocated. */
    record Reading(long cpuNanos, long allocatedBytes) {
        static final Reading NOTHING = new Reading(0, 0);

        Reading plus(Reading other) {
            return new Reading(cpuNanos + other.cpuNanos, allocatedBytes + other.allocatedBytes);
        }

        Reading minus(Reading other) {
            return new Reading(cpuNanos - other.cpuNanos, allocatedBytes - other.allocatedBytes);
        }
    }
}
