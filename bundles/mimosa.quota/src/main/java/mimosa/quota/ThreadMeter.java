package mimosa.quota;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a platform thread has used since its start. On current hardware the processor time costs about half a
 * microsecond, the allocation a tenth of that; what the JVM cannot tell reads as 0 and is thereby not limited.
 */
final class ThreadMeter {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadMeter.class);

    private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    private final boolean cpu = threads.isThreadCpuTimeSupported();
    private final boolean allocation = threads.isThreadAllocatedMemorySupported();

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

    Reading current() {
        return new Reading(
                cpu ? threads.getCurrentThreadCpuTime() : 0, allocation ? threads.getCurrentThreadAllocatedBytes() : 0);
    }

    /** As {@link #current} for another thread; negative values once that has ended. */
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
