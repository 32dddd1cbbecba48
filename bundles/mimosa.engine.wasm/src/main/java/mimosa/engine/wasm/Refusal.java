package mimosa.engine.wasm;

import mimosa.api.MimosaException;

/** What is told to the author of a module that cannot be deployed. */
final class Refusal {
    private static final String FILE = "index.wasm: ";

    private Refusal() {}

    static MimosaException of(String text) {
        return MimosaException.invalid(FILE + text);
    }

    static MimosaException feature(String feature, String where) {
        return of("uses " + feature + " in " + where + ", which is not supported");
    }

    static MimosaException limit(String what, long found, long most, String property) {
        return of(what + " is " + found + ", limit is " + most + " (" + ChicoryEngine.PID + ": " + property + ")");
    }
}
