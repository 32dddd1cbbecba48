package org.mozilla.javascript.undo;

import java.util.IdentityHashMap;
import java.util.Map;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;

/**
 * The objects that the tags of template literals get, one for each literal in each realm. The engine keeps them in the
 * compiled code, which all realms of a program share: the first one's prototypes would reach all others.
 */
public final class CallSites extends Tracked {
    private static final Object KEY = CallSites.class.getName();

    /** By the texts of the literal, as the compiler has made them. */
    private final Map<Object, Scriptable> known = new IdentityHashMap<>();

    private CallSites() {}

    /** As {@link ScriptRuntime#getTemplateLiteralCallSite}, which woven code calls no more. */
    public static Scriptable of(Context cx, Scriptable scope, Object[] literals, int index) {
        ScriptableObject global = (ScriptableObject) ScriptableObject.getTopLevelScope(scope);
        CallSites sites = (CallSites) global.getAssociatedValue(KEY);
        if (sites == null) {
            sites = (CallSites) global.associateValue(KEY, new CallSites());
        }
        return sites.find(cx, scope, literals[index]);
    }

    private Scriptable find(Context cx, Scriptable scope, Object texts) {
        Scriptable site = known.get(texts);
        if (site == null) {
            site = ScriptRuntime.getTemplateLiteralCallSite(cx, scope, new Object[] {texts}, 0);
            touch(this);
            known.put(texts, site);
        }
        return site;
    }

    @Override
    protected void undo$own(UndoLog log) {
        log.own(known);
    }
}
