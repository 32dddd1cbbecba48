package mimosa.engine.js;

import mimosa.work.StackProbe;

/** How much stack the host needs for what scripts ask of it, see {@link StackProbe}. */
final class StackRoom {
    /** 20 KiB. */
    private static final int FRAMES = 40;

    private StackRoom() {}

    /** @throws StackOverflowError when there is too little room */
    static void ensure() {
        StackProbe.ensure(FRAMES);
    }
}
