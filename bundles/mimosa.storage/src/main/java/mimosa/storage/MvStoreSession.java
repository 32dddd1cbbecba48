package mimosa.storage;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import mimosa.api.MimosaException;
import mimosa.api.storage.Embedding;
import mimosa.api.storage.Item;
import mimosa.api.storage.JsonQuery;
import mimosa.api.storage.NewFile;
import mimosa.api.storage.Session;
import mimosa.api.storage.StoredFile;
import mimosa.api.storage.Waiting;

/** One instance's view; keeps what it has seen, for {@link #durable}, and the changes of an open lock. */
final class MvStoreSession implements Session {
    /**
     * The newest state that was seen.
     *
     * @param lost whether something seen before has been given up since
     */
    private record Seen(Tables tables, long sequence, boolean lost) {}

    private final Store store;
    private final Waiting waiting;
    private volatile Seen seen;
    private volatile boolean closed;
    private Overlay changes;
    private Overlay none;
    private int depth;
    private final Set<Draft> drafts = new HashSet<>();

    MvStoreSession(Store store, Waiting waiting) {
        this.store = store;
        this.waiting = waiting;
    }

    @Override
    public String get(String key) {
        Item item = item(key);
        return item == null ? null : item.value();
    }

    @Override
    public Item item(String key) {
        checkOpen();
        Settings.checkPresent(key);
        return read(base -> visible().find(base, key));
    }

    @Override
    public void put(String key, String value, String tag) {
        checkOpen();
        Item item = store.settings().item(key, value, tag);
        boolean json = JsonProbe.isJson(value);
        change((base, overlay) -> {
            overlay.put(base, item, json);
            return null;
        });
    }

    @Override
    public boolean remove(String key) {
        checkOpen();
        Settings.checkPresent(key);
        return change((base, overlay) -> overlay.remove(base, key));
    }

    @Override
    public int removeTagged(String tag) {
        checkOpen();
        return change((base, overlay) -> overlay.removeTagged(base, tag));
    }

    @Override
    public void each(String tag, Predicate<Item> visitor) {
        checkOpen();
        try (Snapshot base = store.snapshot()) {
            saw(base.tables(), base.sequence());
            visible().each(base, tag, visitor);
        } catch (Snapshot.UnreadableException e) {
            throw Failures.storage("cannot read the store", e);
        }
    }

    @Override
    public JsonQuery.Page query(JsonQuery query) {
        checkOpen();
        Query checked = new Query(query);
        return read(base -> checked.run(base, visible()));
    }

    // ---- files

    @Override
    public NewFile newFile(String path) {
        checkOpen();
        String name = FilePath.of(path);
        Draft draft = new Draft(this, store, name, read(base -> room(base, visible(), name)));
        drafts.add(draft);
        return draft;
    }

    /** How large a file of that path can become, in place of what is there. */
    private long room(Snapshot base, Overlay overlay, String path) {
        FileEntry before = overlay.files().find(base, path);
        long others = base.usedBytes() + overlay.bytes() - (before == null ? 0 : Settings.bytes(before));
        return store.settings().totalBytes() - others - Settings.bytes(new FileEntry(path, "", 0));
    }

    /** Makes a file of a content that is complete. */
    void putFile(FileEntry file) {
        checkOpen();
        change((base, overlay) -> {
            overlay.putFile(base, file);
            return null;
        });
        dropGarbage();
    }

    void forget(Draft draft) {
        drafts.remove(draft);
    }

    @Override
    public StoredFile file(String path) {
        checkOpen();
        String name = FilePath.find(path);
        FileEntry missing = null;
        while (name != null) {
            FileEntry entry = read(base -> visible().files().find(base, name));
            StoredFile opened = entry == null ? null : store.open(entry);
            if (entry == null || opened != null) {
                return opened;
            }
            if (entry.equals(missing)) {
                throw Failures.storage("the content of file " + name + " is missing in the data folder");
            }
            // Replaced between the look and the opening, or really gone.
            missing = entry;
        }
        return null;
    }

    @Override
    public boolean removeFile(String path) {
        checkOpen();
        String name = FilePath.find(path);
        boolean removed = name != null && change((base, overlay) -> overlay.removeFile(base, name));
        dropGarbage();
        return removed;
    }

    private void dropGarbage() {
        if (changes != null) {
            changes.takeGarbage().forEach(store.contents()::drop);
        }
    }

