package mimosa.engine.wasm;

import mimosa.api.MimosaException;

/**
 * Ends a running program. Compiled code can only be stopped by interrupting its thread; but an interrupt that arrives
 * while that thread reads or writes a store closes the store's file for everybody. So the thread is interrupted only
 * between {@link #enterGuest} and {@link #leaveGuest}; anywhere else the wish is kept until it passes one of them.
 */
final class Gate {
    private Thread guest;
    private volatile boolean killed;
    private MimosaException reason;

    /** The current thread goes on with the program. */
    synchronized void enterGuest() {
        check();
        guest = Thread.currentThread();
    }

    /** The current thread has come from the program to the host. */
    synchronized void leaveGuest() {
        guest = null;
        if (killed) {
            forgetInterrupt();
            throw new Killed(reason);
        }
    }

    /** The current thread has nothing to do with the program any more. */
    synchronized void done() {
        guest = null;
        if (killed) {
            forgetInterrupt();
        }
    }

    private static void forgetInterrupt() {
        // The flag was this kill; the thread's next work must not find it.
        Thread.interrupted();
    }

    /** Ends the program as soon as possible; the first reason counts. May be called by any thread. */
    synchronized void kill(MimosaException why) {
        if (!killed) {
            killed = true;
            reason = why;
            if (guest != null) {
                guest.interrupt();
            }
        }
    }

    /** @throws Killed when the program is to end */
    void check() {
        if (killed) {
            throw new Killed(reason());
        }
    }

    boolean isKilled() {
        return killed;
    }

    /** Why; {@code null} also when there is no client to be told. */
    synchronized MimosaException reason() {
        return reason;
    }
}
