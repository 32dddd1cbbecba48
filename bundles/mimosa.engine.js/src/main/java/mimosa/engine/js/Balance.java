package mimosa.engine.js;

import java.util.concurrent.TimeUnit;

/** Whether a request does better to wait for a realm that is in use, or to make one. Not thread-safe. */
final class Balance {
    /** The share of the newest in an average is one of so many. */
    private static final int WEIGHT = 8;

    /** What counts for realms that do not come free: many times what making one takes. */
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(1);

    private long heldNanos;
    private long madeNanos;

    /** A request has had a realm for so long. */
    void held(long nanos) {
        heldNanos += (Math.min(nanos, LONG_NANOS) - heldNanos) / WEIGHT;
    }

    /** Making a realm has taken so long. */
    void made(long nanos) {
        madeNanos += (nanos - madeNanos) / (madeNanos == 0 ? 1 : WEIGHT);
    }

    /** Those that wait have waited in vain. */
    void stuck() {
        held(LONG_NANOS);
    }

    boolean isWaitingQuicker() {
        return heldNanos < madeNanos;
    }
}
