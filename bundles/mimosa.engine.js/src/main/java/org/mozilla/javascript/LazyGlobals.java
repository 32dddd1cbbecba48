package org.mozilla.javascript;

import java.util.ArrayList;
import java.util.List;

/**
 * The global objects that Rhino makes only when they are used for the first time. It is in this package because which
 * ones these are can be seen only here.
 */
public final class LazyGlobals {
    private LazyGlobals() {}

    /** Makes all of them. No function of a script runs for that. */
    public static void complete(ScriptableObject global) {
        List<Slot> lazy = new ArrayList<>();
        for (Slot slot : global.getMap()) {
            if (slot instanceof LazyLoadSlot) {
                lazy.add(slot);
            }
        }
        for (Slot slot : lazy) {
            slot.getValue(global);
        }
    }
}
