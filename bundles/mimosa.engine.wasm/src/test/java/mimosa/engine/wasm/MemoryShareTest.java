package mimosa.engine.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class MemoryShareTest {
    private static final int BYTES = 65_536;

    private final Blueprint blueprint = LinearMemoryTest.blueprint();

    /** Four are used at most, of which one may wait to be used again. */
    private final MemoryShare share = new MemoryShare(4 * BYTES);

    private final MemoryImage one = MemoryImage.ofZeros(BYTES);
    private final MemoryImage other = MemoryImage.ofZeros(BYTES);

    @Test
    void aMemoryIsUsedAgainAndAgain() {
        UsedMemory first = useOnce(one);
        for (int i = 0; i < 100; i++) {
            assertSame(first, useOnce(one));
        }
        assertEquals(0, share.usedBytes());
    }

    @Test
    void theOneThatWasUsedLeastRecentlyGoesFirst() {
        UsedMemory first = useOnce(one);
        UsedMemory second = useOnce(other);

        assertSame(second, useOnce(other));
        assertNotSame(first, useOnce(one));
        assertNotSame(second, useOnce(other));
    }

    @Test
    void memoriesThatNobodyWillAskForAreForgotten() {
        UsedMemory first = useOnce(one);
        share.forget(one);

        UsedMemory second = useOnce(one);
        assertNotSame(first, second);
        assertSame(second, useOnce(one), "what was forgotten does not count");
    }

    @Test
    void whoeverFindsNoRoomHasItsTurnWhenSomebodyEnds() {
        Execution[] running = new Execution[4];
        UsedMemory memory = null;
        for (int i = 0; i < running.length; i++) {
            running[i] = execution();
            memory = share.start(running[i], one).join();
        }
        CompletableFuture<UsedMemory> waiting = share.start(execution(), one);
        assertFalse(waiting.isDone());

        share.release(running[3], memory);

        assertTrue(waiting.isDone());
        assertEquals(4 * BYTES, share.usedBytes());
    }

    private Execution execution() {
        return new Execution(blueprint, null, null, null);
    }

    private UsedMemory useOnce(MemoryImage image) {
        Execution execution = execution();
        UsedMemory memory = share.start(execution, image).join();
        share.release(execution, memory);
        return memory;
    }
}
