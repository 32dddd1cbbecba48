package mimosa.runtime.image;

import java.util.function.LongSupplier;
import mimosa.api.MimosaException;

/**
 * How large an image may be.
 *
 * @param uploadBytes as it arrives
 * @param unpackedBytes after decompression, compressed layers included
 * @param entries of the archive and its layers together
 * @param jsBytes of {@code index.js}, and of its source map
 * @param wasmBytes of {@code index.wasm}
 * @param ratio unpacked to packed size, past the first MiB
 */
public record ImageLimits(long uploadBytes, long unpackedBytes, int entries, int jsBytes, int wasmBytes, int ratio) {
    /** Larger arrays cannot be made. */
    private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

    /** The defaults of {@code mimosa.images}. */
    public static final ImageLimits DEFAULT =
            new ImageLimits(67_108_864, 134_217_728, 1000, 16_777_216, 67_108_864, 100);

    /**
     * Reads the configuration.
     *
     * @throws IllegalArgumentException if a value is wrong; the message names it
     */
    public static ImageLimits of(ImagesConfig config) {
        return new ImageLimits(
                positive("uploadBytes", config::uploadBytes, Long.MAX_VALUE),
                positive("unpackedBytes", config::unpackedBytes, Long.MAX_VALUE),
                (int) positive("entries", config::entries, Integer.MAX_VALUE),
                (int) positive("jsBytes", config::jsBytes, MAX_ARRAY),
                (int) positive("wasmBytes", config::wasmBytes, MAX_ARRAY),
                (int) positive("ratio", config::ratio, Integer.MAX_VALUE));
    }

    private static long positive(String property, LongSupplier configured, long most) {
        String expected = ", expected a whole number from 1 to " + most;
        long value;
        try {
            value = configured.getAsLong();
        } catch (RuntimeException e) {
            // The annotation is a proxy that converts when it is asked; its own message does not name the PID.
            throw new IllegalArgumentException(
                    ImagesConfig.PID + ": " + property + " cannot be read (" + e.getMessage() + ")" + expected, e);
        }
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(ImagesConfig.PID + ": " + property + "=" + value + expected);
        }
        return value;
    }

    /** The failure of something that is larger than it may be. */
    static MimosaException exceeded(String what, long limit, String unit) {
        return MimosaException.invalid(what + " exceeds " + limit + unit);
    }
}
