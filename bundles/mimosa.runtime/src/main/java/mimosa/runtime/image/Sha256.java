package mimosa.runtime.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Digests in the form {@code sha256:<hex>}. */
final class Sha256 {
    private static final int CHUNK = 1 << 16;
    private static final String SCHEME = "sha256:";
    private static final Pattern NAME = Pattern.compile(SCHEME + "[0-9a-f]{64}");

    private Sha256() {}

    static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static String name(MessageDigest digest) {
        return SCHEME + HexFormat.of().formatHex(digest.digest());
    }

    /** The digest of a whole file; leaves the channel's position as it is. */
    static String name(FileChannel file) throws IOException {
        MessageDigest digest = start();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long position = 0;
        for (int count = file.read(chunk, 0); count >= 0; count = file.read(chunk, position)) {
            position += count;
            digest.update(chunk.flip());
            chunk.clear();
        }
        return name(digest);
    }

    static boolean isName(String digest) {
        return NAME.matcher(digest).matches();
    }

    /** The hex digits of a digest. */
    static String hex(String digest) {
        if (!isName(digest)) {
            throw new IllegalArgumentException("'" + Names.shown(digest) + "' is no digest, expected sha256:<64 hex>");
        }
        return digest.substring(SCHEME.length());
    }
}
