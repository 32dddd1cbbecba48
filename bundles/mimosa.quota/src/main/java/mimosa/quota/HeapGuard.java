package mimosa.quota;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Tells when the heap stays full although garbage has been collected. Looks only at the pools of long-lived objects, and
 * at what was left in them by the last collection that cleaned them: anything else counts garbage as used.
 */
final class HeapGuard {
    private final List<MemoryPoolMXBean> pools;
    private long collections;
    private long judgedBytes = -1;

    HeapGuard() {
        // Pools of young objects have no usage threshold; that tells the two kinds apart with every collector.
        pools = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported())
                .filter(MemoryPoolMXBean::isCollectionUsageThresholdSupported)
                .toList();
    }

    /**
     * How full the pools were after the last collection, in percent; empty when there was no collection since the last
     * call, or none that cleaned them. So each finding is reported once.
     */
    OptionalDouble newFinding() {
        long count = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
        if (count == collections) {
            return OptionalDouble.empty();
        }
        collections = count;
        return percentAfterCollection();
    }

    private OptionalDouble percentAfterCollection() {
        long bytes = 0;
        long most = 0;
        for (MemoryPoolMXBean pool : pools) {
            MemoryUsage left = pool.getCollectionUsage();
            if (left != null && left.getMax() > 0) {
                bytes += left.getUsed();
                most += left.getMax();
            }
        }
        if (most == 0 || bytes == judgedBytes) { // the same to the byte: only younger pools were cleaned
            return OptionalDouble.empty();
        }
        judgedBytes = bytes;
        return OptionalDouble.of(100.0 * bytes / most);
    }
}
