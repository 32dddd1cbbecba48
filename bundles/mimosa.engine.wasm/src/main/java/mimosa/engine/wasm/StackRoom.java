package mimosa.engine.wasm;

/**
 * Programs may call the host at the very end of their thread's stack. The host asks for room first, so that the stack
 * overflows before it does something and not amid it. There is no way to ask but to go there, at the cost of some
 * nanoseconds for each frame of about a hundred bytes.
 */
final class StackRoom {
    private static final int SERVICE_FRAMES = 1300;
    private static final int ANSWER_FRAMES = 300;

    private StackRoom() {}

    /**
     * Before a call of a store, a client or a log.
     *
     * @throws StackOverflowError when there is too little room
     */
    static void forService() {
        ensure(SERVICE_FRAMES);
    }

    /**
     * Before something is sent.
     *
     * @throws StackOverflowError when there is too little room
     */
    static void forAnswer() {
        ensure(ANSWER_FRAMES);
    }

    private static void ensure(int frames) {
        if (descend(frames, 1, 2, 3, 4) < 0) {
            throw new IllegalStateException("cannot be: a sum of positive numbers is negative");
        }
    }

    private static long descend(int frames, long a, long b, long c, long d) {
        return frames == 0 ? a + b + c + d : a + descend(frames - 1, b, c, d, a);
    }
}
