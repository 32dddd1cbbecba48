package mimosa.gateway;

import java.util.concurrent.TimeUnit;

/**
 * Whether a handler's requests are short enough to be run by the thread that has read them. One that takes long costs
 * other connections of the thread a moment; so when the last ones have taken long on average, the next are not tried: a
 * few at first, and twice as many each time it turns out so again. A single long one does not count, because it may
 * have been the operating system that had the thread wait. Races lose a count, which does no harm.
 */
final class Pace {
    /**
     * A hand-over costs a few microseconds, and the watch relieves a thread that stays away for two milliseconds. Less
     * would catch handlers that are long only because they have been handed over: they wait for each other then, for the
     * lock of a store, say.
     */
    private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    /** Longer ones count as this long. */
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(32);

    /** The share of the newest in the average is one of so many. */
    private static final int WEIGHT = 16;

    private static final int FEWEST = 4;
    private static final int MOST = 512;

    /** So many short ones make up for a time of long ones. */
    private static final int SHORT_FOR_LONG = 64;

    private int left;
    private int penalty = FEWEST;
    private int shortInARow;
    private long average;

    /** Whether the next one may be tried. */
    boolean isShort() {
        int barred = left;
        if (barred > 0) {
            left = barred - 1;
        }
        return barred == 0;
    }

    /** What the last one that was tried has taken. */
    void took(long nanos) {
        average += (Math.min(nanos, LONGEST_NANOS) - average) / WEIGHT;
        if (average > SHORT_NANOS) {
            average = 0; // some are tried then, not only one, which might be long because of those handed over before
            left = penalty;
            penalty = Math.min(MOST, penalty * 2);
            shortInARow = 0;
        } else if (penalty > FEWEST && ++shortInARow >= SHORT_FOR_LONG) {
            penalty /= 2;
            shortInARow = 0;
        }
    }
}
