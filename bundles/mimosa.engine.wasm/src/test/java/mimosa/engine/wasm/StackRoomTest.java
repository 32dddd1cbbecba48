package mimosa.engine.wasm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.FutureTask;
import mimosa.work.StackProbe;
import org.junit.jupiter.api.Test;

class StackRoomTest {
    private static final int STACK = 8 << 20;
    /** What the virtual machine keeps to itself at a stack's end, and what lies at its beginning. */
    private static final int RESERVED = 512 << 10;

    /** However the frames have been compiled: they are counted cold, and when they are worth compiling. */
    @Test
    void roomIsThereThatIsAskedFor() throws Exception {
        for (int warm : new int[] {100, 30_000}) {
            FutureTask<Integer> most = new FutureTask<>(() -> most(warm));
            Thread.ofPlatform().stackSize(STACK).start(most);
            double frame = (double) (STACK - RESERVED) / most.get();
            assertTrue(frame * StackRoom.SERVICE_FRAMES > 48 << 10, frame + " bytes a frame");
            assertTrue(frame * StackRoom.ANSWER_FRAMES > 12 << 10, frame + " bytes a frame");
        }
    }

    /** Frames that the stack can take, a twentieth more or less. */
    private static int most(int warm) {
        for (int i = 0; i < warm; i++) {
            StackRoom.forAnswer();
        }
        int frames = StackRoom.SERVICE_FRAMES;
        try {
            while (frames < STACK) {
                StackProbe.ensure(frames);
                frames += frames / 20;
            }
        } catch (StackOverflowError e) {
            return frames;
        }
        throw new AssertionError("the stack has no end");
    }
}
