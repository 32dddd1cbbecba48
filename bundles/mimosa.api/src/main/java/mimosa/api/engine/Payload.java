package mimosa.api.engine;

import java.util.Map;

/**
 * A program as it came out of its image.
 *
 * @param mimId whose program it is, for logs and names of threads
 * @param name file name, {@code index.js} or {@code index.wasm}
 * @param program the file's bytes; not to be changed
 * @param sourceMap the adjacent source map; {@code null} when there is none
 * @param env the mim's variables
 * @param checked whether this very program passed its check on this node before, so that the engine may skip a trial run
 */
public record Payload(
        String mimId, String name, byte[] program, byte[] sourceMap, Map<String, String> env, boolean checked) {}
