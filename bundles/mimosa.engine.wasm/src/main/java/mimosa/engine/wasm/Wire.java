package mimosa.engine.wasm;

import java.util.Map;

/**
 * How messages are written. Values are {@code Map} with texts as keys, {@code List}, {@code byte[]} for texts, which need
 * not be UTF-8, {@code Long}, {@code Double}, {@code Boolean} and {@code null}; {@code String} is accepted where values
 * are encoded.
 */
interface Wire {
    int MAX_DEPTH = 64;

    byte[] encode(Map<String, Object> message);

    /** @throws Trap unless the bytes are exactly one message */
    Map<String, Object> decode(byte[] bytes);

    static Trap broken() {
        return new Trap(Trap.MESSAGE);
    }
}
