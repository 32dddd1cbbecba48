package mimosa.engine.wasm;

import com.dylibso.chicory.runtime.TrapException;
import com.dylibso.chicory.wasm.ChicoryException;

/** The program did what WebAssembly, or the rules of its ABI, forbid: the end of its instance. */
final class Trap extends ChicoryException {
    static final String MEMORY = "memory out of bounds";
    static final String STACK = "call stack exhausted";
    static final String ABORT = "abort";
    static final String MESSAGE = "message ABI";
    private static final String TABLE = "table out of bounds";

    private static final long serialVersionUID = 1L;

    /** @param kind one of the kinds that are told to clients */
    Trap(String kind) {
        super(kind);
    }

    /** What kind of trap ended the program; {@code null} when this is none, but a failure of the engine. */
    static String kind(Throwable thrown) {
        if (thrown instanceof StackOverflowError) {
            return STACK;
        }
        if (!(thrown instanceof ChicoryException) || thrown.getMessage() == null) {
            return null;
        }
        String message = thrown.getMessage();
        if (thrown instanceof Trap) {
            return message;
        }
        if (thrown instanceof TrapException && message.contains("unreachable")) {
            return "unreachable";
        }
        return kindOf(message);
    }

    /** By the engine's texts, which are those of the specification's test suite. */
    private static String kindOf(String message) {
        if (message.startsWith("out of bounds memory access")) {
            return MEMORY;
        }
        if (message.startsWith("out of bounds table access") || message.startsWith("undefined element")) {
            return TABLE;
        }
        if (message.startsWith("uninitialized element")) {
            return "uninitialized element";
        }
        return switch (message) {
            case "indirect call type mismatch",
                    "integer divide by zero",
                    "integer overflow",
                    "invalid conversion to integer",
                    STACK -> message;
            default -> null;
        };
    }
}
