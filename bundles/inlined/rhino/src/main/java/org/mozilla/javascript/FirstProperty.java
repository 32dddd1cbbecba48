package org.mozilla.javascript;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Gives an object that has no property yet its first one. Each call of a method of a string makes an object, whose length
 * the engine defines as if it could be there already, which takes longer than many a method.
 */
public final class FirstProperty {
    private FirstProperty() {}

    /** As {@link ScriptableObject#defineProperty(String, Supplier, Consumer, int)}, which woven code calls no more. */
    public static void define(
            ScriptableObject owner, String name, Supplier<Object> getter, Consumer<Object> setter, int attributes) {
        LambdaSlot slot = new LambdaSlot(name, 0);
        slot.setAttributes(attributes);
        slot.getter = getter;
        slot.setter = setter;
        owner.getMap().add(owner, slot);
    }
}
