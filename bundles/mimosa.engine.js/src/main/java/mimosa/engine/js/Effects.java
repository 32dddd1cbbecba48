package mimosa.engine.js;

import java.util.ArrayList;
import java.util.List;

/**
 * What an instance does to the world outside its store. Inside {@code lockExecute} it is held back until the commit, and
 * forgotten by a rollback. Used by the thread that runs the instance.
 */
final class Effects {
    private List<Effect> held;

    /** Something that can be done, or not be done after all. */
    interface Effect {
        void happen();

        /** It will never happen. */
        default void discarded() {}
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
