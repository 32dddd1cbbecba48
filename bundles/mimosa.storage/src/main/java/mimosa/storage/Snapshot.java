package mimosa.storage;

import java.util.function.BiPredicate;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import mimosa.api.storage.Embedding;
import mimosa.api.storage.Item;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.RootReference;

/**
 * All committed data as they are at one moment; takes no lock, and stays as it is whatever is committed meanwhile. Keeps
 * its store open and its pages in the file until it is closed.
 */
final class Snapshot implements AutoCloseable {
    /** What is seen of a store that has no file yet. */
    static final Snapshot EMPTY = new Snapshot(null, null, null);

    /**
     * One committed state.
     *
     * @param sequence counts the changes since the store was opened
     * @param plain the positions of the items whose value is not JSON; {@code null} when that is not known
     * @param nextPosition where a new item goes
     */
    record State(
            long sequence,
            RootReference<Long, Item> items,
            RootReference<String, Long> keys,
            RootReference<TagEntry, Long> tags,
            RootReference<Long, Long> plain,
            RootReference<String, FileEntry> files,
            RootReference<String, Embedding> embeddings,
            long usedBytes,
            long nextPosition) {}

    private final Tables tables;
    private final State state;
    private final MVStore.TxCounter pinned;

    /** @param pinned keeps the file's pages of the state from being used again */
    Snapshot(Tables tables, State state, MVStore.TxCounter pinned) {
        this.tables = tables;
        this.state = state;
        this.pinned = pinned;
    }

    /** Where it was taken; {@code null} when there was nothing. */
    Tables tables() {
        return tables;
    }

    long sequence() {
        return state == null ? 0 : state.sequence;
    }

    long usedBytes() {
        return state == null ? 0 : state.usedBytes;
    }

    /** The item of a key, or {@code null}. */
    Stored find(String key) {
        if (state == null) {
            return null;
        }
        return guarded(() -> {
            Long position = get(state.keys, key);
            return position == null ? null : new Stored(position, get(state.items, position));
        });
    }

    /** Visits in order of position; a visitor's exception goes to the caller. {@code tag} may be {@code null}. */
    void each(String tag, Predicate<Stored> visitor) {
        if (state == null) {
            return;
        }
        if (tag == null) {
            eachItem(visitor);
        } else {
            eachTagged(tag, visitor);
        }
    }

    private void eachItem(Predicate<Stored> visitor) {
        Cursor<Long, Item> cursor = guarded(() -> new Cursor<>(state.items, null, null));
        while (guarded(cursor::hasNext)) {
            Long position = guarded(cursor::next);
            if (!visitor.test(new Stored(position, cursor.getValue()))) {
                return;
            }
        }
    }

    private void eachTagged(String tag, Predicate<Stored> visitor) {
        TagEntry from = new TagEntry(tag, 0);
        TagEntry to = new TagEntry(tag, Long.MAX_VALUE);
        Cursor<TagEntry, Long> cursor = guarded(() -> new Cursor<>(state.tags, from, to));
        while (guarded(cursor::hasNext)) {
            Stored stored = guarded(() -> {
                long position = cursor.next().position();
                return new Stored(position, get(state.items, position));
            });
            if (!visitor.test(stored)) {
                return;
            }
        }
    }

    /** Whether {@link #eachJson} can be asked. */
    boolean knowsJson() {
        return state != null && state.plain != null;
    }

    /** Visits the positions of the items whose value is JSON, in order; {@code tag} may be {@code null}. */
    void eachJson(String tag, LongConsumer visitor) {
        if (tag == null) {
            Cursor<Long, Item> cursor = guarded(() -> new Cursor<>(state.items, null, null));
            eachJson(cursor, position -> position, visitor);
        } else {
            TagEntry to = new TagEntry(tag, Long.MAX_VALUE);
            Cursor<TagEntry, Long> cursor = guarded(() -> new Cursor<>(state.tags, new TagEntry(tag, 0), to));
            eachJson(cursor, TagEntry::position, visitor);
        }
    }

    /** Both the positions and those to be left out come in order. */
    private <K> void eachJson(Cursor<K, ?> cursor, ToLongFunction<K> positions, LongConsumer visitor) {
        Cursor<Long, Long> others = guarded(() -> new Cursor<>(state.plain, null, null));
        long other = -1;
        while (guarded(cursor::hasNext)) {
            long position = positions.applyAsLong(guarded(cursor::next));
            while (other < position) {
                other = guarded(others::hasNext) ? guarded(others::next) : Long.MAX_VALUE;
            }
            if (other != position) {
                visitor.accept(position);
            }
        }
    }

    /** The item at a position that was visited. */
    Item at(long position) {
        return guarded(() -> get(state.items, position));
    }

    /** The files, by path. */
    Keyed<FileEntry> files() {
        return new Keyed<>(state == null ? null : state.files);
    }

    /** The embeddings, by key. */
    Keyed<Embedding> embeddings() {
        return new Keyed<>(state == null ? null : state.embeddings);
    }

    /** Values found by a text. */
    final class Keyed<V> {
        private final RootReference<String, V> root;

        private Keyed(RootReference<String, V> root) {
            this.root = root;
        }

        /** The value, or {@code null}. */
        V find(String key) {
            return root == null ? null : guarded(() -> get(root, key));
        }

        /** Visits keys and values in order of the keys, as long as the visitor says so. */
        void each(BiPredicate<String, V> visitor) {
            if (root == null) {
                return;
            }
            Cursor<String, V> cursor = guarded(() -> new Cursor<>(root, null, null));
            while (guarded(cursor::hasNext)) {
                String key = guarded(cursor::next);
                if (!visitor.test(key, cursor.getValue())) {
                    return;
                }
            }
        }
    }

    private static <K, V> V get(RootReference<K, V> root, K key) {
        Cursor<K, V> cursor = new Cursor<>(root, key, key);
        return cursor.hasNext() ? cursor.getValue() : null;
    }

    /** One access to the file's pages; what H2 throws is made a failure of ours, which tells it from a visitor's. */
    private <R> R guarded(Supplier<R> access) {
        try {
            return access.get();
        } catch (MVStoreException | IllegalArgumentException e) {
            throw new UnreadableException(tables, e);
        }
    }

    @Override
    public void close() {
        if (tables != null) {
            tables.release(pinned);
        }
    }

    /** A page could not be read. */
    static final class UnreadableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnreadableException(Tables tables, RuntimeException cause) {
            super("cannot read " + tables.file(), cause);
        }
    }
}
