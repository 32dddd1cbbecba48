package mimosa.engine.js;

import mimosa.api.engine.Host;
import org.mozilla.javascript.Callable;
import org.mozilla.javascript.ScriptableObject;

/** A global scope in which a program has run, for one instance. */
interface Realm {
    ScriptableObject global();

    /** What the program has exported. */
    Callable handler();

    /** The handler's arguments, to be filled with those of a request. */
    HostObjects hostObjects(Guest guest, Host host);

    /**
     * Nothing of the instance runs any more, and nothing of the realm is used afterwards.
     *
     * @param sound whether the engine itself has not failed in it
     */
    void release(boolean sound);
}
