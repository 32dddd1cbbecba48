package mimosa.engine.js;

import java.util.ArrayList;
import java.util.List;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.EcmaError;
import org.mozilla.javascript.JavaScriptException;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.ScriptStackElement;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.Undefined;

/**
 * What a script has thrown, for people.
 *
 * @param text {@code <name: message>}, for the client too
 * @param frames where it came from, innermost first, as positions in the author's own files when there is a source map
 */
record GuestError(String text, List<String> frames) {
    private static final int MAX_TEXT = 512;
    private static final int MAX_FRAMES = 50;

    GuestError {
        text = text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT - 1) + "…";
    }

    static GuestError of(Guest guest, RhinoException thrown) {
        if (thrown instanceof JavaScriptException exception) {
            Object value = exception.getValue();
            return isError(value)
                    ? ofValue(guest, value)
                    : new GuestError(describe(guest, value), frames(guest, thrown.getScriptStack()));
        }
        String text = thrown instanceof EcmaError ? thrown.details() : "InternalError: " + thrown.details();
        return new GuestError(text, frames(guest, thrown.getScriptStack()));
    }

    /** A value that the script has thrown, rejected a promise with or wants to see in the log. */
    static GuestError ofValue(Guest guest, Object value) {
        if (!isError(value)) {
            return new GuestError(describe(guest, value), List.of());
        }
        return new GuestError(describe(guest, value), frames(property((Scriptable) value, "stack")));
    }

    static boolean isError(Object value) {
        return value instanceof ScriptableObject object && "Error".equals(object.getClassName());
    }

    /** For the author: the text, what to do instead where that is known, and one line for each frame. */
    String stack() {
        String advised = Hints.withHint(text);
        return frames.isEmpty() ? advised : advised + "\n    at " + String.join("\n    at ", frames);
    }

    /** Where it happened; empty when nobody knows. */
    String position() {
        return frames.isEmpty() ? "" : frames.get(0);
    }

    private static String describe(Guest guest, Object value) {
        try {
            if (isError(value)) {
                String name = text(property((Scriptable) value, "name"), "Error");
                String message = text(property((Scriptable) value, "message"), "");
                return message.isEmpty() ? name : name.isEmpty() ? message : name + ": " + message;
            }
            if (value instanceof Scriptable object && !Args.isSymbol(value)) {
                Object message = property(object, "message");
                if (message instanceof CharSequence) {
                    return text(property(object, "name"), "Error") + ": " + message;
                }
                return "Error: " + Printed.line(guest, new Object[] {value});
            }
            return "Error: " + (Args.isSymbol(value) ? value.toString() : Context.toString(value));
        } catch (RhinoException e) {
            return "Error: something was thrown that cannot be turned into text";
        }
    }

    private static String text(Object value, String otherwise) {
        return value == null || Undefined.isUndefined(value) || value == Scriptable.NOT_FOUND
                ? otherwise
                : Args.isSymbol(value) ? value.toString() : Context.toString(value);
    }

    private static Object property(Scriptable object, String name) {
        try {
            return ScriptableObject.getProperty(object, name);
        } catch (RhinoException e) {
            return Undefined.instance;
        }
    }

    /** Positions in the author's files; without what our down-levelling has added. */
    static List<String> frames(Guest guest, ScriptStackElement[] stack) {
        List<String> frames = new ArrayList<>();
        for (ScriptStackElement element : stack) {
            if (frames.size() == MAX_FRAMES) {
                break;
            }
            if (!guest.tenant().sourceMap().isAdded(element.fileName, element.lineNumber)) {
                frames.add(
                        guest.tenant().sourceMap().frame(element.functionName, element.fileName, element.lineNumber));
            }
        }
        return frames;
    }

    /** The frames of a {@code stack} property, as they are: the script may have replaced it by anything. */
    private static List<String> frames(Object stack) {
        List<String> frames = new ArrayList<>();
        if (stack instanceof CharSequence text) {
            text.toString()
                    .lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith("at "))
                    .limit(MAX_FRAMES)
                    .forEach(line -> frames.add(line.substring(3)));
        }
        return frames;
    }
}
