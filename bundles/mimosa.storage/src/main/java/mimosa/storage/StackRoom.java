package mimosa.storage;

import mimosa.work.StackProbe;

/**
 * Programs may call the store at the very end of their thread's stack. Whoever is to change several things in one step
 * asks for room first, so that the stack overflows before the step and not amid it.
 */
final class StackRoom {
    private static final int KIB = 16;

    private StackRoom() {}

    /** @throws StackOverflowError when there is too little room */
    static void ensure() {
        StackProbe.ensure(KIB);
    }
}
