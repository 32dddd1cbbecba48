package mimosa.engine.js;

import org.mozilla.javascript.Context;
import org.mozilla.javascript.ErrorConstructor;
import org.mozilla.javascript.EvaluatorException;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.ScriptStackElement;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.TopLevel;
import org.mozilla.javascript.Undefined;

/** {@code Error} and its kin, with a stack and a {@code captureStackTrace} as in other engines. */
final class Errors {
    /** More tell nothing, and a recursion may have thousands. */
    private static final int MAX_FRAMES = 50;

    private Errors() {}

    /**
     * In a new global scope. A {@code prepareStackTrace} that the script sets has no effect, as in most engines: Rhino's
     * would be given objects of a class that is not there.
     */
    static void define(Guest guest, TopLevel global) {
        ScriptableObject error = ErrorConstructor.replaceAll(guest, global, Errors::stack);
        error.defineProperty("stackTraceLimit", Double.POSITIVE_INFINITY, ScriptableObject.EMPTY);
        HostFunction.defineHidden(guest, global, error, "captureStackTrace", 2, (g, args) -> {
            captureStackTrace(args);
            return Undefined.instance;
        });
    }

    private static void captureStackTrace(Args args) {
        if (!(args.get(0) instanceof ScriptableObject object)) {
            throw ScriptRuntime.typeError("captureStackTrace: argument 1 must be an object, found "
                    + (args.get(0) == null ? "null" : ScriptRuntime.typeof(args.get(0))));
        }
        if (!object.isExtensible() && !object.has("stack", object)) {
            throw ScriptRuntime.typeError("captureStackTrace: the object cannot get a property stack");
        }
        Object name = args.get(1) instanceof Scriptable function && Args.asFunction(function) != null
                ? ScriptableObject.getProperty(function, "name")
                : "";
        String hidden = name instanceof CharSequence && !name.toString().isEmpty() ? name.toString() : null;
        object.defineProperty(
                "stack", stack(title(object), new EvaluatorException(""), hidden), ScriptableObject.DONTENUM);
    }

    /**
     * A stack as scripts see it, with positions in the author's files.
     *
     * @param hidden as in {@link ErrorConstructor.Stack#text}
     */
    private static String stack(String title, RhinoException origin, String hidden) {
        ScriptStackElement[] frames = origin.getScriptStack(MAX_FRAMES, hidden);
        if (frames.length == 0 && hidden != null) {
            frames = origin.getScriptStack(MAX_FRAMES, null);
        }
        StringBuilder text = new StringBuilder(title);
        for (String frame : GuestError.frames(Guest.of(Context.getCurrentContext()), frames)) {
            text.append("\n    at ").append(frame);
        }
        return text.toString();
    }

    /** As {@code Error.prototype.toString} has it, for any object. */
    private static String title(Scriptable object) {
        String name = text(object, "name", "Error");
        String message = text(object, "message", "");
        return name.isEmpty() ? message : message.isEmpty() ? name : name + ": " + message;
    }

    private static String text(Scriptable object, String property, String otherwise) {
        Object value = ScriptableObject.getProperty(object, property);
        return value == Scriptable.NOT_FOUND || Undefined.isUndefined(value)
                ? otherwise
                : ScriptRuntime.toString(value);
    }
}
