package org.mozilla.javascript.undo;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What can be reached from some objects: through the fields of the engine and its host, through arrays and through Java's
 * collections. Other objects of Java's are taken as they are; a script can change none that the engine has in a field.
 */
public final class Heap {
    private static final String ENGINE = "org.mozilla.javascript.";

    private static final ClassValue<Field[]> REFERENCES = new ClassValue<Field[]>() {
        @Override
        protected Field[] computeValue(Class<?> type) {
            return referencesOf(type);
        }
    };

    private static final ClassValue<Boolean> HAS_STATE = new ClassValue<Boolean>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return hasStateOf(type);
        }
    };

    private final Predicate<Object> isLeaf;
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final ArrayDeque<Object> open = new ArrayDeque<>();

    private Heap(Predicate<Object> isLeaf) {
        this.isLeaf = isLeaf;
    }

    /**
     * All objects, each once, arrays and collections included, in an order that depends only on how they hang together.
     *
     * @param isLeaf what belongs to others, and is neither reached nor entered; may throw for what must not be there
     */
    public static List<Object> reachable(Predicate<Object> isLeaf, Object... roots) {
        Heap heap = new Heap(isLeaf);
        List<Object> found = new ArrayList<>();
        for (Object root : roots) {
            heap.reach(root);
        }
        for (Object next = heap.open.poll(); next != null; next = heap.open.poll()) {
            found.add(next);
            heap.enter(next);
        }
        return found;
    }

    /** Whether objects of this class can change at all, and so cannot be shared by two snapshots. */
    public static boolean hasState(Tracked object) {
        return HAS_STATE.get(object.getClass());
    }

    /** Called by woven code, too. */
    public void reach(Object object) {
        if (object != null && !isPlain(object) && !isLeaf.test(object) && !isShared(object) && seen.add(object)) {
            open.add(object);
        }
    }

    private static boolean isPlain(Object object) {
        return object instanceof String || object instanceof Number || object instanceof Boolean;
    }

    /**
     * Compiled code and the like, see the weaver: of the engine's own classes those that are not tracked have no state of
     * a script. Errors could not be tracked, and what lambdas capture may be.
     */
    private static boolean isShared(Object object) {
        Class<?> type = object.getClass();
        return !(object instanceof Tracked)
                && !(object instanceof Throwable)
                && !type.isHidden()
                && type.getName().startsWith(ENGINE);
    }

    private void enter(Object object) {
        if (object instanceof Object[]) {
            for (Object element : (Object[]) object) {
                reach(element);
            }
        } else if (isJava(object.getClass())) {
            enterJava(object);
        } else if (object instanceof Tracked && ((Tracked) object).undo$woven() == object.getClass()) {
            ((Tracked) object).undo$refer(this);
        } else {
            for (Field field : REFERENCES.get(object.getClass())) {
                reach(get(field, object));
            }
        }
    }

    private void enterJava(Object object) {
        if (object instanceof Collection) {
            ((Collection<?>) object).forEach(this::reach);
        } else if (object instanceof Map) {
            ((Map<?, ?>) object).forEach((key, value) -> {
                reach(key);
                reach(value);
            });
        }
    }

    private static boolean isJava(Class<?> type) {
        return type.isArray() || type.getName().startsWith("java.");
    }

    private static Object get(Field field, Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(field + " was made accessible", e);
        }
    }

    private static Field[] referencesOf(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> level = type; level != null && !isJava(level); level = level.getSuperclass()) {
            for (Field field : level.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())
                        && !field.getType().isPrimitive()
                        && field.getType() != UndoLog.class) {
                    field.setAccessible(true);
                    fields.add(field);
                }
            }
        }
        return fields.toArray(new Field[0]);
    }

    private static boolean hasStateOf(Class<?> type) {
        for (Class<?> level = type; level != Tracked.class && level != null; level = level.getSuperclass()) {
            for (Field field : level.getDeclaredFields()) {
                Class<?> content = field.getType();
                boolean changes = !Modifier.isFinal(field.getModifiers())
                        || content.isArray()
                        || Collection.class.isAssignableFrom(content)
                        || Map.class.isAssignableFrom(content);
                if (!Modifier.isStatic(field.getModifiers()) && changes) {
                    return true;
                }
            }
        }
        return false;
    }
}
