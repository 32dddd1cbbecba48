package mimosa.runtime.image;

import java.util.Map;

/**
 * What an image holds.
 *
 * @param name as the image names itself, not yet checked; {@code null} when it does not
 * @param version as the image says, not yet checked; {@code null} when it does not
 * @param engine {@code js} or {@code wasm}
 * @param program the program, without a byte order mark; not to be changed
 * @param sourceMap {@code index.js.map}; {@code null} when there is none
 * @param env defaults of the mim's variables: strings, numbers and booleans, as in
 *     {@link mimosa.api.mim.Deployment#env}; unmodifiable
 */
public record ImageContent(
        String name, String version, String engine, byte[] program, byte[] sourceMap, Map<String, Object> env) {
    /** Name of the program's file: {@code index.js} or {@code index.wasm}. */
    public String fileName() {
        return "index." + engine;
    }
}
