package mimosa.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import mimosa.api.storage.Embedding;
import mimosa.api.storage.Item;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;

/**
 * The opened file of one store: items by position, and an index to the positions by key, by tag and of those whose value
 * is not JSON; files by path, without their content; embeddings by key.
 *
 * <p>Reading is possible at any time by {@link #snapshot}. {@link #apply}, {@link #commit} and {@link #close} are called
 * by one thread at a time. Each user is counted in by {@link #acquire}, so that the file is not closed below it.
 */
final class Tables {
    /** So far below zero that who leaves afterwards does not make it a number of users again. */
    private static final int CLOSED = Integer.MIN_VALUE / 2;

    /** The first format had no index of the values that are not JSON; such files are used as they are. */
    private static final long FORMAT = 2;

    private static final String FORMAT_FACT = "format";
    private static final String BYTES_FACT = "bytes";

    /** Small pages: a commit writes each page in which anything has changed. */
    private static final int PAGE_BYTES = 4096;

    /** Bytes of memory for changes that wait to be written. */
    private static final int UNSAVED_BYTES = 8 << 20;

    /** Compacted when it is closed, for so long at most, if it has more than that beside twice its content. */
    private static final long BLOATED_BYTES = 16L << 20;

    private static final int COMPACTION_MS = 500;

    private final Path file;
    private final MVStore store;
    private final SealedFileStore fileStore;
    private final SpaceReuse space;
    private final MVMap<Long, Item> items;
    private final MVMap<String, Long> keys;
    private final MVMap<TagEntry, Long> tags;
    private final MVMap<Long, Long> plain;
    private final MVMap<String, FileEntry> files;
    private final MVMap<String, Embedding> embeddings;
    private final MVMap<String, Long> facts;
    private final ContentChanges contents = new ContentChanges();
    private final Acknowledgements acknowledgements = new Acknowledgements();
    private final AtomicInteger users = new AtomicInteger();
    private volatile Snapshot.State state;
    private volatile long lastUse = System.nanoTime();
    private volatile long committed;

    private Tables(Path file, MVStore store, SealedFileStore fileStore) throws IOException {
        this.file = file;
        this.store = store;
        this.fileStore = fileStore;
        this.space = new SpaceReuse(store, fileStore);
        LongDataType numbers = LongDataType.INSTANCE;
        StringDataType texts = StringDataType.INSTANCE;
        facts = store.openMap(
                "facts", new MVMap.Builder<String, Long>().keyType(texts).valueType(numbers));
        items = store.openMap(
                "items", new MVMap.Builder<Long, Item>().keyType(numbers).valueType(new ItemType()));
        keys = store.openMap(
                "keys", new MVMap.Builder<String, Long>().keyType(texts).valueType(numbers));
        tags = store.openMap(
                "tags",
                new MVMap.Builder<TagEntry, Long>().keyType(new TagEntry.Type()).valueType(numbers));
        files = store.openMap(
                "files", new MVMap.Builder<String, FileEntry>().keyType(texts).valueType(new FileEntry.Type()));
        embeddings = store.openMap(
                "embeddings",
                new MVMap.Builder<String, Embedding>().keyType(texts).valueType(new EmbeddingType()));
        long format = facts.getOrDefault(FORMAT_FACT, FORMAT);
        if (format > FORMAT) {
            throw new IOException("its format is " + format + ", expected " + FORMAT + ": a newer version wrote it");
        }
        plain = format < FORMAT
                ? null
                : store.openMap(
                        "plain",
                        new MVMap.Builder<Long, Long>().keyType(numbers).valueType(numbers));
        Long last = items.lastKey();
        publish(0, facts.getOrDefault(BYTES_FACT, 0L), last == null ? 0 : last + 1);
    }

    /** Opens a file on this disk, which is closed with it, also when opening fails. */
    static Tables open(Path file, Disk disk, Settings settings, Queue<WriteBuffer> buffers) throws IOException {
        Map<String, Object> config = new HashMap<>(
                Map.of("cacheSize", settings.cacheMiB(), "cacheConcurrency", 1, "pageSplitSize", PAGE_BYTES));
        MVStore store = null;
        try {
            SealedFileStore fileStore = new SealedFileStore(config, file.toString(), disk, buffers);
            // No delay: H2 would start three threads a store. No buffer: it would commit by itself, amid a transaction.
            store = new MVStore.Builder()
                    .adoptFileStore(fileStore)
                    .autoCommitDisabled()
                    .autoCommitBufferSize(0)
                    .open();
            return new Tables(file, store, fileStore);
        } catch (IOException | RuntimeException e) {
            if (store != null) {
                store.closeImmediately();
            }
            disk.close();
            throw new IOException(e.getMessage(), e);
        }
    }

    Path file() {
        return file;
    }

    Acknowledgements acknowledgements() {
        return acknowledgements;
    }

    /** Counts a user in; false when it is too late for that. Each success is followed by one {@link #release}. */
    boolean acquire() {
        return users.getAndUpdate(count -> count < 0 ? count : count + 1) >= 0;
    }

    /** Counts a user out. */
    void release() {
        lastUse = System.nanoTime();
        users.decrementAndGet();
    }

    /** Counts a user with a snapshot out. */
    void release(MVStore.TxCounter pinned) {
        store.deregisterVersionUsage(pinned);
        release();
    }

    long lastUse() {
        return lastUse;
    }

    boolean isUsed() {
        return users.get() > 0;
    }

    /** The last change; none of a transaction is seen before all are. To be closed; the user stays counted in till then. */
    Snapshot snapshot() {
        // In this order: what the state needs is not removed in the version that is pinned or later.
        MVStore.TxCounter pinned = store.registerVersionUsage();
        return new Snapshot(this, state, pinned);
    }

