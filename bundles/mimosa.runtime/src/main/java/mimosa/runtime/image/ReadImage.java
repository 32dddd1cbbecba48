package mimosa.runtime.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An image that was read and found to be well-formed; its program has not been checked. Closing it removes the file
 * with the uploaded bytes, unless {@link ImageStore#put} has taken it.
 *
 * @param name what it is kept under: legal
 * @param version legal; {@code 0.0.0} when nothing says one
 * @param content its parts; name and version in here are as the image itself says them
 * @param digest {@code sha256:} and the hex digest of the uploaded bytes
 * @param size of the uploaded bytes
 * @param gzip whether the uploaded bytes are compressed
 * @param file holds the uploaded bytes
 */
public record ReadImage(
        String name, String version, ImageContent content, String digest, long size, boolean gzip, Path file)
        implements AutoCloseable {
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
