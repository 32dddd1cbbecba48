package mimosa.gateway;

import java.util.concurrent.TimeUnit;

/**
 * Whether a handler's requests are short enough to be run by the thread that has read them. One that takes long costs
 * other connections of the thread a moment, so its handler's next requests are not. Races lose a count, which does no harm.
 */
final class Pace {
    private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int BARRED = 128;

    private volatile int barred;

    /** Whether the next one may be tried. */
    boolean isShort() {
        int left = barred;
        if (left > 0) {
            barred = left - 1;
        }
        return left == 0;
    }

    void took(long nanos) {
        if (nanos > SHORT_NANOS) {
            barred = BARRED;
        }
    }
}
