package mimosa.engine.wasm;

import java.util.ArrayList;
import java.util.List;

/**
 * What an instance does to the world outside its store. Inside the storage lock it is held back until the commit, and
 * forgotten by a rollback. Used by the thread that runs the instance.
 */
final class Effects {
    private static final int MAX_HELD_BYTES = 1024 * 1024;

    private List<Effect> held;
    private long heldBytes;

    /** Something that can be done, or not be done after all. */
    interface Effect {
        void happen();

        /** It will never happen. */
        default void discarded() {}
    }

    /** @throws Code when so many bytes cannot be held back besides the others */
    void expect(int bytes) throws Code {
        if (held != null) {
            if (heldBytes + bytes > MAX_HELD_BYTES) {
                throw Code.limit(
                        "inside the storage lock at most " + MAX_HELD_BYTES + " bytes of output are held back");
            }
            heldBytes += bytes;
        }
    }

    void add(Effect effect) {
        if (held == null) {
            effect.happen();
        } else {
            held.add(effect);
        }
    }

    boolean isHolding() {
        return held != null;
    }

    void hold() {
        held = new ArrayList<>();
        heldBytes = 0;
    }

    void release() {
        List<Effect> effects = held;
        held = null;
        effects.forEach(Effect::happen);
    }

    void discard() {
        List<Effect> effects = held;
        held = null;
        effects.forEach(Effect::discarded);
    }
}
