package mimosa.engine.wasm;

import java.util.List;
import java.util.Map;

/** The parameters of a message, with what is wrong with them told to the program. */
final class Params {
    private static final byte[] EMPTY = new byte[0];

    private final Object value;

    Params(Object value) {
        this.value = value;
    }

    /** The members. */
    Map<?, ?> members() throws Code {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw Code.invalid("params must be an object");
    }

    /** The elements, of which there is at least one. */
    List<?> elements() throws Code {
        if (value instanceof List<?> list && !list.isEmpty()) {
            return list;
        }
        throw Code.invalid("params must be an array that is not empty");
    }

    /** A text that may be any bytes; empty when it is not there. */
    static byte[] bytes(Object text, String name) throws Code {
        if (text == null) {
            return EMPTY;
        }
        if (text instanceof byte[] bytes) {
            return bytes;
        }
        throw Code.invalid(name + " must be a string");
    }

    static String text(Object text, String name) throws Code {
        String decoded = Utf8.strict(bytes(text, name));
        if (decoded == null) {
            throw Code.invalid(name + " is not valid UTF-8");
        }
        return decoded;
    }

    /** A member that is a text; empty when it is not there. */
    String text(String name) throws Code {
        return text(members().get(name), name);
    }

    byte[] bytes(String name) throws Code {
        return bytes(members().get(name), name);
    }
}
