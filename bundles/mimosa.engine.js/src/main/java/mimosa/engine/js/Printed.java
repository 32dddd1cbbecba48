package mimosa.engine.js;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import org.mozilla.javascript.Callable;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.NativeArray;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.Undefined;

/**
 * Values of the script as text for the log: strings as they are, errors as their stack, everything else as JSON with
 * {@code [Circular]} for cycles, to a limited depth and length. Throws nothing of its own; what a getter of the script
 * throws is printed.
 */
final class Printed {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_CHARS = 16 * 1024;

    private final Guest guest;
    private final StringBuilder out = new StringBuilder();
    private final Deque<Scriptable> path = new ArrayDeque<>();

    private Printed(Guest guest) {
        this.guest = guest;
    }

    /** The values joined by spaces. */
    static String line(Guest guest, Object[] values) {
        Printed printed = new Printed(guest);
        for (int i = 0; i < values.length && !printed.isFull(); i++) {
            if (i > 0) {
                printed.out.append(' ');
            }
            printed.top(values[i]);
        }
        return printed.out.toString();
    }

    private boolean isFull() {
        return out.length() > MAX_CHARS;
    }

    private void top(Object value) {
        if (value instanceof CharSequence text) {
            out.append(text);
        } else if (GuestError.isError(value)) {
            out.append(GuestError.ofValue(guest, value).stack());
        } else {
            json(value);
        }
    }

    private void json(Object value) {
        if (value == null) {
            out.append("null");
        } else if (Undefined.isUndefined(value)) {
            out.append("undefined");
        } else if (value instanceof CharSequence text) {
            quote(text);
        } else if (value instanceof BigInteger || value instanceof Number || value instanceof Boolean) {
            out.append(Context.toString(value));
        } else if (Args.isSymbol(value)) {
            out.append(value);
        } else if (value instanceof Scriptable object) {
            object(object);
        } else {
            out.append('?');
        }
    }

    private void object(Scriptable object) {
        if (path.contains(object)) {
            out.append("\"[Circular]\"");
        } else if (Args.asFunction(object) != null) {
            out.append("\"[Function]\"");
        } else if (path.size() >= MAX_DEPTH) {
            out.append(object instanceof NativeArray ? "\"[Array]\"" : "\"[Object]\"");
        } else {
            path.push(object);
            try {
                nested(object);
            } catch (RhinoException e) {
                quote("[threw " + GuestError.of(guest, e).text() + "]");
            } finally {
                path.pop();
            }
        }
    }

    private void nested(Scriptable object) {
        Object toJson = ScriptableObject.getProperty(object, "toJSON");
        if (GuestError.isError(object)) {
            quote(GuestError.ofValue(guest, object).text());
        } else if (toJson instanceof Callable function && Args.asFunction(function) != null) {
            Scriptable scope = ScriptableObject.getTopLevelScope(object);
            json(function.call(guest, scope, object, new Object[] {""}));
        } else if (object instanceof NativeArray array) {
            array(array);
        } else {
            properties(object);
        }
    }

    private void array(NativeArray array) {
        out.append('[');
        for (int i = 0; i < array.getLength() && !isFull(); i++) {
            if (i > 0) {
                out.append(',');
            }
            Object element = ScriptableObject.getProperty(array, i);
            json(element == Scriptable.NOT_FOUND ? null : element);
        }
        out.append(']');
    }

    private void properties(Scriptable object) {
        out.append('{');
        boolean first = true;
        for (Object id : object.getIds()) {
            Object value = value(object, id);
            if (value == Scriptable.NOT_FOUND || Undefined.isUndefined(value) || isFull()) {
                continue;
            }
            if (!first) {
                out.append(',');
            }
            first = false;
            quote(String.valueOf(id));
            out.append(':');
            json(value);
        }
        out.append('}');
    }

    /** What a getter throws is printed in place of the value. */
    private Object value(Scriptable object, Object id) {
        try {
            return id instanceof Integer index
                    ? ScriptableObject.getProperty(object, index)
                    : id instanceof String name ? ScriptableObject.getProperty(object, name) : Undefined.instance;
        } catch (RhinoException e) {
            return "[threw " + GuestError.of(guest, e).text() + "]";
        }
    }

    private void quote(CharSequence text) {
        out.append('"');
        for (int i = 0; i < text.length() && !isFull(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> out.append(c);
            }
        }
        out.append('"');
    }
}
