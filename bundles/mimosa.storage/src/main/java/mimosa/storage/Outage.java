package mimosa.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses changes to one store after writing has failed, until writing works again, which is tried at most once a second
 * and only when somebody wants to write. Called by one thread at a time.
 */
final class Outage {
    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);
    private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);
    private static final int PROBE_BYTES = 64 * 1024;

    private final Place place;
    private final Disk.Opener disks;
    private Throwable cause;
    private long probed;

    Outage(Place place, Disk.Opener disks) {
        this.place = place;
        this.disks = disks;
    }

    void begin(Throwable failure) {
        cause = failure;
        probed = System.nanoTime();
    }

    /** @throws mimosa.api.MimosaException of kind {@code STORAGE} while writing does not work */
    void check() {
        if (cause == null) {
            return;
        }
        if (System.nanoTime() - probed >= PAUSE) {
            try {
                probe();
                cause = null;
                LOG.info("store {} can be written again", place.file());
                return;
            } catch (IOException e) {
                begin(e);
            }
        }
        throw Failures.storage("the store cannot be written, nothing was changed", cause);
    }

    private void probe() throws IOException {
        Folders.create(place.folder());
        Path path = place.folder().resolve("probe");
        try (Disk disk = disks.open(path)) {
            disk.write(0, new byte[PROBE_BYTES], 0, PROBE_BYTES);
            disk.sync();
        } finally {
            Files.deleteIfExists(path);
        }
    }
}
