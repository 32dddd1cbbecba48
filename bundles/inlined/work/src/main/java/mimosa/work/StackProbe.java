package mimosa.work;

/**
 * Programs may call the host at the very end of their thread's stack. The host asks for room first, so that the stack
 * overflows before it does something and not amid it. There is no way to ask but to go there, at the cost of some
 * nanoseconds for each frame of about a hundred bytes.
 */
public final class StackProbe {
    private StackProbe() {}

    /** @throws StackOverflowError when there is no room for so many frames */
    public static void ensure(int frames) {
        if (descend(frames, 1, 2, 3, 4) < 0) {
            throw new IllegalStateException("cannot be: a sum of positive numbers is negative");
        }
    }

    private static long descend(int frames, long a, long b, long c, long d) {
        return frames == 0 ? a + b + c + d : a + descend(frames - 1, b, c, d, a);
    }
}
