package org.mozilla.javascript.undo;

/** The time, as woven code asks for it: who has asked while a snapshot was made would get the same answer in each request. */
public final class Clock {
    private static final ThreadLocal<Boolean> READ = new ThreadLocal<>();

    private Clock() {}

    /** As {@link System#currentTimeMillis}. */
    public static long currentTimeMillis() {
        READ.set(Boolean.TRUE);
        return System.currentTimeMillis();
    }

    /** As {@link System#nanoTime}. */
    public static long nanoTime() {
        READ.set(Boolean.TRUE);
        return System.nanoTime();
    }

    /** Whether this thread has asked since the last call. */
    public static boolean wasRead() {
        boolean read = READ.get() != null;
        READ.remove();
        return read;
    }
}
