package mimosa.engine.wasm;

/**
 * Programs may call the host at the very end of their thread's stack. The host asks for room first, so that the stack
 * overflows before it does something and not amid it.
 */
final class StackRoom {
    /** Frames of about a hundred bytes each. */
    private static final int FRAMES = 1300;

    private StackRoom() {}

    /** @throws StackOverflowError when there is too little room */
    static void ensure() {
        if (descend(FRAMES, 1, 2, 3, 4) < 0) {
            throw new IllegalStateException("cannot be: a sum of positive numbers is negative");
        }
    }

    private static long descend(int frames, long a, long b, long c, long d) {
        return frames == 0 ? a + b + c + d : a + descend(frames - 1, b, c, d, a);
    }
}
