package mimosa.engine.js;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.mozilla.javascript.undo.UndoLog;

/**
 * Everything that a realm holds at one moment: the fields of each object that can be reached, what its arrays hold, and
 * its collections in their order. Two pictures of one realm are equal when nothing at all has changed, whether a script
 * could see it or not.
 */
final class HeapPicture {
    private static final int MOST_DIFFERENCES = 12;

    private static final ClassValue<List<Field>> FIELDS = new ClassValue<>() {
        @Override
        protected List<Field> computeValue(Class<?> type) {
            return fieldsOf(type);
        }
    };

    private final Map<Object, List<Part>> content = new IdentityHashMap<>();
    private final Map<Object, Edge> reachedBy = new IdentityHashMap<>();

    /** One value that an object holds, and where: objects are compared by identity, numbers and the like by value. */
    private record Part(String place, Object value) {
        boolean isSameAs(Part other) {
            boolean plain = value instanceof Number || value instanceof Boolean || value instanceof Character;
            return place.equals(other.place) && (value == other.value || plain && value.equals(other.value));
        }
    }

    private record Edge(Object holder, String place) {}

    private HeapPicture() {}

    static HeapPicture of(SnapshotRealm realm) {
        HeapPicture picture = new HeapPicture();
        for (Object object : realm.reachable()) {
            List<Part> parts = partsOf(object);
            picture.content.put(object, parts);
            for (Part part : parts) {
                picture.reachedBy.putIfAbsent(part.value(), new Edge(object, part.place()));
            }
        }
        return picture;
    }

    Set<Object> objects() {
        return content.keySet();
    }

    /** All that the objects hold, as reflection has it. */
    Set<Object> referred() {
        return reachedBy.keySet();
    }

    /** Who holds an object; {@code null} for a root. */
    Object holderOf(Object object) {
        Edge edge = reachedBy.get(object);
        return edge == null ? null : edge.holder();
    }

    /** The first of the differences, readable; empty when there are none. */
    List<String> differencesTo(HeapPicture later) {
        List<String> found = new ArrayList<>();
        content.forEach((object, before) -> {
            List<Part> after = later.content.get(object);
            if (found.size() < MOST_DIFFERENCES) {
                if (after == null) {
                    found.add("gone: " + path(object));
                } else if (!difference(object, before, after).isEmpty()) {
                    found.add(difference(object, before, after));
                }
            }
        });
        later.content.keySet().forEach(object -> {
            if (!content.containsKey(object) && found.size() < MOST_DIFFERENCES) {
                found.add("new: " + later.path(object));
            }
        });
        return found;
    }

    private String difference(Object object, List<Part> before, List<Part> after) {
        for (int i = 0; i < Math.min(before.size(), after.size()); i++) {
            if (!before.get(i).isSameAs(after.get(i))) {
                return path(object) + "." + before.get(i).place() + ": was "
                        + text(before.get(i).value()) + ", is "
                        + text(after.get(i).value());
            }
        }
        return before.size() == after.size()
                ? ""
                : path(object) + ": had " + before.size() + " parts, has " + after.size();
    }

    /** From the nearest root. */
    String path(Object object) {
        StringBuilder path = new StringBuilder();
        Set<Edge> passed = new LinkedHashSet<>();
        Object at = object;
        for (Edge edge = reachedBy.get(at); edge != null && passed.add(edge); edge = reachedBy.get(at)) {
            path.insert(0, "." + edge.place());
            at = edge.holder();
            if (at instanceof org.mozilla.javascript.TopLevel) {
                break;
            }
        }
        return at.getClass().getSimpleName() + path + " (" + object.getClass().getName() + ")";
    }

    private static String text(Object value) {
        return value == null || value instanceof String || value instanceof Number || value instanceof Boolean
                ? String.valueOf(value)
                : value.getClass().getName() + "@" + Integer.toHexString(System.identityHashCode(value));
    }

    // What an object holds.

    private static List<Part> partsOf(Object object) {
        List<Part> parts = new ArrayList<>();
        if (object.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(object); i++) {
                parts.add(new Part("[" + i + "]", Array.get(object, i)));
            }
        } else if (object instanceof Map<?, ?> map && isJava(object)) {
            addMap(parts, map);
        } else if (object instanceof Collection<?> collection && isJava(object)) {
            collection.forEach(element -> parts.add(new Part("[" + parts.size() + "]", element)));
        } else {
            for (Field field : FIELDS.get(object.getClass())) {
                parts.add(new Part(field.getName(), valueOf(field, object)));
            }
        }
        return parts;
    }

    /** Of a map without an order, in an order that depends on its content alone. */
    private static void addMap(List<Part> parts, Map<?, ?> map) {
        List<Object[]> pairs = new ArrayList<>();
        map.forEach((key, value) -> pairs.add(new Object[] {key, value}));
        if (!(map instanceof LinkedHashMap)) {
            pairs.sort((a, b) -> Integer.compare(System.identityHashCode(a[0]), System.identityHashCode(b[0])));
        }
        for (Object[] pair : pairs) {
            parts.add(new Part("key " + parts.size() / 2, pair[0]));
            parts.add(new Part("{" + text(pair[0]) + "}", pair[1]));
        }
    }

    private static Object valueOf(Field field, Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new AssertionError(field + " was made accessible", e);
        }
    }

    static boolean isJava(Object object) {
        return object.getClass().getName().startsWith("java.");
    }

    static List<Field> fields(Class<?> type) {
        return FIELDS.get(type);
    }

    private static List<Field> fieldsOf(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> level = type;
                level != null && !level.getName().startsWith("java.");
                level = level.getSuperclass()) {
            for (Field field : level.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && field.getType() != UndoLog.class) {
                    field.setAccessible(true);
                    fields.add(field);
                }
            }
        }
        return List.copyOf(fields);
    }
}
