package mimosa.runtime;

/**
 * A program out of an image or a bundle.
 *
 * @param name {@code index.js} or {@code index.wasm}
 * @param sourceMap {@code null} when there is none
 */
record ProgramFile(String name, byte[] bytes, byte[] sourceMap) {
    String engine() {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
