package mimosa.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.List;
import mimosa.api.MimosaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the layout of {@code docker save}: a manifest, and layers that are archives in the archive. */
final class DockerImage {
    private static final Logger LOG = LoggerFactory.getLogger(DockerImage.class);

    private final Archive archive;
    private final Allowance allowance;
    private final Path scratchFolder;

    DockerImage(Archive archive, Allowance allowance, Path scratchFolder) {
        this.archive = archive;
        this.allowance = allowance;
        this.scratchFolder = scratchFolder;
    }

    ImageContent read() throws IOException {
        if (!archive.isFile(DockerManifest.FILE)) {
            throw ImageJson.wrong(DockerManifest.FILE, "not a regular file");
        }
        DockerManifest manifest = DockerManifest.read(archive.read(DockerManifest.FILE, ImageJson.MAX_BYTES));
        List<String> expected = expectedDigests(manifest.config());
        List<String> digests = new ArrayList<>();
        ImageParts parts = new ImageParts(allowance.limits());
        for (String path : manifest.layers()) {
            readLayer(path, parts, expected.isEmpty() ? null : digests);
        }
        if (!digests.equals(expected)) {
            LOG.warn(
                    "image {}: the layers are not those that rootfs.diff_ids of its configuration lists;"
                            + " it may have been changed after it was built",
                    Names.shown(manifest.tag().name()));
        }
        return parts.content(manifest.tag());
    }

    /** Adds one layer's files, and its digest if somebody wants to know. */
    private void readLayer(String path, ImageParts parts, List<String> digests) throws IOException {
        String name = Archive.plainName(path);
        if (name == null || !archive.has(name)) {
            throw MimosaException.invalid("layer '" + Names.shown(path) + "' is missing");
        }
        try {
            if (!archive.isFile(name)) {
                throw MimosaException.invalid("not a regular file");
            }
            try (PlainTar layer = PlainTar.open(archive.slice(name), scratchFolder, allowance)) {
                parts.add(Archive.scan(layer.content(), allowance));
                if (digests != null) {
                    digests.add(digest(layer.content()));
                }
            }
        } catch (MimosaException e) {
            throw new MimosaException(e.kind(), "layer '" + Names.shown(path) + "': " + e.getMessage(), e);
        }
    }

    private static String digest(Slice layer) throws IOException {
        try (DigestInputStream stream = new DigestInputStream(layer.stream(), Sha256.start())) {
            stream.transferTo(OutputStream.nullOutputStream());
            return Sha256.name(stream.getMessageDigest());
        }
    }

    /** Digests of the unpacked layers as the configuration lists them; empty when it does not or cannot be read. */
    private List<String> expectedDigests(String config) throws IOException {
        String name = config == null ? null : Archive.plainName(config);
        if (name == null || !archive.isFile(name) || archive.slice(name).size() > ImageJson.MAX_BYTES) {
            return List.of();
        }
        List<String> digests = new ArrayList<>();
        try {
            JsonNode listed = ImageJson.parse(name, archive.read(name, ImageJson.MAX_BYTES))
                    .path("rootfs")
                    .path("diff_ids");
            listed.forEach(digest -> digests.add(digest.asText()));
        } catch (MimosaException e) {
            LOG.debug("The configuration of an image is not read, which is not needed either", e);
        }
        return digests;
    }
}
