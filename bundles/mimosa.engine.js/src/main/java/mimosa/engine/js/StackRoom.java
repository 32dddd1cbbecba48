package mimosa.engine.js;

import mimosa.work.StackProbe;

/** How much stack the host needs for what scripts ask of it, see {@link StackProbe}. */
final class StackRoom {
    private static final int KIB = 20;

    /** For some calls of compiled functions, with a native one between any two. */
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
