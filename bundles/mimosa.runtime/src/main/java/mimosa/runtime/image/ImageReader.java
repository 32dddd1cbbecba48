package mimosa.runtime.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import mimosa.api.MimosaException;
import mimosa.runtime.file.DurableFiles;

/**
 * Reads uploaded images without trusting them.
 *
 * <pre>
 *   upload -> one file, counted and hashed -> (gzip? one scratch file) -> headers checked -> the few files that matter
 * </pre>
 *
 * The bytes of an upload, and of what is compressed in it, are kept in files with names of our own; entries never
 * become files. All failures are {@link MimosaException}s: {@code TOO_LARGE} for an upload over its limit,
 * {@code INVALID} for whatever else is wrong with an image, {@code STORAGE} when the disk fails. After any of them
 * nothing is left. Thread-safe; each call reads one image.
 */
public final class ImageReader {
    private static final int CHUNK = 1 << 16;
    private static final String NO_VERSION = "0.0.0";

    private final Path folder;
    private final ImageLimits limits;

    /**
     * @param folder for uploads under way, from where they can be moved into the store: {@link ImageStore#incoming}
     */
    public ImageReader(Path folder, ImageLimits limits) {
        this.folder = folder;
        this.limits = limits;
    }

    /**
     * Receives and reads an uploaded image.
     *
     * @param bytes read to their end, but no further than the limit; closed by the caller
     * @param name used when the image names itself nowhere; may be {@code null}
     * @param fileName says name and version when nothing else does; may be {@code null}
     * @return to be closed
     */
    public ReadImage receive(InputStream bytes, String name, String fileName) {
        Path file = null;
        try {
            file = DurableFiles.newFile(folder);
            MessageDigest digest = Sha256.start();
            long size = spool(bytes, file, digest);
            ImageTag hints = new ImageTag(blankToNull(name), null).or(ImageTag.ofFileName(fileName));
            ReadImage image = read(file, Sha256.name(digest), size, hints);
            file = null;
            return image;
        } catch (IOException e) {
            throw storage("receive an image into " + folder, e);
        } finally {
            discard(file);
        }
    }

    /**
     * Reads what is in the uploaded bytes of an image that is kept, or was when a mim was made of it.
     *
     * @param tarball where they are, see {@link ImageStore#blob}
     * @throws MimosaException of kind {@code STORAGE} if these are not the bytes of the digest any more
     */
    public ImageContent content(Path tarball, String digest) {
        try (FileChannel channel = FileChannel.open(tarball, StandardOpenOption.READ)) {
            String found = Sha256.name(channel);
            if (!found.equals(digest)) {
                throw new MimosaException(
                        MimosaException.Kind.STORAGE,
                        "the image file " + tarball + " is damaged, its digest is " + found
                                + "; upload the image again");
            }
            return content(Slice.of(channel));
        } catch (IOException e) {
            throw storage("read the image " + tarball, e);
        }
    }

    private ReadImage read(Path file, String digest, long size, ImageTag hints) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Slice packed = Slice.of(channel);
            ImageContent content = content(packed);
            ImageTag tag =
                    new ImageTag(content.name(), content.version()).or(hints).or(new ImageTag(null, NO_VERSION));
            return new ReadImage(
                    Names.imageName(tag.name()),
                    Names.version(tag.version()),
                    content,
                    digest,
                    size,
                    PlainTar.isGzip(packed),
                    file);
        }
    }

    private long spool(InputStream bytes, Path file, MessageDigest digest) throws IOException {
        byte[] chunk = new byte[CHUNK];
        long size = 0;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int count = next(bytes, chunk); count >= 0; count = next(bytes, chunk)) {
                size += count;
                if (size > limits.uploadBytes()) {
                    throw new MimosaException(
                            MimosaException.Kind.TOO_LARGE, "image exceeds " + limits.uploadBytes() + " bytes");
                }
                digest.update(chunk, 0, count);
                DurableFiles.writeFully(channel, ByteBuffer.wrap(chunk, 0, count));
            }
        }
        return size;
    }

    private static int next(InputStream bytes, byte[] chunk) {
        try {
            return bytes.read(chunk);
        } catch (IOException e) {
            throw new MimosaException(
                    MimosaException.Kind.INTERNAL, "the image could not be received to its end: " + e.getMessage(), e);
        }
    }

    private ImageContent content(Slice packed) throws IOException {
        if (packed.size() == 0) {
            throw MimosaException.invalid("image is empty");
        }
        Allowance allowance = new Allowance(limits);
        try (PlainTar tar = PlainTar.open(packed, folder, allowance)) {
            Archive archive = Archive.scan(tar.content(), allowance);
            if (archive.has(DockerManifest.FILE)) {
                return new DockerImage(archive, allowance, folder).read();
            }
            return flat(archive);
        }
    }

    private ImageContent flat(Archive archive) throws IOException {
        ImageParts parts = new ImageParts(limits);
        parts.add(archive);
        if (!parts.hasProgram()) {
            throw MimosaException.invalid("neither manifest.json nor index.js or index.wasm found");
        }
        return parts.content(parts.descriptorTag());
    }

    private static String blankToNull(String text) {
        return text == null || text.isBlank() ? null : text;
    }

    private static MimosaException storage(String what, IOException cause) {
        return new MimosaException(MimosaException.Kind.STORAGE, "cannot " + what + ": " + cause.getMessage(), cause);
    }

    private static void discard(Path file) {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw storage("remove " + file, e);
            }
        }
    }
}
