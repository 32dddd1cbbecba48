package mimosa.storage;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import mimosa.api.MimosaException;
import mimosa.api.storage.Item;
import mimosa.api.storage.Session;
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
    private int depth;

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
        change((base, overlay) -> {
            overlay.put(base, item);
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

    /** The open lock's changes, or none. */
    private Overlay visible() {
        return changes == null ? new Overlay(store.settings()) : changes;
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
            depth = 0;
            changes = null;
            store.unlock();
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
