package mimosa.quota;

import java.time.Duration;
import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.quota.Limits;

/**
 * The checked configuration.
 *
 * @param defaults for a mim without variables of its own
 * @param cpuPercentOfWall processor time that goes with a wall time
 * @param heapGuardPercent see {@link HeapGuard}
 */
record NodeLimits(Limits defaults, int cpuPercentOfWall, int heapGuardPercent) {
    private static final String WALL_VARIABLE = "MCM.MAX_EXECUTION_TIME_SEC";
    private static final int MOST_SECONDS = 3600;
    private static final long MOST_BYTES = 1L << 50;

    /** @throws IllegalArgumentException naming the first property that is wrong */
    static NodeLimits of(NodeQuotas.Config config, Map<String, Object> raw) {
        ConfiguredNumbers numbers = new ConfiguredNumbers(NodeQuotas.PID, raw);
        Duration wall = Duration.ofMillis(numbers.between(1, MOST_SECONDS * 1000, "wallMs", config::wallMs));
        int cpuPercent = numbers.between(1, 100, "cpuPercentOfWall", config::cpuPercentOfWall);
        Limits defaults = new Limits(
                wall,
                percentOf(wall, cpuPercent),
                numbers.between(1, MOST_BYTES, "allocBytes", config::allocBytes),
                numbers.between(1, MOST_BYTES, "objectBytes", config::objectBytes),
                numbers.between(0, 1_000_000, "timers", config::timers),
                numbers.between(0, 1_000_000, "outboundCalls", config::outboundCalls),
                numbers.between(1, 10_000, "outboundParallel", config::outboundParallel),
                numbers.between(0, MOST_BYTES, "outboundBytes", config::outboundBytes),
                numbers.between(0, MOST_BYTES, "bodyBytes", config::bodyBytes),
                numbers.between(0, MOST_BYTES, "uploadBytes", config::uploadBytes),
                numbers.between(0, MOST_BYTES, "responseBytes", config::responseBytes),
                numbers.between(0, MOST_BYTES, "logBytes", config::logBytes),
                numbers.between(1, 100_000, "concurrency", config::concurrency),
                numbers.between(0, 100_000, "queue", config::queue),
                Duration.ofMillis(numbers.between(0, 600_000, "queueMs", config::queueMs)));
        int heapGuard = numbers.between(1, 100, "heapGuardPercent", config::heapGuardPercent);
        return new NodeLimits(defaults, cpuPercent, heapGuard);
    }

    /** The defaults with a mim's own variables applied. */
    Limits of(Map<String, String> env) {
        String seconds = env.get(WALL_VARIABLE);
        return seconds == null ? defaults : withWall(Duration.ofSeconds(seconds(seconds)));
    }

    private static int seconds(String text) {
        // Four digits at most, so that parsing cannot overflow.
        int seconds = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        if (seconds < 1 || seconds > MOST_SECONDS) {
            throw MimosaException.invalid(
                    WALL_VARIABLE + " is '" + text + "'; expected an integer from 1 to " + MOST_SECONDS);
        }
        return seconds;
    }

    private Limits withWall(Duration wall) {
        return new Limits(
                wall,
                percentOf(wall, cpuPercentOfWall),
                defaults.allocBytes(),
                defaults.objectBytes(),
                defaults.timers(),
                defaults.outboundCalls(),
                defaults.outboundParallel(),
                defaults.outboundBytes(),
                defaults.bodyBytes(),
                defaults.uploadBytes(),
                defaults.responseBytes(),
                defaults.logBytes(),
                defaults.concurrency(),
                defaults.queue(),
                defaults.queueTime());
    }

    private static Duration percentOf(Duration whole, int percent) {
        return whole.multipliedBy(percent).dividedBy(100);
    }
}
