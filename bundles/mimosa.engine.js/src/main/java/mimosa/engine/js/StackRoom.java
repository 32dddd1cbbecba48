package mimosa.engine.js;

import mimosa.work.StackProbe;

/** How much stack the host needs for what scripts ask of it, see {@link StackProbe}. */
final class StackRoom {
    private static final int FRAMES = 150;

    private StackRoom() {}

    /** @throws StackOverflowError when there is too little room */
    static void ensure() {
        StackProbe.ensure(FRAMES);
    }
}
