package mimosa.work;

/**
 * Programs may call the host at the very end of their thread's stack. The host asks for room first, so that the stack
 * overflows before it does something and not amid it. There is no way to ask but to go there, which costs some
 * nanoseconds for each frame: so there are few, and large ones, of one KiB once they are compiled and about two before.
 */
public final class StackProbe {
    private static final long[] VALUES = new long[128];

    private StackProbe() {}

    /** @throws StackOverflowError when there is no room for so many KiB */
    public static void ensure(int kib) {
        descend(kib, VALUES);
    }

    /**
     * All frames of a method are of the same size. The last but one keeps many values across its call, each in a place of
     * its own; the others have those places too, and do not touch them. The method is too large to be inlined.
     */
    private static long descend(int frames, long[] v) {
        if (frames == 0) {
            return v.length;
        }
        if (frames != 1) {
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
        long i0 = v[64], i1 = v[65], i2 = v[66], i3 = v[67], i4 = v[68], i5 = v[69], i6 = v[70], i7 = v[71];
        long j0 = v[72], j1 = v[73], j2 = v[74], j3 = v[75], j4 = v[76], j5 = v[77], j6 = v[78], j7 = v[79];
        long k0 = v[80], k1 = v[81], k2 = v[82], k3 = v[83], k4 = v[84], k5 = v[85], k6 = v[86], k7 = v[87];
        long l0 = v[88], l1 = v[89], l2 = v[90], l3 = v[91], l4 = v[92], l5 = v[93], l6 = v[94], l7 = v[95];
        long m0 = v[96], m1 = v[97], m2 = v[98], m3 = v[99], m4 = v[100], m5 = v[101], m6 = v[102], m7 = v[103];
        long n0 = v[104], n1 = v[105], n2 = v[106], n3 = v[107], n4 = v[108], n5 = v[109], n6 = v[110], n7 = v[111];
        long o0 = v[112], o1 = v[113], o2 = v[114], o3 = v[115], o4 = v[116], o5 = v[117], o6 = v[118], o7 = v[119];
        long p0 = v[120], p1 = v[121], p2 = v[122], p3 = v[123], p4 = v[124], p5 = v[125], p6 = v[126], p7 = v[127];
        long r = descend(frames - 1, v);
        long s = (a0 ^ r) + (a1 ^ r) + (a2 ^ r) + (a3 ^ r) + (a4 ^ r) + (a5 ^ r) + (a6 ^ r) + (a7 ^ r);
        s += (b0 ^ r) + (b1 ^ r) + (b2 ^ r) + (b3 ^ r) + (b4 ^ r) + (b5 ^ r) + (b6 ^ r) + (b7 ^ r);
        s += (c0 ^ r) + (c1 ^ r) + (c2 ^ r) + (c3 ^ r) + (c4 ^ r) + (c5 ^ r) + (c6 ^ r) + (c7 ^ r);
        s += (d0 ^ r) + (d1 ^ r) + (d2 ^ r) + (d3 ^ r) + (d4 ^ r) + (d5 ^ r) + (d6 ^ r) + (d7 ^ r);
        s += (e0 ^ r) + (e1 ^ r) + (e2 ^ r) + (e3 ^ r) + (e4 ^ r) + (e5 ^ r) + (e6 ^ r) + (e7 ^ r);
        s += (f0 ^ r) + (f1 ^ r) + (f2 ^ r) + (f3 ^ r) + (f4 ^ r) + (f5 ^ r) + (f6 ^ r) + (f7 ^ r);
        s += (g0 ^ r) + (g1 ^ r) + (g2 ^ r) + (g3 ^ r) + (g4 ^ r) + (g5 ^ r) + (g6 ^ r) + (g7 ^ r);
        s += (h0 ^ r) + (h1 ^ r) + (h2 ^ r) + (h3 ^ r) + (h4 ^ r) + (h5 ^ r) + (h6 ^ r) + (h7 ^ r);
        s += (i0 ^ r) + (i1 ^ r) + (i2 ^ r) + (i3 ^ r) + (i4 ^ r) + (i5 ^ r) + (i6 ^ r) + (i7 ^ r);
        s += (j0 ^ r) + (j1 ^ r) + (j2 ^ r) + (j3 ^ r) + (j4 ^ r) + (j5 ^ r) + (j6 ^ r) + (j7 ^ r);
        s += (k0 ^ r) + (k1 ^ r) + (k2 ^ r) + (k3 ^ r) + (k4 ^ r) + (k5 ^ r) + (k6 ^ r) + (k7 ^ r);
        s += (l0 ^ r) + (l1 ^ r) + (l2 ^ r) + (l3 ^ r) + (l4 ^ r) + (l5 ^ r) + (l6 ^ r) + (l7 ^ r);
        s += (m0 ^ r) + (m1 ^ r) + (m2 ^ r) + (m3 ^ r) + (m4 ^ r) + (m5 ^ r) + (m6 ^ r) + (m7 ^ r);
        s += (n0 ^ r) + (n1 ^ r) + (n2 ^ r) + (n3 ^ r) + (n4 ^ r) + (n5 ^ r) + (n6 ^ r) + (n7 ^ r);
        s += (o0 ^ r) + (o1 ^ r) + (o2 ^ r) + (o3 ^ r) + (o4 ^ r) + (o5 ^ r) + (o6 ^ r) + (o7 ^ r);
        s += (p0 ^ r) + (p1 ^ r) + (p2 ^ r) + (p3 ^ r) + (p4 ^ r) + (p5 ^ r) + (p6 ^ r) + (p7 ^ r);
        return s;
    }
}
