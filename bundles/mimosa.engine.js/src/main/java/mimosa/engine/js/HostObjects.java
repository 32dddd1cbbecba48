package mimosa.engine.js;

import java.util.Map;
import mimosa.api.engine.Host;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;

/**
 * The arguments of a handler. Their functions know no request: they work for the instance whose guest has been entered.
 *
 * @param info what {@code context.info} was made of
 * @param env what {@code context.env} was made of
 */
record HostObjects(
        ScriptableObject context,
        ScriptableObject request,
        ScriptableObject response,
        Host.Info info,
        Map<String, String> env) {
    static HostObjects create(Guest guest, Scriptable global, Host.Info info, Map<String, String> env) {
        return new HostObjects(
                ContextObject.create(guest, global, info, env),
                RequestObject.create(guest, global),
                ResponseObject.create(guest, global),
                info,
                env);
    }

    /** Whether they say what the host would say now. */
    boolean tell(Host host) {
        return info.equals(host.info()) && env.equals(host.env());
    }
}
