package mimosa.engine.js;

import mimosa.work.StackProbe;

/** How much stack the host needs for what scripts ask of it, see {@link StackProbe}. */
final class StackRoom {
    private static final int KIB = 20;

    /**
     * For some calls of compiled functions, with a native one between any two. What they need is twice as much before the
     * virtual machine has compiled them, as it is with what looks for room.
     */
    private static final int KIB_FOR_CALLS = 50;

    private StackRoom() {}

    /** @throws StackOverflowError when there is too little room */
    static void ensure() {
        StackProbe.ensure(KIB);
    }

    /** @throws StackOverflowError when there is too little room for what compiled functions may do before the next look */
    static void ensureForCalls() {
        StackProbe.ensure(KIB_FOR_CALLS);
    }
}
