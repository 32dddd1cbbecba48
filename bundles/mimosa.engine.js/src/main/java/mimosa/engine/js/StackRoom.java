package mimosa.engine.js;

import mimosa.work.StackProbe;

/** How much stack the host needs for what scripts ask of it, see {@link StackProbe}. */
final class StackRoom {
    /** 20 KiB. */
    private static final int FRAMES = 40;

    /**
     * About 100 KiB before the virtual machine has compiled this and what is called, and 40 KiB afterwards: for some calls
     * of compiled functions, with a native one between any two.
     */
    private static final int FRAMES_FOR_CALLS = 96;

    private StackRoom() {}

    /** @throws StackOverflowError when there is too little room */
    static void ensure() {
        StackProbe.ensure(FRAMES);
    }

    /** @throws StackOverflowError when there is too little room for what compiled functions may do before the next look */
    static void ensureForCalls() {
        StackProbe.ensure(FRAMES_FOR_CALLS);
    }
}