    // ---- embeddings

    @Override
    public void putEmbedding(Embedding embedding) {
        checkOpen();
        Embedding checked = store.settings().embedding(embedding);
        change((base, overlay) -> overlay.embeddings().put(base, checked.key(), checked));
    }

    @Override
    public Embedding embedding(String key) {
        checkOpen();
        Settings.checkPresent(key);
        return read(base -> visible().embeddings().find(base, key));
    }

    @Override
    public boolean removeEmbedding(String key) {
        checkOpen();
        Settings.checkPresent(key);
        return change((base, overlay) -> overlay.embeddings().remove(base, key)) != null;
    }

    @Override
    public int removeEmbeddingsTagged(String tag) {
        checkOpen();
        return change((base, overlay) -> overlay.removeEmbeddingsTagged(base, tag));
    }

    @Override
    public List<Embedding.Match> similar(float[] vector, String tag, int limit, Embedding.Metric metric) {
        checkOpen();
        return read(base -> {
            Similarity search = new Similarity(vector, tag, limit, metric);
            visible().embeddings().each(base, search::visit);
            return search.best();
        });
    }

    // ---- changes and what they are based on

    /** The open lock's changes, or none. */
    private Overlay visible() {
        if (changes != null) {
            return changes;
        }
        if (none == null) {
            none = new Overlay(store.settings());
        }
        return none;
    }

    private <R> R change(BiFunction<Snapshot, Overlay, R> change) {
        if (depth == 0) {
            return store.change(this, waiting, change);
        }
        checkNotLost();
        return read(base -> change.apply(base, changes));
    }

    /** Reads the last committed state; once more if the file has been opened again meanwhile. */
    <R> R read(Function<Snapshot, R> reader) {
        for (boolean again = true; ; again = false) {
            Tables used = null;
            try (Snapshot base = store.snapshot()) {
                used = base.tables();
                saw(used, base.sequence());
                return reader.apply(base);
            } catch (Snapshot.UnreadableException e) {
                if (!again || !store.isReplaced(used)) {
                    throw Failures.storage("cannot read the store", e);
                }
            }
        }
    }

    /** Remembers what this session's next acknowledgement depends on. */
    void saw(Tables tables, long sequence) {
        if (tables == null) {
            return;
        }
        Seen before = seen;
        if (before == null) {
            seen = new Seen(tables, sequence, false);
        } else if (before.tables == tables) {
            seen = new Seen(tables, Math.max(before.sequence, sequence), before.lost);
        } else {
            seen = new Seen(tables, sequence, isLost(before));
        }
        if (depth > 0) {
            checkNotLost();
        }
    }

    private static boolean isLost(Seen seen) {
        return seen.lost || seen.tables.acknowledgements().isLost(seen.sequence);
    }

    /** What follows from a lost state must not be stored. */
    void checkNotLost() {
        Seen now = seen;
        if (now != null && isLost(now)) {
            throw Failures.storage(
                    "the store was opened again after a failure, and changes that this request has made or"
                            + " seen are lost; nothing was changed");
        }
    }

    @Override
    public int lock() {
        checkOpen();
        if (depth == 0) {
            store.lock(waiting);
            changes = new Overlay(store.settings());
        }
        return ++depth;
    }

    @Override
    public int commit() {
        checkOpen();
        if (depth == 0) {
            throw MimosaException.invalid("commit without lock");
        }
        if (depth > 1) {
            return --depth;
        }
        try {
            store.commit(this, changes);
        } finally {
            rollback();
        }
        return 0;
    }

    @Override
    public void rollback() {
        if (depth > 0) {
            Overlay undone = changes;
            depth = 0;
            changes = null;
            store.unlock();
            // None when they have been committed.
            undone.ownContents().forEach(store.contents()::drop);
        }
    }

    @Override
    public int depth() {
        return depth;
    }

    @Override
    public CompletionStage<Void> durable() {
        Seen now = seen;
        if (now == null) {
            return Acknowledgements.DONE;
        }
        if (now.lost) {
            return CompletableFuture.failedStage(Failures.notDurable(null));
        }
        return store.durable(now.tables, now.sequence);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            List.copyOf(drafts).forEach(Draft::close);
            rollback();
            store.flushSoon();
        }
    }

    private void checkOpen() {
        StackRoom.ensure();
        if (closed) {
            throw Failures.storage("the storage session has been closed");
        }
    }
}
