package mimosa.work;

/**
 * Programs may call the host at the very end of their thread's stack. The host asks for room first, so that the stack
 * overflows before it does something and not amid it. There is no way to ask but to go there, which costs some
 * nanoseconds for each frame: so there are few, and large ones, of two KiB once they are compiled and about four before.
 */
public final class StackProbe {
    private static final long[] VALUES = new long[256];

    private StackProbe() {}

    /** @throws StackOverflowError when there is no room for so many KiB */
    public static void ensure(int kib) {
        descend((kib + 1) / 2, VALUES);
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
        long q0 = v[128], q1 = v[129], q2 = v[130], q3 = v[131], q4 = v[132], q5 = v[133], q6 = v[134], q7 = v[135];
        long r0 = v[136], r1 = v[137], r2 = v[138], r3 = v[139], r4 = v[140], r5 = v[141], r6 = v[142], r7 = v[143];
        long s0 = v[144], s1 = v[145], s2 = v[146], s3 = v[147], s4 = v[148], s5 = v[149], s6 = v[150], s7 = v[151];
        long t0 = v[152], t1 = v[153], t2 = v[154], t3 = v[155], t4 = v[156], t5 = v[157], t6 = v[158], t7 = v[159];
        long u0 = v[160], u1 = v[161], u2 = v[162], u3 = v[163], u4 = v[164], u5 = v[165], u6 = v[166], u7 = v[167];
        long v0 = v[168], v1 = v[169], v2 = v[170], v3 = v[171], v4 = v[172], v5 = v[173], v6 = v[174], v7 = v[175];
        long w0 = v[176], w1 = v[177], w2 = v[178], w3 = v[179], w4 = v[180], w5 = v[181], w6 = v[182], w7 = v[183];
        long x0 = v[184], x1 = v[185], x2 = v[186], x3 = v[187], x4 = v[188], x5 = v[189], x6 = v[190], x7 = v[191];
        long y0 = v[192], y1 = v[193], y2 = v[194], y3 = v[195], y4 = v[196], y5 = v[197], y6 = v[198], y7 = v[199];
        long z0 = v[200], z1 = v[201], z2 = v[202], z3 = v[203], z4 = v[204], z5 = v[205], z6 = v[206], z7 = v[207];
        long aa0 = v[208], aa1 = v[209], aa2 = v[210], aa3 = v[211], aa4 = v[212], aa5 = v[213];
        long ab0 = v[214], ab1 = v[215], ab2 = v[216], ab3 = v[217], ab4 = v[218], ab5 = v[219];
        long ac0 = v[220], ac1 = v[221], ac2 = v[222], ac3 = v[223], ac4 = v[224], ac5 = v[225];
        long ad0 = v[226], ad1 = v[227], ad2 = v[228], ad3 = v[229], ad4 = v[230], ad5 = v[231];
        long ae0 = v[232], ae1 = v[233], ae2 = v[234], ae3 = v[235], ae4 = v[236], ae5 = v[237];
        long af0 = v[238], af1 = v[239], af2 = v[240], af3 = v[241], af4 = v[242], af5 = v[243];
        long ag0 = v[244], ag1 = v[245], ag2 = v[246], ag3 = v[247], ag4 = v[248], ag5 = v[249];
        long ah0 = v[250], ah1 = v[251], ah2 = v[252], ah3 = v[253], ah4 = v[254], ah5 = v[255];
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
        s += (q0 ^ r) + (q1 ^ r) + (q2 ^ r) + (q3 ^ r) + (q4 ^ r) + (q5 ^ r) + (q6 ^ r) + (q7 ^ r);
        s += (r0 ^ r) + (r1 ^ r) + (r2 ^ r) + (r3 ^ r) + (r4 ^ r) + (r5 ^ r) + (r6 ^ r) + (r7 ^ r);
        s += (s0 ^ r) + (s1 ^ r) + (s2 ^ r) + (s3 ^ r) + (s4 ^ r) + (s5 ^ r) + (s6 ^ r) + (s7 ^ r);
        s += (t0 ^ r) + (t1 ^ r) + (t2 ^ r) + (t3 ^ r) + (t4 ^ r) + (t5 ^ r) + (t6 ^ r) + (t7 ^ r);
        s += (u0 ^ r) + (u1 ^ r) + (u2 ^ r) + (u3 ^ r) + (u4 ^ r) + (u5 ^ r) + (u6 ^ r) + (u7 ^ r);
        s += (v0 ^ r) + (v1 ^ r) + (v2 ^ r) + (v3 ^ r) + (v4 ^ r) + (v5 ^ r) + (v6 ^ r) + (v7 ^ r);
        s += (w0 ^ r) + (w1 ^ r) + (w2 ^ r) + (w3 ^ r) + (w4 ^ r) + (w5 ^ r) + (w6 ^ r) + (w7 ^ r);
        s += (x0 ^ r) + (x1 ^ r) + (x2 ^ r) + (x3 ^ r) + (x4 ^ r) + (x5 ^ r) + (x6 ^ r) + (x7 ^ r);
        s += (y0 ^ r) + (y1 ^ r) + (y2 ^ r) + (y3 ^ r) + (y4 ^ r) + (y5 ^ r) + (y6 ^ r) + (y7 ^ r);
        s += (z0 ^ r) + (z1 ^ r) + (z2 ^ r) + (z3 ^ r) + (z4 ^ r) + (z5 ^ r) + (z6 ^ r) + (z7 ^ r);
        s += (aa0 ^ r) + (aa1 ^ r) + (aa2 ^ r) + (aa3 ^ r) + (aa4 ^ r) + (aa5 ^ r);
        s += (ab0 ^ r) + (ab1 ^ r) + (ab2 ^ r) + (ab3 ^ r) + (ab4 ^ r) + (ab5 ^ r);
        s += (ac0 ^ r) + (ac1 ^ r) + (ac2 ^ r) + (ac3 ^ r) + (ac4 ^ r) + (ac5 ^ r);
        s += (ad0 ^ r) + (ad1 ^ r) + (ad2 ^ r) + (ad3 ^ r) + (ad4 ^ r) + (ad5 ^ r);
        s += (ae0 ^ r) + (ae1 ^ r) + (ae2 ^ r) + (ae3 ^ r) + (ae4 ^ r) + (ae5 ^ r);
        s += (af0 ^ r) + (af1 ^ r) + (af2 ^ r) + (af3 ^ r) + (af4 ^ r) + (af5 ^ r);
        s += (ag0 ^ r) + (ag1 ^ r) + (ag2 ^ r) + (ag3 ^ r) + (ag4 ^ r) + (ag5 ^ r);
        s += (ah0 ^ r) + (ah1 ^ r) + (ah2 ^ r) + (ah3 ^ r) + (ah4 ^ r) + (ah5 ^ r);
        return s;
    }
}
