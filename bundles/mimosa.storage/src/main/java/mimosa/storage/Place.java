package mimosa.storage;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Where the data of one mim lie: {@code storage/<name>/items.mv}, the contents of its files as
 * {@code storage/<name>/files/<id>} and, when they are encrypted, {@code keys/<name>.key}.
 *
 * @param folder of the data; absent until something is stored
 * @param key file with the key as hexadecimal text; data are encrypted if and only if it exists
 */
record Place(Path folder, Path key) {
    private static final String DESTROYED = "%destroyed-";
    private static final int LONGEST_NAME = 120;

    /** @param name symbolic name of a bundle, or any other text */
    static Place of(Path data, String name) {
        String safe = safe(name);
        return new Place(
                data.resolve("storage").resolve(safe), data.resolve("keys").resolve(safe + ".key"));
    }

    /** Different for different names, also where the file system ignores case; plain names stay readable. */
    private static String safe(String name) {
        StringBuilder safe = new StringBuilder();
        for (char c : name.toCharArray()) {
            boolean plain = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_';
            if (plain || c == '.' && !safe.isEmpty()) {
                safe.append(c);
            } else {
                safe.append('%').append(HexFormat.of().toHexDigits(c));
            }
        }
        if (safe.length() <= LONGEST_NAME) {
            return safe.toString();
        }
        return safe.substring(0, LONGEST_NAME / 2) + "%" + sha256(name);
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_16BE)), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    Path file() {
        return folder.resolve("items.mv");
    }

    /** Where a new file is made, before it gets its name. */
    Path draft() {
        return folder.resolve("items.new");
    }

    /** The folder of the contents; absent until there is one. */
    Path contents() {
        return folder.resolve("files");
    }

    Path content(String id) {
        return contents().resolve(id);
    }

    boolean exists() {
        return Files.exists(file());
    }

    boolean isEncrypted() {
        return Files.exists(key);
    }

    /** The file's disk, encrypted or not. */
    Disk open(Disk.Opener opener, Path file) throws IOException {
        if (!isEncrypted()) {
            return opener.open(file);
        }
        byte[] secret = readKey();
        return new XtsDisk(opener.open(file), secret);
    }

    /** The disk of a content. When encrypted it has a key of its own, so that equal sectors of two files look different. */
    Disk openContent(Disk.Opener opener, String id, boolean writable) throws IOException {
        if (!isEncrypted()) {
            return opener.share(content(id), writable);
        }
        byte[] secret = contentKey(readKey(), id);
        return new XtsDisk(opener.share(content(id), writable), secret);
    }

    private static byte[] contentKey(byte[] secret, String id) {
        try {
            Mac mac = Mac.getInstance("HmacSHA512");
            mac.init(new SecretKeySpec(secret, "HmacSHA512"));
            return mac.doFinal(("file " + id).getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw Failures.storage("cannot derive a key with HMAC-SHA-512", e);
        }
    }

    private byte[] readKey() throws IOException {
        // A stream, since a channel would mind an interrupt.
        try (FileInputStream in = new FileInputStream(key.toFile())) {
            byte[] bytes = HexFormat.of().parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip());
            if (bytes.length == XtsDisk.KEY_BYTES) {
                return bytes;
            }
            throw new IOException(key + " holds " + bytes.length + " bytes, expected " + XtsDisk.KEY_BYTES);
        } catch (IllegalArgumentException e) {
            throw new IOException(key + " is not a key, expected hexadecimal digits", e);
        }
    }

    /** Makes the folder for new data and, if wanted, a new key; a key of data that are gone is not used again. */
    void prepare(boolean encrypted) throws IOException {
        Folders.create(folder);
        Files.deleteIfExists(draft());
        if (Files.deleteIfExists(key)) {
            Folders.sync(key.getParent());
        }
        if (encrypted) {
            writeKey();
        }
    }

    private void writeKey() throws IOException {
        Folders.create(key.getParent());
        byte[] bytes = new byte[XtsDisk.KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        Path draft = key.resolveSibling(key.getFileName() + ".new");
        Files.deleteIfExists(draft);
        FileStore volume = Files.getFileStore(key.getParent());
        if (volume.supportsFileAttributeView("posix")) {
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        try (FileOutputStream out = new FileOutputStream(draft.toFile())) {
            out.write(HexFormat.of().formatHex(bytes).getBytes(StandardCharsets.US_ASCII));
            out.getFD().sync();
        }
        Files.move(draft, key, StandardCopyOption.ATOMIC_MOVE);
        Folders.sync(key.getParent());
    }

    /** Gives the file that was made as draft its name. */
    void publish() throws IOException {
        Files.move(draft(), file(), StandardCopyOption.ATOMIC_MOVE);
        Folders.sync(folder);
    }

    /**
     * Removes data and key. The folder is renamed first, which is one step: afterwards the data are gone, and what is
     * left of them after a crash is removed at the next start.
     */
    void destroy() throws IOException {
        Path parent = folder.getParent();
        Path gone = parent.resolve(DESTROYED + Long.toHexString(new SecureRandom().nextLong()));
        try {
            Files.move(folder, gone, StandardCopyOption.ATOMIC_MOVE);
            Folders.sync(parent);
        } catch (NoSuchFileException e) {
            // Nothing was ever stored.
        }
        if (Files.deleteIfExists(key)) {
            Folders.sync(key.getParent());
        }
        Folders.delete(gone);
    }

    /** Removes what a crash has left of destroyed data. */
    static void removeDestroyed(Path data) throws IOException {
        Path parent = data.resolve("storage");
        if (!Files.isDirectory(parent)) {
            return;
        }
        List<Path> left;
        try (Stream<Path> folders = Files.list(parent)) {
            left = folders.filter(path -> path.getFileName().toString().startsWith(DESTROYED))
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path folder : left) {
            Folders.delete(folder);
        }
    }
}
