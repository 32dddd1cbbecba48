package mimosa.admin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file with the node's API keys, readable by its owner alone. Keys are never logged. */
final class ApiKeyFile {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyFile.class);
    private static final String KEY = "MCM_API_KEY";
    private static final String ACCOUNT_KEY = "ACCOUNT_API_KEY";
    private static final int RANDOM_BYTES = 32;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private ApiKeyFile() {}

    /**
     * The API key in the file, which is made with random keys where there is none.
     *
     * @return empty when there is no key or the file cannot be used, which is then in the log: the management API stays
     *     shut, the mims do not mind
     */
    static String at(Path file) {
        try {
            if (!Files.exists(file)) {
                create(file);
            } else {
                narrow(file);
            }
            String key = read(file);
            if (key.isEmpty()) {
                LOG.error(
                        "The management API is off: '{}' has no {}. Give it one, or remove the file to have one made at the next start.",
                        file,
                        KEY);
            }
            return key;
        } catch (IOException e) {
            LOG.error(
                    "The management API is off: the API key file '{}' cannot be read or made: {}", file, e.toString());
            return "";
        }
    }

    private static String read(Path file) throws IOException {
        for (String line : Files.readAllLines(file)) {
            int equals = line.indexOf('=');
            if (equals > 0 && line.substring(0, equals).trim().equals(KEY)) {
                return line.substring(equals + 1).trim();
            }
        }
        return "";
    }

    /** Complete or not there at all: written beside its place, forced to the disk, moved. */
    private static void create(Path file) throws IOException {
        String lines = KEY + "=" + randomKey() + "\n" + ACCOUNT_KEY + "=" + randomKey() + "\n";
        Path temporary = Files.createTempFile(file.getParent(), ".mimosa-api-key", ".tmp", ownerOnly(file));
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        LOG.info("Made the API keys of this node in '{}'", file);
    }

    private static String randomKey() {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    private static void narrow(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("expected a file, found something else");
        }
        if (!isPosix(file)) {
            return;
        }
        Set<PosixFilePermission> found = Files.getPosixFilePermissions(file);
        if (OWNER_ONLY.containsAll(found)) {
            return;
        }
        Files.setPosixFilePermissions(file, OWNER_ONLY);
        LOG.warn(
                "The API key file '{}' was open to others ({}): narrowed to its owner. Replace the keys if somebody may have read them.",
                file,
                PosixFilePermissions.toString(found));
    }

    private static FileAttribute<?>[] ownerOnly(Path file) throws IOException {
        return isPosix(file.getParent())
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path path) throws IOException {
        return Files.getFileStore(path).supportsFileAttributeView("posix");
    }
}
