package mimosa.storage;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import mimosa.api.storage.Embedding;
import mimosa.api.storage.Item;

/**
 * Changes that are not committed yet, over a snapshot that stays the same state until they are. Bounded by the limits,
 * as what they lead to is.
 */
final class Overlay {
    /** Where an item of the snapshot is; without its value, which may be large. */
    record Spot(long position, String key, String tag) {
        static Spot of(Stored stored) {
            return new Spot(
                    stored.position(), stored.item().key(), stored.item().tag());
        }
    }

    /** An item of the snapshot with another value or tag in the same place. */
    record Replacement(Spot before, Item after) {}

    private final Settings settings;
    private final Map<String, Replacement> replaced = new HashMap<>();
    private final Map<String, Spot> removed = new HashMap<>();
    private final Map<String, Item> added = new LinkedHashMap<>();
    private final Set<String> plain = new HashSet<>();
    private final KeyedChanges<FileEntry> files =
            new KeyedChanges<>(Snapshot::files, file -> Settings.bytes(file), this::grow);
    private final KeyedChanges<Embedding> embeddings =
            new KeyedChanges<>(Snapshot::embeddings, embedding -> Settings.bytes(embedding), this::grow);
    private final Set<String> ownContents = new HashSet<>();
    private final List<String> garbage = new ArrayList<>();
    private long bytes;

    Overlay(Settings settings) {
        this.settings = settings;
    }

    boolean isEmpty() {
        return hasNoItems() && files.isEmpty() && embeddings.isEmpty();
    }

    boolean hasNoItems() {
        return replaced.isEmpty() && removed.isEmpty() && added.isEmpty();
    }

    /** Changes of files; {@link #putFile} and {@link #removeFile} make them. */
    KeyedChanges<FileEntry> files() {
        return files;
    }

    KeyedChanges<Embedding> embeddings() {
        return embeddings;
    }

    /** The contents of new files: they are in use when the changes are committed, and garbage if they never are. */
    Set<String> ownContents() {
        return ownContents;
    }

    Collection<Replacement> replaced() {
        return replaced.values();
    }

    Collection<Spot> removed() {
        return removed.values();
    }

    /** In the order in which they go to the end. */
    Collection<Item> added() {
        return added.values();
    }

    /** Whether the value of a replaced or added item is not JSON. */
    boolean isPlain(String key) {
        return plain.contains(key);
    }

    /** By how much the bytes in use grow. */
    long bytes() {
        return bytes;
    }

    Item find(Snapshot base, String key) {
        Item item = added.get(key);
        if (item != null) {
            return item;
        }
        if (removed.containsKey(key)) {
            return null;
        }
        Replacement replacement = replaced.get(key);
        if (replacement != null) {
            return replacement.after;
        }
        Stored stored = base.find(key);
        return stored == null ? null : stored.item();
    }

    /** @param json whether the value is JSON */
    void put(Snapshot base, Item item, boolean json) {
        String key = item.key();
        Item before = find(base, key);
        if (item.equals(before)) {
            return;
        }
        long more = Settings.bytes(item) - (before == null ? 0 : Settings.bytes(before));
        grow(base, more);
        if (json) {
            plain.remove(key);
        } else {
            plain.add(key);
        }
        if (before == null || added.containsKey(key)) {
            added.put(key, item);
        } else {
            Replacement replacement = replaced.get(key);
            replaced.put(
                    key, new Replacement(replacement == null ? Spot.of(base.find(key)) : replacement.before, item));
        }
    }

    private void grow(Snapshot base, long more) {
        settings.checkTotal(base.usedBytes() + bytes + more, more);
        bytes += more;
    }

    boolean remove(Snapshot base, String key) {
        Item before = find(base, key);
        if (before == null) {
            return false;
        }
        if (added.remove(key) == null) {
            Replacement replacement = replaced.remove(key);
            removed.put(key, replacement == null ? Spot.of(base.find(key)) : replacement.before);
        }
        bytes -= Settings.bytes(before);
        return true;
    }

    int removeTagged(Snapshot base, String tag) {
        List<String> keys = new ArrayList<>();
        each(base, tag, item -> keys.add(item.key()));
        keys.forEach(key -> remove(base, key));
        return keys.size();
    }

    void putFile(Snapshot base, FileEntry file) {
        FileEntry before = files.put(base, file.path(), file);
        ownContents.add(file.id());
        discard(before);
    }

    /** Removes a file; whether it was there. */
    boolean removeFile(Snapshot base, String path) {
        FileEntry before = files.remove(base, path);
        discard(before);
        return before != null;
    }

    private void discard(FileEntry before) {
        if (before != null && ownContents.remove(before.id())) {
            garbage.add(before.id());
        }
    }

    /** The contents of new files that the changes have replaced or removed again, each once. */
    List<String> takeGarbage() {
        List<String> taken = List.copyOf(garbage);
        garbage.clear();
        return taken;
    }

    int removeEmbeddingsTagged(Snapshot base, String tag) {
        List<String> keys = new ArrayList<>();
        embeddings.each(base, embedding -> !Similarity.isTagged(embedding, tag) || keys.add(embedding.key()));
        keys.forEach(key -> embeddings.remove(base, key));
        return keys.size();
    }

    /** Visits base and changes, in order, as they are now. */
    void each(Snapshot base, String tag, Predicate<Item> visitor) {
        Walk walk = new Walk(tag, visitor);
        base.each(tag, walk::stored);
        walk.rest();
    }

    /** One visit; has its own copy of the changes, since the visitor may make more of them. */
    private final class Walk {
        private final Predicate<Item> visitor;
        private final Set<String> hidden = new HashSet<>();
        private final TreeMap<Long, Item> inSpot = new TreeMap<>();
        private final List<Item> atEnd = new ArrayList<>();
        private boolean goOn = true;

        Walk(String tag, Predicate<Item> visitor) {
            this.visitor = visitor;
            hidden.addAll(removed.keySet());
            for (Replacement replacement : replaced.values()) {
                hidden.add(replacement.after.key());
                if (matches(tag, replacement.after)) {
                    inSpot.put(replacement.before.position(), replacement.after);
                }
            }
            added.values().stream().filter(item -> matches(tag, item)).forEach(atEnd::add);
        }

        boolean stored(Stored stored) {
            while (goOn && !inSpot.isEmpty() && inSpot.firstKey() < stored.position()) {
                goOn = visitor.test(inSpot.pollFirstEntry().getValue());
            }
            if (goOn && !hidden.contains(stored.item().key())) {
                goOn = visitor.test(stored.item());
            }
            return goOn;
        }

        void rest() {
            while (goOn && !inSpot.isEmpty()) {
                goOn = visitor.test(inSpot.pollFirstEntry().getValue());
            }
            for (int i = 0; goOn && i < atEnd.size(); i++) {
                goOn = visitor.test(atEnd.get(i));
            }
        }
    }

    /** An untagged item has no tag, so that no tag finds it, not even the empty one. */
    private static boolean matches(String tag, Item item) {
        return tag == null || !tag.isEmpty() && tag.equals(item.tag());
    }
}
