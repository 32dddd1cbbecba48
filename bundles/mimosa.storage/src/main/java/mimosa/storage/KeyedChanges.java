package mimosa.storage;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** Changes that are not committed yet to values found by a text; part of an {@link Overlay}. */
final class KeyedChanges<V> {
    /** Told by how many bytes the data of the mim grow. */
    @FunctionalInterface
    interface Growth {
        /** @throws mimosa.api.MimosaException of kind {@code STORAGE_LIMIT} when that is too much */
        void grow(Snapshot base, long more);
    }

    private final Function<Snapshot, Snapshot.Keyed<V>> committed;
    private final ToLongFunction<V> bytes;
    private final Growth growth;
    private final Map<String, Optional<V>> changed = new HashMap<>();

    KeyedChanges(Function<Snapshot, Snapshot.Keyed<V>> committed, ToLongFunction<V> bytes, Growth growth) {
        this.committed = committed;
        this.bytes = bytes;
        this.growth = growth;
    }

    boolean isEmpty() {
        return changed.isEmpty();
    }

    /** The new value for each key that has changed; empty where it was removed. */
    Map<String, Optional<V>> changed() {
        return Collections.unmodifiableMap(changed);
    }

    /** The value as it is with the changes, or {@code null}. */
    V find(Snapshot base, String key) {
        Optional<V> change = changed.get(key);
        return change == null ? committed.apply(base).find(key) : change.orElse(null);
    }

    /** Sets a value; the one before, or {@code null}. */
    V put(Snapshot base, String key, V value) {
        V before = find(base, key);
        growth.grow(base, bytes.applyAsLong(value) - (before == null ? 0 : bytes.applyAsLong(before)));
        changed.put(key, Optional.of(value));
        return before;
    }

    /** Removes a value; the one before, or {@code null} if there was none. */
    V remove(Snapshot base, String key) {
        V before = find(base, key);
        if (before != null) {
            growth.grow(base, -bytes.applyAsLong(before));
            changed.put(key, Optional.empty());
        }
        return before;
    }

    /** Visits committed values and changes, in no particular order; the visitor changes nothing. */
    void each(Snapshot base, Predicate<V> visitor) {
        boolean[] goOn = {true};
        committed.apply(base).each((key, value) -> goOn[0] = changed.containsKey(key) || visitor.test(value));
        for (Optional<V> change : changed.values()) {
            goOn[0] = goOn[0] && (change.isEmpty() || visitor.test(change.get()));
        }
    }
}
