package org.mozilla.javascript;

import java.util.Arrays;
import java.util.List;

/**
 * What Rhino keeps of a realm in the context that its program has run in: the results of the last match of a regular
 * expression, and the function that strict functions have in the place of {@code caller}. It is in this package because
 * these fields can be seen only here.
 */
public final class ContextState {
    private final RegExpProxy matches;
    private final BaseFunction thrower;

    private ContextState(RegExpProxy matches, BaseFunction thrower) {
        this.matches = matches;
        this.thrower = thrower;
    }

    public static ContextState of(Context cx) {
        return new ContextState(ScriptRuntime.checkRegExpProxy(cx), cx.typeErrorThrower);
    }

    /** In another context, which has run nothing so far. */
    public void restore(Context cx) {
        cx.regExpProxy = matches;
        cx.typeErrorThrower = thrower;
    }

    /** What is part of the realm. */
    public List<Object> content() {
        return Arrays.asList(matches, thrower);
    }
}
