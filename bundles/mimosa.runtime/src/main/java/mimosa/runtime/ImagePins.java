package mimosa.runtime;

import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import mimosa.runtime.image.ImageStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Knows which image bytes are needed, by mims or by deployments under way, and drops the others. Thread-safe. */
final class ImagePins {
    private static final Logger LOG = LoggerFactory.getLogger(ImagePins.class);

    private final ImageStore images;
    private final MimRecords records;
    private final MimDirectory directory;
    /** Digests of images whose deployment is under way, with how many there are. */
    private final Map<String, Integer> pinned = new ConcurrentHashMap<>();

    ImagePins(ImageStore images, MimRecords records, MimDirectory directory) {
        this.images = images;
        this.records = records;
        this.directory = directory;
    }

    /** Keeps image bytes until {@link #unpin}, also when their image is replaced meanwhile. */
    void pin(String digest) {
        pinned.merge(digest, 1, Integer::sum);
    }

    void unpin(String digest) {
        pinned.merge(digest, -1, (now, less) -> now + less == 0 ? null : now + less);
    }

    /** Drops image bytes that neither an image nor a mim needs any more. */
    void collect() {
        if (records.hasUnreadable()) {
            return;
        }
        Set<String> inUse = new HashSet<>(pinned.keySet());
        directory.all().stream()
                .map(handle -> handle.record().digest())
                .filter(Objects::nonNull)
                .forEach(inUse::add);
        try {
            images.collect(inUse);
        } catch (RuntimeException e) {
            // What is left over takes up room, no more; the call that this follows has succeeded.
            LOG.warn("image bytes that nobody needs could not be removed: {}", e.getMessage(), e);
        }
    }
}
