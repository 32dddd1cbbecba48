package mimosa.runtime.image;

/** What is left of an image's limits while it is read; its archive and all layers draw on the same one. */
final class Allowance {
    private static final long FREE_OF_RATIO = 1 << 20;

    private final ImageLimits limits;
    private int entries;
    private long unpacked;

    Allowance(ImageLimits limits) {
        this.limits = limits;
    }

    ImageLimits limits() {
        return limits;
    }

    /** Counts one more entry. */
    void entry() {
        if (++entries > limits.entries()) {
            throw ImageLimits.exceeded("number of entries", limits.entries(), "");
        }
    }

    /** Counts bytes of archives; a plain layer is part of the archive around it and not counted again. */
    void unpacked(long bytes) {
        unpacked += bytes;
        if (unpacked > limits.unpackedBytes()) {
            throw ImageLimits.exceeded("unpacked size", limits.unpackedBytes(), " bytes");
        }
    }

    /** Checks one compressed archive: a small file that unpacks to very much is an attack, not an image. */
    void ratio(long packedBytes, long unpackedBytes) {
        if (unpackedBytes > FREE_OF_RATIO && unpackedBytes / limits.ratio() > packedBytes) {
            throw ImageLimits.exceeded("ratio of unpacked to packed size", limits.ratio(), "");
        }
    }
}
