package mimosa.engine.js;

import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.engine.Host;
import org.mozilla.javascript.Callable;
import org.mozilla.javascript.Script;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.ScriptableObject;

/** The reference for all others: makes a new global scope and runs the whole program in it again. */
final class RerunRealms implements Realms {
    private final String name;
    private final Script script;
    private final boolean setInterval;

    /** @param name of the program's file, for messages */
    RerunRealms(String name, Script script, boolean setInterval) {
        this.name = name;
        this.script = script;
        this.setInterval = setInterval;
    }

    /** Nobody has to wait: there is nothing that another one could have instead. */
    @Override
    public Claim claim(Runnable whenReady) {
        return new Claim() {
            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public Realm realm(Guest guest) {
                return fresh(guest);
            }

            @Override
            public void abandon() {}
        };
    }

    @Override
    public Realm fresh(Guest guest) {
        ScriptableObject global = Globals.create(guest, setInterval);
        script.exec(guest, global, global);
        guest.drainJobs(e -> {
            throw e;
        });
        return new Rerun(global, exported(global));
    }

    private record Rerun(ScriptableObject global, Callable handler) implements Realm {
        @Override
        public HostObjects hostObjects(Guest guest, Host host) {
            return HostObjects.create(guest, global, host.info(), host.env());
        }

        @Override
        public void release(boolean sound) {}
    }

    private Callable exported(ScriptableObject global) {
        Object module = ScriptableObject.getProperty(global, "mimikModule");
        Object exports = module instanceof ScriptableObject object
                ? ScriptableObject.getProperty(object, "exports")
                : ScriptableObject.NOT_FOUND;
        Callable handler = Args.asFunction(exports);
        if (handler == null) {
            throw new MimosaException(
                    MimosaException.Kind.INVALID,
                    name + " must set mimikModule.exports to a function(context, request, response), found "
                            + (exports == ScriptableObject.NOT_FOUND ? "undefined" : ScriptRuntime.typeof(exports)));
        }
        return handler;
    }

    @Override
    public Map<String, String> facts() {
        return Map.of("instances", "the program runs again for each");
    }

    @Override
    public void close() {}
}
