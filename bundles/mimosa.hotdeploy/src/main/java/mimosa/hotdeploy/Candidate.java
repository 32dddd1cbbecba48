package mimosa.hotdeploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import mimosa.api.MimosaException;

/**
 * An image in the folder and its sidecar, as they are at one moment.
 *
 * @param digest of the image, as the runtime writes it
 * @param sidecar bytes of the sidecar; {@code null} when there is none
 * @param stamp changes whenever somebody touches either file
 */
record Candidate(Path file, String digest, byte[] sidecar, String stamp) {
    private static final int MAX_SIDECAR_BYTES = 1 << 20;

    static Candidate read(Path file) throws IOException {
        MessageDigest sha256 = sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        String stamp = Files.getLastModifiedTime(file).toString();
        String digest = "sha256:" + HexFormat.of().formatHex(sha256.digest());
        Path beside = file.resolveSibling(FileNames.sidecar(file.getFileName().toString()));
        try {
            if (Files.exists(beside) && !Files.isRegularFile(beside)) {
                throw MimosaException.invalid("'" + beside.getFileName() + "' is not a regular file");
            }
            if (Files.size(beside) > MAX_SIDECAR_BYTES) {
                throw MimosaException.invalid("'" + beside.getFileName() + "' exceeds " + MAX_SIDECAR_BYTES + " bytes");
            }
            return new Candidate(
                    file, digest, Files.readAllBytes(beside), stamp + digest + Files.getLastModifiedTime(beside));
        } catch (NoSuchFileException e) {
            return new Candidate(file, digest, null, stamp + digest);
        }
    }

    String name() {
        return file.getFileName().toString();
    }

    Origin origin() {
        return new Origin(name(), sidecar == null ? "" : HexFormat.of().formatHex(sha256().digest(sidecar)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
