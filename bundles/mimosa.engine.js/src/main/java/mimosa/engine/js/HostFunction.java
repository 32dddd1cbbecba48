package mimosa.engine.js;

import mimosa.api.MimosaException;
import org.mozilla.javascript.BaseFunction;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;

/** A function of the runtime as the script sees it: an ordinary one, which works without receiver. */
final class HostFunction extends BaseFunction {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final int length;
    private final transient Body body;

    /** What the function does. */
    @FunctionalInterface
    interface Body {
        /** @return a string, number, boolean, {@code null}, {@code Undefined.instance} or an object of the script */
        Object call(Guest guest, Args args);
    }

    private HostFunction(Guest guest, Scriptable scope, String name, int length, Body body) {
        this.name = name;
        this.length = length;
        this.body = body;
        ScriptRuntime.setFunctionProtoAndParent(this, guest, scope);
        setPrototypeProperty(null);
    }

    /** Adds a function to an object of the script: writable, configurable, enumerable. */
    static void define(Guest guest, Scriptable scope, ScriptableObject target, String name, int length, Body body) {
        target.defineProperty(name, new HostFunction(guest, scope, name, length, body), ScriptableObject.EMPTY);
    }

    /** Adds a function to an object of the script: writable, configurable, not enumerable. */
    static void defineHidden(
            Guest guest, Scriptable scope, ScriptableObject target, String name, int length, Body body) {
        target.defineProperty(name, new HostFunction(guest, scope, name, length, body), ScriptableObject.DONTENUM);
    }

    /** Adds a function to the global object: writable, configurable, not enumerable. */
    static void defineGlobal(Guest guest, ScriptableObject global, String name, int length, Body body) {
        defineHidden(guest, global, global, name, length, body);
    }

    @Override
    public Object call(Context cx, Scriptable scope, Scriptable receiver, Object[] arguments) {
        Guest guest = Guest.of(cx);
        if (guest.tenant().isStopping()) {
            guest.tenant().check();
        }
        try {
            StackRoom.ensure();
            return body.call(guest, new Args(getParentScope(), arguments));
        } catch (MimosaException e) {
            throw JsError.of(guest, getParentScope(), e);
        } catch (StackOverflowError e) {
            throw JsError.tooDeep();
        }
    }

    @Override
    public Scriptable construct(Context cx, Scriptable scope, Object[] arguments) {
        throw ScriptRuntime.typeError(name + " is not a constructor");
    }

    @Override
    public String getFunctionName() {
        return name;
    }

    @Override
    public int getLength() {
        return length;
    }

    @Override
    public int getArity() {
        return length;
    }
}