    /** Makes changes visible, all at once. After an exception the tables are in disorder and have to be thrown away. */
    void apply(Overlay changes) {
        for (Overlay.Spot spot : changes.removed()) {
            items.remove(spot.position());
            keys.remove(spot.key());
            untag(spot.tag(), spot.position());
            setPlain(spot.position(), false);
        }
        for (Overlay.Replacement change : changes.replaced()) {
            long position = change.before().position();
            items.put(position, change.after());
            setPlain(position, changes.isPlain(change.after().key()));
            if (!change.before().tag().equals(change.after().tag())) {
                untag(change.before().tag(), position);
                tag(change.after().tag(), position);
            }
        }
        long position = state.nextPosition();
        for (Item item : changes.added()) {
            items.put(position, item);
            keys.put(item.key(), position);
            setPlain(position, changes.isPlain(item.key()));
            tag(item.tag(), position++);
        }
        changes.files().changed().forEach(this::applyFile);
        changes.embeddings().changed().forEach(this::applyEmbedding);
        long bytes = state.usedBytes() + changes.bytes();
        if (changes.bytes() != 0) {
            facts.put(BYTES_FACT, bytes);
        }
        publish(state.sequence() + 1, bytes, position);
    }

    private void applyFile(String path, Optional<FileEntry> file) {
        FileEntry before = file.isPresent() ? files.put(path, file.get()) : files.remove(path);
        contents.changed(before, file.orElse(null), state.sequence() + 1);
    }

    private void applyEmbedding(String key, Optional<Embedding> embedding) {
        if (embedding.isPresent()) {
            embeddings.put(key, embedding.get());
        } else {
            embeddings.remove(key);
        }
    }

    private void tag(String tag, long position) {
        if (!tag.isEmpty()) {
            tags.put(new TagEntry(tag, position), 0L);
        }
    }

    private void untag(String tag, long position) {
        if (!tag.isEmpty()) {
            tags.remove(new TagEntry(tag, position));
        }
    }

    private void setPlain(long position, boolean isPlain) {
        if (plain == null) {
            return;
        }
        if (!isPlain) {
            plain.remove(position);
        } else if (!plain.containsKey(position)) {
            plain.put(position, 0L);
        }
    }

    private void publish(long sequence, long usedBytes, long nextPosition) {
        state = new Snapshot.State(
                sequence,
                items.flushAndGetRoot(),
                keys.flushAndGetRoot(),
                tags.flushAndGetRoot(),
                plain == null ? null : plain.flushAndGetRoot(),
                files.flushAndGetRoot(),
                embeddings.flushAndGetRoot(),
                usedBytes,
                nextPosition);
    }

    /** What has become of the contents of files. */
    ContentChanges contents() {
        return contents;
    }

    /** The contents of all files. */
    Set<String> contentsInUse() {
        Set<String> ids = new HashSet<>();
        files.values().forEach(file -> ids.add(file.id()));
        return ids;
    }

    long sequence() {
        return state.sequence();
    }

    long usedBytes() {
        return state.usedBytes();
    }

    long fileBytes() {
        return fileStore.size();
    }

    boolean isChanged() {
        return state.sequence() > committed;
    }

    /** Whether so much waits to be written that it should be written now. */
    boolean isHeavy() {
        return store.getUnsavedMemory() > UNSAVED_BYTES;
    }

    /**
     * Hands all changes to the operating system; the number of the last one.
     *
     * @param settled called, if there are changes, when it is settled what is written: others may make changes from then on
     */
    long commit(Runnable settled) {
        Snapshot.State now = state;
        if (now.sequence() > committed) {
            space.beforeCommit();
            // Compaction moves pages: from here on snapshots have to be of the new ones.
            publish(now.sequence(), now.usedBytes(), now.nextPosition());
            contents.committing();
            fileStore.whenSettled(settled);
            store.commit();
            space.committed();
            committed = now.sequence();
        }
        return committed;
    }

    /** Makes what has been committed durable; not called along with {@link #commit}. */
    void sync(boolean powerSafe) {
        if (powerSafe || contents.isSyncDue() || space.isSyncDue()) {
            fileStore.sync();
            contents.synced();
            space.synced();
        }
    }

    /** Whether the file has been closed, though it is in use; waits for a commit that is under way. */
    boolean isClosed() {
        return store.isClosed();
    }

    /** Closes the file if nobody uses it; everything is durable already. */
    boolean close() {
        if (!users.compareAndSet(0, CLOSED)) {
            return false;
        }
        // A snapshot that was released during a commit has left its version to the next one, which does not come.
        store.deregisterVersionUsage(store.registerVersionUsage());
        boolean bloated = fileStore.size() > 2 * state.usedBytes() + BLOATED_BYTES;
        store.close(bloated ? COMPACTION_MS : 0);
        return true;
    }

    /**
     * Closes the file without writing anything.
     *
     * @return what was written since the last sync
     */
    List<SealedFileStore.Extent> abandon() {
        fileStore.giveUp();
        users.set(CLOSED);
        // Waits for a commit that is under way.
        store.closeImmediately();
        return fileStore.unsynced();
    }

    /** Makes a new, empty file. */
    static void create(Path file, Disk disk, Settings settings, Queue<WriteBuffer> buffers) throws IOException {
        Tables tables = open(file, disk, settings, buffers);
        try {
            tables.facts.put(FORMAT_FACT, FORMAT);
            tables.store.close();
        } catch (RuntimeException e) {
            tables.store.closeImmediately();
            throw new IOException(e.getMessage(), e);
        }
    }
}
