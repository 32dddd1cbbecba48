package mimosa.engine.js;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.mozilla.javascript.Callable;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.NativeArray;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.Undefined;
import org.mozilla.javascript.Wrapper;

/** Values of the script as Java's, as JSON would have them, and back. */
final class PlainValues {
    private static final int MAX_DEPTH = 200;

    private final Guest guest;
    private final Scriptable scope;
    private final Set<Object> path = Collections.newSetFromMap(new IdentityHashMap<>());

    PlainValues(Guest guest, Scriptable scope) {
        this.guest = guest;
        this.scope = scope;
    }

    /** {@code null}, {@code Boolean}, {@code Double}, {@code String}, {@code List} or {@code Map} of these. */
    Object toJava(Object value) {
        if (!Args.given(value) || Args.isSymbol(value)) {
            return null;
        }
        if (value instanceof BigInteger) {
            throw ScriptRuntime.typeError("a BigInt cannot be handed to an extension");
        }
        if (value instanceof Number number) {
            return Double.isFinite(number.doubleValue()) ? number.doubleValue() : null;
        }
        if (value instanceof Boolean || value instanceof CharSequence) {
            return value instanceof Boolean ? value : value.toString();
        }
        return value instanceof Scriptable object ? objectToJava(object) : null;
    }

    private Object objectToJava(Scriptable object) {
        Callable toJson = Args.asFunction(ScriptableObject.getProperty(object, "toJSON"));
        if (toJson != null) {
            Object replaced = toJson.call(guest, scope, object, new Object[] {""});
            if (!(replaced instanceof Scriptable other)) {
                return toJava(replaced);
            }
            return container(other);
        }
        if (Args.asFunction(object) != null) {
            return null;
        }
        return switch (object.getClassName()) {
            case "Number" -> toJava(Context.toNumber(object));
            case "String" -> Context.toString(object);
            case "Boolean" ->
                object instanceof Wrapper wrapper
                        ? toJava(wrapper.unwrap())
                        : toJava(object.getDefaultValue(ScriptRuntime.BooleanClass));
            default -> container(object);
        };
    }

    private Object container(Scriptable object) {
        if (path.size() == MAX_DEPTH || !path.add(object)) {
            throw ScriptRuntime.typeError(
                    path.size() == MAX_DEPTH
                            ? "an argument is nested more than " + MAX_DEPTH + " levels deep"
                            : "an argument has a cycle in it");
        }
        guest.tenant().check();
        try {
            return object instanceof NativeArray array ? list(array) : map(object);
        } finally {
            path.remove(object);
        }
    }

    private List<Object> list(NativeArray array) {
        List<Object> list = new ArrayList<>();
        for (long i = 0; i < array.getLength(); i++) {
            if (i % 1000 == 0) {
                guest.tenant().check();
            }
            Object element = array.get(i);
            list.add(element == Scriptable.NOT_FOUND ? null : toJava(element));
        }
        return list;
    }

    private Map<String, Object> map(Scriptable object) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (Object id : object.getIds()) {
            Object value = id instanceof Integer index
                    ? ScriptableObject.getProperty(object, index)
                    : ScriptableObject.getProperty(object, String.valueOf(id));
            if (!Undefined.isUndefined(value) && !Args.isSymbol(value) && Args.asFunction(value) == null) {
                map.put(String.valueOf(id), toJava(value));
            }
        }
        return map;
    }

    /** @throws IllegalArgumentException for what is none of the kinds that {@link #toJava} makes, or too deep */
    Object toScript(Object value) {
        return toScript(value, 0);
    }

    private Object toScript(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("the result is nested more than " + MAX_DEPTH + " levels deep");
        }
        if (value == null || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof CharSequence text) {
            return text.toString();
        }
        if (value instanceof List<?> list) {
            return guest.newArray(
                    scope,
                    list.stream().map(element -> toScript(element, depth + 1)).toArray());
        }
        if (value instanceof Map<?, ?> map) {
            ScriptableObject object = (ScriptableObject) guest.newObject(scope);
            map.forEach((name, element) ->
                    object.defineProperty(String.valueOf(name), toScript(element, depth + 1), ScriptableObject.EMPTY));
            return object;
        }
        throw new IllegalArgumentException("a result of " + value.getClass() + " has no counterpart in JSON");
    }
}
