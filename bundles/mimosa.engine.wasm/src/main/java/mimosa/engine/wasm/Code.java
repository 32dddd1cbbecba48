package mimosa.engine.wasm;

/** A call of the host that did not do what it was asked for: the negative number that the program gets, and why. */
final class Code extends Exception {
    static final int ABSENT = -1;
    static final int DENIED = -2;
    static final int LIMIT = -3;
    static final int INVALID = -4;
    static final int IO = -5;

    private static final long serialVersionUID = 1L;

    private final int value;

    private Code(int value, String text) {
        super(text, null, false, false);
        this.value = value;
    }

    int value() {
        return value;
    }

    static Code absent(String text) {
        return new Code(ABSENT, text);
    }

    static Code denied(String text) {
        return new Code(DENIED, text);
    }

    static Code limit(String text) {
        return new Code(LIMIT, text);
    }

    static Code invalid(String text) {
        return new Code(INVALID, text);
    }

    static Code io(String text) {
        return new Code(IO, text);
    }
}
