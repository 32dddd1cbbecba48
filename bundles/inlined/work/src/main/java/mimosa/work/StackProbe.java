package mimosa.work;

/**
 * Programs may call the host at the very end of their thread's stack. The host asks for room first, so that the stack
 * overflows before it does something and not amid it. There is no way to ask but to go there, which costs some
 * nanoseconds for each frame: so there are few, and large ones, of half a KiB mostly and about half of that otherwise.
 */
public final class StackProbe {
    private static final long[] VALUES = new long[64];

    private StackProbe() {}

    /** @throws StackOverflowError when there is no room for so many frames */
    public static void ensure(int frames) {
        descend(frames, VALUES);
    }

    /**
     * All frames of a method are of the same size. One in sixteen keeps many values across its call, each in a place of
     * its own; the others have those places too, and do not touch them.
     */
    private static long descend(int frames, long[] v) {
        if (frames == 0) {
            return v.length;
        }
        if ((frames & 15) != 0) {
            return descend(frames - 1, v);
        }
        long a0 = v[0], a1 = v[1], a2 = v[2], a3 = v[3], a4 = v[4], a5 = v[5], a6 = v[6], a7 = v[7];
        long b0 = v[8], b1 = v[9], b2 = v[10], b3 = v[11], b4 = v[12], b5 = v[13], b6 = v[14], b7 = v[15];
        long c0 = v[16], c1 = v[17], c2 = v[18], c3 = v[19], c4 = v[20], c5 = v[21], c6 = v[22], c7 = v[23];
        long d0 = v[24], d1 = v[25], d2 = v[26], d3 = v[27], d4 = v[28], d5 = v[29], d6 = v[30], d7 = v[31];
        long e0 = v[32], e1 = v[33], e2 = v[34], e3 = v[35], e4 = v[36], e5 = v[37], e6 = v[38], e7 = v[39];
        long f0 = v[40], f1 = v[41], f2 = v[42], f3 = v[43], f4 = v[44], f5 = v[45], f6 = v[46], f7 = v[47];
        long g0 = v[48], g1 = v[49], g2 = v[50], g3 = v[51], g4 = v[52], g5 = v[53], g6 = v[54], g7 = v[55];
        long h0 = v[56], h1 = v[57], h2 = v[58], h3 = v[59], h4 = v[60], h5 = v[61], h6 = v[62], h7 = v[63];
        long r = descend(frames - 1, v);
        long a = (a0 ^ r) + (a1 ^ r) + (a2 ^ r) + (a3 ^ r) + (a4 ^ r) + (a5 ^ r) + (a6 ^ r) + (a7 ^ r);
        long b = (b0 ^ r) + (b1 ^ r) + (b2 ^ r) + (b3 ^ r) + (b4 ^ r) + (b5 ^ r) + (b6 ^ r) + (b7 ^ r);
        long c = (c0 ^ r) + (c1 ^ r) + (c2 ^ r) + (c3 ^ r) + (c4 ^ r) + (c5 ^ r) + (c6 ^ r) + (c7 ^ r);
        long d = (d0 ^ r) + (d1 ^ r) + (d2 ^ r) + (d3 ^ r) + (d4 ^ r) + (d5 ^ r) + (d6 ^ r) + (d7 ^ r);
        long e = (e0 ^ r) + (e1 ^ r) + (e2 ^ r) + (e3 ^ r) + (e4 ^ r) + (e5 ^ r) + (e6 ^ r) + (e7 ^ r);
        long f = (f0 ^ r) + (f1 ^ r) + (f2 ^ r) + (f3 ^ r) + (f4 ^ r) + (f5 ^ r) + (f6 ^ r) + (f7 ^ r);
        long g = (g0 ^ r) + (g1 ^ r) + (g2 ^ r) + (g3 ^ r) + (g4 ^ r) + (g5 ^ r) + (g6 ^ r) + (g7 ^ r);
        long h = (h0 ^ r) + (h1 ^ r) + (h2 ^ r) + (h3 ^ r) + (h4 ^ r) + (h5 ^ r) + (h6 ^ r) + (h7 ^ r);
        return a + b + c + d + e + f + g + h;
    }
}
