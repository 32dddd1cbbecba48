package mimosa.runtime.image;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration {@code mimosa.images}: how large an uploaded image may be, packed and unpacked. */
@ObjectClassDefinition(
        name = "Mimosa images",
        description = "How large an uploaded image may be. A larger upload is refused and leaves nothing behind.")
public @interface ImagesConfig {
    /** The PID. */
    String PID = "mimosa.images";

    @AttributeDefinition(
            name = "Upload",
            description = "Most bytes of an uploaded image as they arrive, compressed or not. Over: 413.")
    long uploadBytes() default 67108864L;

    @AttributeDefinition(
            name = "Unpacked",
            description = "Most bytes of an image when it is unpacked, compressed layers included. Over: 400.")
    long unpackedBytes() default 134217728L;

    @AttributeDefinition(
            name = "Entries",
            description = "Most entries of an image's archive and the archives of its layers together. Over: 400.")
    int entries() default 1000;

    @AttributeDefinition(
            name = "JavaScript program",
            description = "Most bytes of index.js, and of its source map. Over: 400.")
    int jsBytes() default 16777216;

    @AttributeDefinition(name = "WebAssembly program", description = "Most bytes of index.wasm. Over: 400.")
    int wasmBytes() default 67108864;

    @AttributeDefinition(
            name = "Ratio",
            description = "How many times its compressed size an archive may unpack to. It is looked at past the first"
                    + " MiB (1048576 bytes) of unpacked data. Over: 400.")
    int ratio() default 100;
}
