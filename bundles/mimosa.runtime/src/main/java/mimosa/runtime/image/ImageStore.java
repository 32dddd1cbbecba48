package mimosa.runtime.image;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import mimosa.api.MimosaException;
import mimosa.api.mim.Image;
import mimosa.runtime.file.DurableFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images of a node, on disk.
 *
 * <pre>
 *   images/api-hello-v1.json     one record an image, by its id
 *   images/[hex].tar             uploaded bytes, by their digest; shared by all that were made of the same bytes
 *   images/incoming/             uploads under way
 *   *.tmp                        whatever is not complete, removed at opening
 * </pre>
 *
 * A change is durable when the call returns; a crash leaves either the old or the new state. Uploaded bytes stay until
 * {@link #collect} finds that neither an image nor a mim needs them. Thread-safe; one store at a time uses a folder. A
 * disk that fails is a {@link MimosaException} of kind {@code STORAGE}.
 */
public final class ImageStore {
    private static final Logger LOG = LoggerFactory.getLogger(ImageStore.class);
    private static final String RECORD = ".json";
    private static final String BLOB = ".tar";

    private final Path folder;
    private final Path incoming;
    /** Read when they are first needed: the start of a node with many does not wait for it. */
    private Map<String, StoredImage> images;

    private boolean hasUnreadableRecords;

    private ImageStore(Path folder) {
        this.folder = folder;
        this.incoming = folder.resolve("incoming");
    }

    /**
     * Opens the store, or makes it; removes what a crash left. A record that cannot be read is logged at the first use of
     * the store, left alone, and its image is absent.
     */
    public static ImageStore open(Path folder) {
        ImageStore store = new ImageStore(folder);
        try {
            DurableFiles.folder(store.incoming);
            DurableFiles.removeLeftovers(store.incoming);
            DurableFiles.removeLeftovers(folder);
        } catch (IOException e) {
            throw storage("open the image store " + folder, e);
        }
        return store;
    }

    /** To be called by those that have the lock. */
    private Map<String, StoredImage> images() {
        if (images == null) {
            Map<String, StoredImage> read = new TreeMap<>();
            try (DirectoryStream<Path> records = Files.newDirectoryStream(folder, "*" + RECORD)) {
                for (Path file : records) {
                    load(file, read);
                }
            } catch (IOException e) {
                throw storage("read the image store " + folder, e);
            }
            images = read;
        }
        return images;
    }

    private void load(Path file, Map<String, StoredImage> into) {
        try {
            StoredImage stored = ImageRecord.read(file.getFileName().toString(), Files.readAllBytes(file));
            requireBlob(stored.image());
            into.put(stored.image().id(), stored);
        } catch (IOException | MimosaException e) {
            hasUnreadableRecords = true;
            LOG.error(
                    "Image record {} is skipped: {}. Repair the file and restart, or remove it and upload the image"
                            + " again; until then no unused image bytes are removed",
                    file,
                    e.getMessage());
        }
    }

    private void requireBlob(Image image) throws IOException {
        Path blob = blob(image.digest());
        try {
            long size = Files.size(blob);
            if (size != image.size()) {
                throw MimosaException.invalid(blob + " has " + size + " bytes, expected " + image.size());
            }
        } catch (NoSuchFileException e) {
            throw new MimosaException(MimosaException.Kind.INVALID, blob + " is missing", e);
        }
    }

    /** Where uploads are received: files in here can be moved into the store. */
    public Path incoming() {
        return incoming;
    }

    /**
     * Keeps an image under its client and name, and replaces an older one of that pair. Takes the image's file.
     *
     * @throws MimosaException of kind {@code CONFLICT} if another client and name give the same id; nothing is changed
     */
    public synchronized StoredImage put(String clientId, ReadImage read) {
        String id = Names.id(clientId, read.name());
        refuseClash(id, clientId, read.name());
        Image image = new Image(
                id,
                clientId,
                read.name(),
                read.version(),
                read.content().engine(),
                read.digest(),
                read.size(),
                read.gzip(),
                Instant.now().truncatedTo(ChronoUnit.MILLIS));
        StoredImage stored = new StoredImage(image, read.content().env());
        Path blob = blob(read.digest());
        boolean isNew = !Files.exists(blob);
        try {
            // The same bytes again replace themselves, which also heals a damaged file.
            DurableFiles.move(read.file(), blob);
            DurableFiles.writePrivate(folder.resolve(id + RECORD), ImageRecord.write(stored));
        } catch (IOException e) {
            if (isNew) {
                discard(blob, e);
            }
            throw storage("keep image '" + id + "'", e);
        }
        images().put(id, stored);
        return stored;
    }

    private void refuseClash(String id, String clientId, String name) {
        StoredImage older = images().get(id);
        if (older != null && !isOf(older, clientId, name)) {
            throw new MimosaException(
                    MimosaException.Kind.CONFLICT,
                    "id '" + id + "' is already used by client '"
                            + older.image().clientId() + "'");
        }
    }

    private static boolean isOf(StoredImage stored, String clientId, String name) {
        return stored.image().clientId().equals(clientId)
                && stored.image().name().equals(name);
    }

    private static void discard(Path blob, IOException because) {
        try {
            Files.deleteIfExists(blob);
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }

    /** An image by its id. */
    public synchronized Optional<StoredImage> get(String id) {
        return Optional.ofNullable(images().get(id));
    }

    /** An image by its client and name. */
    public synchronized Optional<StoredImage> get(String clientId, String name) {
        return get(Names.id(clientId, name)).filter(stored -> isOf(stored, clientId, name));
    }

    /** All images of a client, or with {@code null} of all clients, ordered by id. */
    public synchronized List<StoredImage> list(String clientId) {
        List<StoredImage> listed = new ArrayList<>(images().values());
        listed.removeIf(stored -> clientId != null && !stored.image().clientId().equals(clientId));
        return listed;
    }

    /** Removes an image by its id; its bytes stay until {@link #collect}. Returns what was there. */
    public synchronized Optional<StoredImage> delete(String id) {
        if (!images().containsKey(id)) {
            return Optional.empty();
        }
        try {
            DurableFiles.delete(folder.resolve(id + RECORD));
        } catch (IOException e) {
            throw storage("delete image '" + id + "'", e);
        }
        return Optional.of(images().remove(id));
    }

    /** Where the uploaded bytes of a digest are, if they are kept. */
    public Path blob(String digest) {
        return folder.resolve(Sha256.hex(digest) + BLOB);
    }

    /**
     * Removes the bytes that nobody needs.
     *
     * @param inUse digests of the images that mims run, also of those that are just being deployed
     * @return how many files were removed
     */
    public synchronized int collect(Collection<String> inUse) {
        Map<String, StoredImage> kept = images();
        if (hasUnreadableRecords) {
            // Their bytes must still be there when somebody repairs them.
            return 0;
        }
        Set<Path> needed = new HashSet<>();
        inUse.forEach(digest -> needed.add(blob(digest)));
        kept.values().forEach(stored -> needed.add(blob(stored.image().digest())));
        int removed = 0;
        try (DirectoryStream<Path> blobs = Files.newDirectoryStream(folder, "*" + BLOB)) {
            for (Path blob : blobs) {
                if (!needed.contains(blob) && Files.deleteIfExists(blob)) {
                    removed++;
                }
            }
        } catch (IOException e) {
            throw storage("remove unused images from " + folder, e);
        }
        return removed;
    }

    private static MimosaException storage(String what, IOException cause) {
        return new MimosaException(MimosaException.Kind.STORAGE, "cannot " + what + ": " + cause.getMessage(), cause);
    }
}
