package mimosa.engine.js;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.mozilla.javascript.Script;

/**
 * The scripts that some program uses at the moment, by what they were made of: a payload that is deployed several times is
 * kept once. Used by any number of threads.
 */
final class Scripts {
    private final Sandbox sandbox;
    private final long mostBytes;
    private final Map<String, Kept> interpreted = new HashMap<>();
    private final Map<String, Kept> compiled = new HashMap<>();

    /** @param bytes of the class files, for those that are compiled */
    private record Kept(WeakReference<Script> script, long bytes) {
        boolean isGone() {
            return script.refersTo(null);
        }
    }

    /** @param mostBytes of the class files of all compiled scripts together */
    Scripts(Sandbox sandbox, long mostBytes) {
        this.sandbox = sandbox;
        this.mostBytes = mostBytes;
    }

    /** @param read makes it when there is none */
    Script interpreted(Source source, Supplier<Script> read) {
        String digest = source.digest();
        Script known = known(interpreted, digest);
        if (known != null) {
            return known;
        }
        Script made = read.get();
        keep(interpreted, digest, made, 0);
        return made;
    }

    /**
     * The script as bytecode, which is made now when there is none.
     *
     * @throws Compilation.Refused when that cannot be, or would be too much together with all others
     */
    Script compiled(Source source) {
        String digest = source.digest();
        Script known = known(compiled, digest);
        if (known != null) {
            return known;
        }
        if (bytes() >= mostBytes) {
            throw new Compilation.Refused("all compiled programs together have " + mostBytes + " bytes already");
        }
        Compilation.Result made = Compilation.of(sandbox, source);
        keep(compiled, digest, made.script(), made.bytes());
        return made.script();
    }

    private synchronized Script known(Map<String, Kept> scripts, String digest) {
        Kept kept = scripts.get(digest);
        return kept == null ? null : kept.script().get();
    }

    private synchronized void keep(Map<String, Kept> scripts, String digest, Script script, long bytes) {
        scripts.values().removeIf(Kept::isGone);
        scripts.put(digest, new Kept(new WeakReference<>(script), bytes));
    }

    private synchronized long bytes() {
        compiled.values().removeIf(Kept::isGone);
        return compiled.values().stream().mapToLong(Kept::bytes).sum();
    }
}
