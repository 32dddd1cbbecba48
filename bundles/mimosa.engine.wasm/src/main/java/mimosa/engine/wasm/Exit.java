package mimosa.engine.wasm;

/** The program has asked to be ended. An {@link Error}, as {@link Killed}. */
final class Exit extends Error {
    private static final long serialVersionUID = 1L;

    private final int code;

    Exit(int code) {
        super("exit code " + Integer.toUnsignedString(code), null, false, false);
        this.code = code;
    }

    int code() {
        return code;
    }
}
