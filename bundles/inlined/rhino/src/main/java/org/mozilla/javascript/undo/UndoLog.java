package org.mozilla.javascript.undo;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The changes of one request to the objects of one snapshot: a copy of each object as it was before its first change,
 * put back in the opposite order. Its cost is that of what has been changed, not of what there is.
 *
 * <p>Used by one thread at a time; to hand it over is the user's business.
 */
public final class UndoLog {
    private static final int ROOM = 64;

    /** A request that changes more than this gets its room back afterwards. */
    private static final int ROOM_KEPT = 4096;

    /** Pairs: what was changed, how it was. */
    private Object[] entries = new Object[2 * ROOM];

    private int size;

    /**
     * Makes the object one of this snapshot. Nothing of it may be in use.
     *
     * @return false when it belongs to another snapshot, where it stays
     */
    public boolean mark(Tracked object) {
        if (object.undo != null && object.undo != this) {
            return false;
        }
        object.undo = this;
        return true;
    }

    /** Whether the object is one of this snapshot, unchanged so far. */
    public boolean guards(Tracked object) {
        return object.undo == this;
    }

    /** How many objects, arrays and collections have been changed since the last {@link #rollback}. */
    public int size() {
        return size / 2;
    }

    /**
     * The object is forgotten only after its copy is in the log, so that whatever ends this method early leaves an object
     * that is saved once more, which does no harm.
     */
    void save(Tracked object) {
        object.undo$own(this);
        Tracked copy = object.copy();
        copy.undo = null;
        add(object, copy);
        object.undo = null;
    }

    /**
     * Called by woven code for each array or collection of an object that is being saved.
     *
     * @param content {@code null} when the object has none
     */
    public void own(Object content) {
        if (content != null) {
            add(content, contentOf(content));
        }
    }

    private static Object contentOf(Object content) {
        if (content instanceof Object[]) {
            return ((Object[]) content).clone();
        }
        if (content instanceof Collection) {
            return ((Collection<?>) content).toArray();
        }
        if (content instanceof Map) {
            return entriesOf((Map<?, ?>) content);
        }
        if (content.getClass().isArray()) {
            int length = Array.getLength(content);
            Object copy = Array.newInstance(content.getClass().getComponentType(), length);
            System.arraycopy(content, 0, copy, 0, length);
            return copy;
        }
        throw new IllegalStateException("no copy can be made of a " + content.getClass());
    }

    private static Object[] entriesOf(Map<?, ?> map) {
        List<Object> pairs = new ArrayList<>(2 * map.size());
        map.forEach((key, value) -> {
            pairs.add(key);
            pairs.add(value);
        });
        return pairs.toArray();
    }

    private void add(Object changed, Object before) {
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, 2 * size);
        }
        entries[size] = changed;
        entries[size + 1] = before;
        size += 2;
    }

    /**
     * Undoes all changes. Nothing that was made in the request may be used afterwards. Collections are filled when all
     * objects are as they were: where an element belongs may depend on what is in it.
     */
    public void rollback() {
        for (int i = size - 2; i >= 0; i -= 2) {
            if (!isCollection(entries[i])) {
                restore(entries[i], entries[i + 1]);
            }
        }
        for (int i = size - 2; i >= 0; i -= 2) {
            if (isCollection(entries[i])) {
                restore(entries[i], entries[i + 1]);
            }
        }
        if (entries.length > 2 * ROOM_KEPT) {
            entries = new Object[2 * ROOM];
        } else {
            Arrays.fill(entries, 0, size, null);
        }
        size = 0;
    }

    private static boolean isCollection(Object changed) {
        return changed instanceof Collection || changed instanceof Map;
    }

    private void restore(Object changed, Object before) {
        if (changed instanceof Tracked) {
            Tracked object = (Tracked) changed;
            object.undo$restore((Tracked) before);
            object.undo = this;
        } else if (changed instanceof Collection) {
            refill((Collection<?>) changed, (Object[]) before);
        } else if (changed instanceof Map) {
            refill((Map<?, ?>) changed, (Object[]) before);
        } else {
            System.arraycopy(before, 0, changed, 0, Array.getLength(before));
        }
    }

    @SuppressWarnings("unchecked")
    private static void refill(Collection<?> collection, Object[] before) {
        collection.clear();
        ((Collection<Object>) collection).addAll(Arrays.asList(before));
    }

    @SuppressWarnings("unchecked")
    private static void refill(Map<?, ?> map, Object[] before) {
        map.clear();
        for (int i = 0; i < before.length; i += 2) {
            ((Map<Object, Object>) map).put(before[i], before[i + 1]);
        }
    }
}
