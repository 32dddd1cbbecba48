package mimosa.engine.js;

import mimosa.work.StackProbe;

/** How much stack the host needs for what scripts ask of it, see {@link StackProbe}. */
final class StackRoom {
    /** 20 KiB. */
    private static final int FRAMES = 40;

    /** 64 to 128 KiB: for some calls of compiled functions, with a native one of up to 5 KiB between any two. */
    private static final int FRAMES_FOR_CALLS = 256;

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
