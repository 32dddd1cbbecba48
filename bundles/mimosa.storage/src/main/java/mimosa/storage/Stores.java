package mimosa.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All stores of the node, by name; each is one, however many views of it there are. */
@Component(service = Stores.class, immediate = true, configurationPid = "mimosa.storage")
@Designate(ocd = Stores.Config.class)
public final class Stores {
    /** Configuration {@code mimosa.storage}. */
    @ObjectClassDefinition(name = "Mimosa storage", description = "The durable key-value store of each mim.")
    public @interface Config {
        @AttributeDefinition(name = "Key size", description = "Largest size of a key, in bytes of UTF-8.")
        int keyBytes() default 1024;

        @AttributeDefinition(name = "Value size", description = "Largest size of a value, in bytes of UTF-8.")
        int valueBytes() default 5242880;

        @AttributeDefinition(
                name = "Total size",
                description = "Largest size of all items, files and embeddings of one mim in bytes, texts in UTF-8.")
        long totalBytes() default 268435456;

        @AttributeDefinition(
                name = "Durability",
                description = "What an acknowledged change survives: power (loss of power and the end of the process)"
                        + " or process (the end of the process only, but faster).")
        String durability() default "power";

        @AttributeDefinition(
                name = "Idle close",
                description = "After how many milliseconds without use the file of a store is closed.")
        int idleCloseMs() default 60000;

        @AttributeDefinition(
                name = "Open stores",
                description = "How many stores may stay open while they are not in use; more are closed at once.")
        int maxOpen() default 200;

        @AttributeDefinition(name = "Cache", description = "Page cache of each open store, in MiB of memory.")
        int cacheMiB() default 1;

        @AttributeDefinition(
                name = "Sync threads",
                description = "How many stores can be written to the disk at the same time.")
        int syncThreads() default 4;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Stores.class);
    private static final long TEND_MS = 250;

    private final Path data;
    private final Backend backend;
    private final ScheduledThreadPoolExecutor pool;
    private final ConcurrentMap<String, Store> stores = new ConcurrentHashMap<>();

    /** @param context tells where the data folder is */
    @Activate
    public Stores(BundleContext context, Config config) {
        this(dataFolder(context), Settings.of(config), LocalDisk::open);
    }

    Stores(Path data, Settings settings, Disk.Opener disks) {
        this.data = data;
        removeDestroyed();
        AtomicInteger threads = new AtomicInteger();
        pool = new ScheduledThreadPoolExecutor(settings.syncThreads(), task -> {
            Thread thread = new Thread(task, "mimosa-storage-" + threads.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        backend = new Backend(settings, disks, new ArrayBlockingQueue<>(settings.syncThreads()), pool);
        pool.scheduleWithFixedDelay(this::tend, TEND_MS, TEND_MS, TimeUnit.MILLISECONDS);
    }

    private void removeDestroyed() {
        try {
            Place.removeDestroyed(data);
        } catch (IOException e) {
            LOG.warn("what is left of removed stores in {} cannot be deleted", data, e);
        }
    }

    /** The folder of all durable data. */
    static Path dataFolder(BundleContext context) {
        String data = context.getProperty("mimosa.data");
        String home = context.getProperty("mimosa.home");
        if (data == null && home == null) {
            throw new IllegalStateException(
                    "mimosa.storage: the framework property mimosa.data is missing, expected the folder of all data");
        }
        return (data == null ? Path.of(home, "data") : Path.of(data)).toAbsolutePath();
    }

    /** The store of this name; nothing is made before something is stored. */
    Store store(String name) {
        Store known = stores.get(name); // without the lock that the other question takes
        return known != null ? known : stores.computeIfAbsent(name, key -> new Store(Place.of(data, key), backend));
    }

    /** Removes a store with its data. A store of that name that is asked for afterwards is a new, empty one. */
    void destroy(String name) {
        stores.compute(name, (key, known) -> {
            Store store = known == null ? new Store(Place.of(data, key), backend) : known;
            store.destroy();
            return null;
        });
    }

    private void tend() {
        try {
            long now = System.nanoTime();
            long idleSince = now - backend.settings().idleClose().toNanos();
            List<Long> open = stores.values().stream()
                    .map(Store::openedAndLastUsed)
                    .filter(Objects::nonNull)
                    .sorted(Comparator.comparingLong(use -> now - use))
                    .toList();
            int maxOpen = backend.settings().maxOpen();
            if (open.size() > maxOpen) {
                idleSince = Math.max(idleSince - now, open.get(maxOpen) + 1 - now) + now;
            }
            for (Store store : stores.values()) {
                store.tend(idleSince);
            }
        } catch (RuntimeException e) {
            // Boundary of the scheduler, which would never call again.
            LOG.warn("idle stores cannot be tended", e);
        }
    }

    /** Makes everything durable and closes all files. */
    @Deactivate
    public void close() {
        stores.values().forEach(Store::stop);
        pool.shutdown();
    }
}
