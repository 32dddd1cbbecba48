package mimosa.engine.js;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Results of the transpiler, a file each, named by everything they depend on. Only a cache: what is missing or damaged is
 * made again, what has not been used for longest goes first, and a folder that cannot be written costs time, not
 * deployments.
 */
final class TranspilerCache {
    private static final Logger LOG = LoggerFactory.getLogger(TranspilerCache.class);
    private static final String SUFFIX = ".json.gz";
    private static final long MAX_TEXT_BYTES = 256L << 20;

    /** Made when it is first needed, because most nodes transpile nothing. */
    private static final class Json {
        static final ObjectMapper MAPPER = new ObjectMapper();
    }

    private final Path folder;
    private final int maxFiles;
    private final long maxBytes;
    private String version;

    /** @param folder made when it is first needed */
    TranspilerCache(Path folder, int maxFiles, long maxBytes) {
        this.folder = folder;
        this.maxFiles = maxFiles;
        this.maxBytes = maxBytes;
    }

    /**
     * The name of a result.
     *
     * @param map the program's own source map; {@code null} when there is none
     */
    String key(String name, String source, String map) {
        MessageDigest digest = sha256();
        for (String part : new String[] {version(), name, source, map == null ? "" : map}) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update((bytes.length + "\n").getBytes(StandardCharsets.US_ASCII));
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Transpiler and options, as a digest of the two scripts that they are. */
    private synchronized String version() {
        if (version == null) {
            MessageDigest digest = sha256();
            digest.update(TranspilerRealm.resource("babel.min.js"));
            digest.update(TranspilerRealm.resource("down-level.js"));
            version = HexFormat.of().formatHex(digest.digest());
        }
        return version;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** {@code null} when there is none that can be read. */
    Transpiled get(String key) {
        Path file = folder.resolve(key + SUFFIX);
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            byte[] text = in.readNBytes((int) MAX_TEXT_BYTES);
            JsonNode entry = Json.MAPPER.readTree(text);
            // The check sum of the whole file is compared at its end.
            if (in.read() >= 0
                    || !entry.path("key").asText().equals(key)
                    || !entry.path("code").isTextual()) {
                throw new IOException("the content is not that of an entry");
            }
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
            return new Transpiled(entry.path("code").asText(), entry.path("map").asText());
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            LOG.warn("{} cannot be read ({}), and the program is transpiled again", file, e.getMessage());
            return null;
        }
    }

    void put(String key, Transpiled result) {
        Path temporary = null;
        try {
            Files.createDirectories(folder);
            temporary = Files.createTempFile(folder, key, ".tmp");
            ObjectNode entry = Json.MAPPER
                    .createObjectNode()
                    .put("key", key)
                    .put("code", result.code())
                    .put("map", result.map());
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(temporary))) {
                out.write(Json.MAPPER.writeValueAsBytes(entry));
            }
            Files.move(
                    temporary,
                    folder.resolve(key + SUFFIX),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            trim();
        } catch (IOException e) {
            LOG.warn("a transpiled program cannot be kept below {}: {}", folder, e.toString());
            delete(temporary);
        }
    }

    /** One file of the cache. */
    private record Entry(Path file, long bytes, FileTime used) {}

    private synchronized void trim() throws IOException {
        List<Entry> entries = new ArrayList<>();
        long bytes = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                try {
                    entries.add(new Entry(file, Files.size(file), Files.getLastModifiedTime(file)));
                    bytes += Files.size(file);
                } catch (NoSuchFileException e) {
                    LOG.debug("{} went while the folder was read", file);
                }
            }
        }
        entries.sort(Comparator.comparing(Entry::used));
        int count = entries.size();
        for (Entry entry : entries) {
            if (count <= maxFiles && bytes <= maxBytes) {
                return;
            }
            delete(entry.file());
            count--;
            bytes -= entry.bytes();
        }
    }

    private static void delete(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted: {}", file, e.toString());
        }
    }
}
