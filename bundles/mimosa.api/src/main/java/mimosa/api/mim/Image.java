package mimosa.api.mim;

import java.time.Instant;

/**
 * A kept image.
 *
 * @param id {@code <clientId>-<name>}
 * @param version as in its tag, such as {@code 1.2.0} or {@code latest}
 * @param engine {@code js} or {@code wasm}
 * @param digest {@code sha256:} and the hex digest of the uploaded bytes
 * @param size of the uploaded bytes
 * @param gzip whether the uploaded bytes are compressed
 */
public record Image(
        String id,
        String clientId,
        String name,
        String version,
        String engine,
        String digest,
        long size,
        boolean gzip,
        Instant created) {}
