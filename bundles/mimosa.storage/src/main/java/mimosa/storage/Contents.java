package mimosa.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The contents of one mim's files, each a file of the host with a random name in one folder, written once. Which of them
 * is the content of which path is in the {@link Tables}; the others are garbage.
 *
 * <pre>
 *   draft --- adopted by a committed change --- synced --- (replaced or removed, durably) --- deleted
 *     |
 *     +------ dropped: deleted
 * </pre>
 *
 * Whatever a crash leaves in between is not in the tables and is removed by {@link #sweep}. Thread-safe.
 */
final class Contents {
    private static final Logger LOG = LoggerFactory.getLogger(Contents.class);
    private static final int ID_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Place place;
    private final Backend backend;
    private final Map<String, Long> drafts = new HashMap<>();
    private long draftBytes;
    private boolean swept;

    Contents(Place place, Backend backend) {
        this.place = place;
        this.backend = backend;
    }

    static String newId() {
        byte[] id = new byte[ID_BYTES];
        RANDOM.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    // ---- drafts

    /** Makes an empty content. */
    Disk create(String id) throws IOException {
        synchronized (this) {
            drafts.putIfAbsent(id, 0L);
        }
        Folders.create(place.contents());
        return place.openContent(backend.disks(), id, true);
    }

    /**
     * Counts bytes that are going to be written. What is written at the same time is limited like what is stored, so that
     * no more than twice of that is on the disk.
     */
    synchronized void grow(String id, long more) {
        long limit = backend.settings().totalBytes();
        if (draftBytes + more > limit) {
            throw Failures.overLimit("files of " + (draftBytes + more)
                    + " bytes that are being written at the same time" + " are over the limit totalBytes=" + limit);
        }
        drafts.merge(id, more, Long::sum);
        draftBytes += more;
    }

    /** The drafts are in the tables now. */
    synchronized void adopt(Collection<String> ids) {
        ids.forEach(this::forget);
    }

    private void forget(String id) {
        Long bytes = drafts.remove(id);
        draftBytes -= bytes == null ? 0 : bytes;
    }

    /** Deletes a draft. */
    void drop(String id) {
        synchronized (this) {
            forget(id);
        }
        delete(List.of(id));
    }

    // ---- contents in use

    /** Opens a content for reading; {@code null} when it is gone. */
    Disk open(String id) throws IOException {
        try {
            return place.openContent(backend.disks(), id, false);
        } catch (IOException e) {
            if (Files.exists(place.content(id))) {
                throw e;
            }
            return null;
        }
    }

    /** Makes contents durable, and that they exist. */
    void sync(Collection<String> ids) throws IOException {
        if (ids.isEmpty()) {
            return;
        }
        for (String id : ids) {
            try (Disk disk = backend.disks().share(place.content(id), true)) {
                disk.sync();
            }
        }
        Folders.sync(place.contents());
    }

    /** Deletes garbage. What cannot be deleted is left to the next sweep. */
    void delete(Collection<String> ids) {
        for (String id : ids) {
            try {
                Files.deleteIfExists(place.content(id));
            } catch (IOException e) {
                LOG.warn("{} cannot be deleted yet", place.content(id), e);
                sweepAgain();
            }
        }
    }

    // ---- leftovers

    /** There may be garbage that nobody else knows of. */
    synchronized void sweepAgain() {
        swept = false;
    }

    synchronized boolean isSweepDue() {
        return !swept;
    }

    /** Deletes all that is neither in use nor a draft; not called along with {@link #create}. */
    void sweep(Set<String> inUse) throws IOException {
        if (Files.isDirectory(place.contents())) {
            List<Path> garbage;
            try (Stream<Path> all = Files.list(place.contents())) {
                garbage = all.filter(path -> !isKept(path.getFileName().toString(), inUse))
                        .toList();
            }
            for (Path path : garbage) {
                Files.delete(path);
            }
        }
        synchronized (this) {
            swept = true;
        }
    }

    private synchronized boolean isKept(String id, Set<String> inUse) {
        return inUse.contains(id) || drafts.containsKey(id);
    }
}
