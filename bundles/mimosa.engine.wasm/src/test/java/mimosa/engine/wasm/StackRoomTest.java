package mimosa.engine.wasm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.FutureTask;
import mimosa.work.StackProbe;
import org.junit.jupiter.api.Test;

class StackRoomTest {
    /** So large that none is kept from an ended thread, which would be reused for one that wants less. */
    private static final int STACK = 64 << 20;

    /** What the virtual machine keeps to itself at a stack's end, and what lies at its beginning. */
    private static final int RESERVED = 512 << 10;

    /** However the frames have been compiled: they are counted cold, and when they are worth compiling. */
    @Test
    void roomIsThereThatIsAskedFor() throws Exception {
        for (int warm : new int[] {100, 3_000, 100_000}) {
            FutureTask<Integer> most = new FutureTask<>(() -> most(warm));
            Thread.ofPlatform().stackSize(STACK).start(most);
            double frame = (double) (STACK - RESERVED) / most.get();
            assertTrue(frame > 900, frame + " bytes for a KiB");
        }
    }

    /** KiB that the stack can take by that count, a twentieth more or less. */
    private static int most(int warm) {
        for (int i = 0; i < warm; i++) {
            StackRoom.forAnswer();
        }
        int kib = StackRoom.SERVICE_KIB;
        try {
            while (kib < STACK) {
                StackProbe.ensure(kib);
                kib += kib / 20;
            }
        } catch (StackOverflowError e) {
            return kib;
        }
        throw new AssertionError("the stack has no end");
    }
}
