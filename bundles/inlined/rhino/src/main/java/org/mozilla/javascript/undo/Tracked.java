package org.mozilla.javascript.undo;

/**
 * What every class of Rhino that has state of a script extends once Rhino is woven. An object of a snapshot knows the
 * {@link UndoLog} that has to hear of the first change to it in each request; a new object knows none, and neither does
 * one that has been saved already.
 *
 * <p>Used by the one thread that uses the realm at the moment.
 */
public abstract class Tracked implements Cloneable {
    /** {@code null} for an object made in this request, and for one that the log has a copy of. */
    UndoLog undo;

    /** A new object, which is part of no snapshot. */
    protected Tracked() {}

    /**
     * Called by woven code before it changes a field of an object, or what an array or collection in such a field holds.
     */
    public static void touch(Tracked owner) {
        UndoLog log = owner.undo;
        if (log != null) {
            log.save(owner);
        }
    }

    /** Copies the fields of this class and of those it extends; woven into each class that has some. */
    protected void undo$restore(Tracked saved) {}

    /** Names to the log what this object alone has: its arrays and collections. Woven, as {@link #undo$restore} is. */
    protected void undo$own(UndoLog log) {}

    /** Names to the heap what this object refers to. Woven, as {@link #undo$restore} is. */
    protected void undo$refer(Heap heap) {}

    /** The nearest class of the object that is woven: nothing is known of the fields of those that extend it. Woven. */
    protected Class<?> undo$woven() {
        return Tracked.class;
    }

    final Tracked copy() {
        try {
            return (Tracked) super.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(getClass() + " has to be cloneable, as every tracked object is", e);
        }
    }
}
