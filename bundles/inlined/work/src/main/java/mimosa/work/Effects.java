package mimosa.work;

import java.util.ArrayList;
import java.util.List;

/**
 * What an instance does to the world outside its store. Inside the storage lock it is held back until the commit, and
 * forgotten by a rollback. Used by the thread that runs the instance.
 */
public final class Effects {
    /** Most bytes that {@link #admits} lets be held back. */
    public static final int MAX_HELD_BYTES = 1024 * 1024;

    private List<Effect> held;
    private long heldBytes;

    /** Something that can be done, or not be done after all. */
    public interface Effect {
        void happen();

        /** It will never happen. */
        default void discarded() {}
    }

    /**
     * Counts the bytes of the effect that is added next, for an engine that bounds what is held back.
     *
     * @return whether so many can be held back besides those counted before
     */
    public boolean admits(int bytes) {
        if (held != null) {
            if (heldBytes + bytes > MAX_HELD_BYTES) {
                return false;
            }
            heldBytes += bytes;
        }
        return true;
    }

    public void add(Effect effect) {
        if (held == null) {
            effect.happen();
        } else {
            held.add(effect);
        }
    }

    public boolean isHolding() {
        return held != null;
    }

    public void hold() {
        held = new ArrayList<>();
        heldBytes = 0;
    }

    public void release() {
        List<Effect> effects = held;
        held = null;
        effects.forEach(Effect::happen);
    }

    public void discard() {
        List<Effect> effects = held;
        held = null;
        effects.forEach(Effect::discarded);
    }
}
