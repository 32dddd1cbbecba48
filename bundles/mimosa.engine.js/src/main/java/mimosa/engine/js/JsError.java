package mimosa.engine.js;

import java.util.function.Supplier;
import mimosa.api.MimosaException;
import org.mozilla.javascript.EcmaError;
import org.mozilla.javascript.JavaScriptException;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.TopLevel;

/** Failures of the host as the script can catch them. */
final class JsError {
    private JsError() {}

    /** To be thrown: an error of the script, or what stops it. */
    static Throwable translate(Guest guest, Scriptable scope, MimosaException failure) {
        return switch (failure.kind()) {
            case QUOTA -> new Stopped(failure);
            case INVALID -> ScriptRuntime.typeError(failure.getMessage());
            case STORAGE_LIMIT -> named(guest, scope, "QuotaExceededError", failure.getMessage());
            case STORAGE, NOT_DURABLE -> named(guest, scope, "StorageError", failure.getMessage());
            default -> named(guest, scope, "Error", failure.getMessage());
        };
    }

    /** As {@link #translate}, as something the compiler lets pass; an instance's end is thrown at once. */
    static RuntimeException of(Guest guest, Scriptable scope, MimosaException failure) {
        Throwable translated = translate(guest, scope, failure);
        if (translated instanceof Stopped stopped) {
            throw stopped;
        }
        return (RuntimeException) translated;
    }

    /** Does something with the store, whose objections to its input are plain errors of the script here. */
    static <T> T plain(Guest guest, Scriptable scope, Supplier<T> work) {
        try {
            return work.get();
        } catch (MimosaException e) {
            throw e.kind() == MimosaException.Kind.INVALID ? named(guest, scope, "Error", e.getMessage()) : e;
        }
    }

    /** For a stack that has come to its end, or near it. */
    static EcmaError tooDeep() {
        return ScriptRuntime.rangeError("too many nested calls");
    }

    /** An {@code Error} with the given {@code name}. */
    static JavaScriptException named(Guest guest, Scriptable scope, String name, String message) {
        Scriptable error =
                ScriptRuntime.newBuiltinObject(guest, scope, TopLevel.Builtins.Error, new Object[] {message});
        if (!name.equals("Error")) {
            ((ScriptableObject) error).defineProperty("name", name, ScriptableObject.DONTENUM);
        }
        return new JavaScriptException(error, null, 0);
    }
}
