package mimosa.storage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * What the committed changes of one opened store mean for the contents of files: which must be synced before the changes
 * are written, and which are garbage as soon as the changes are durable, but not before. Thread-safe.
 */
final class ContentChanges {
    private record Garbage(String id, long sequence) {}

    private final List<String> unsynced = new ArrayList<>();
    private final ArrayDeque<Garbage> garbage = new ArrayDeque<>();
    private boolean changed;
    private boolean syncDue;

    /** A file has changed; {@code null} where there is none. */
    synchronized void changed(FileEntry before, FileEntry after, long sequence) {
        changed = true;
        if (after != null) {
            unsynced.add(after.id());
        }
        if (before != null) {
            garbage.add(new Garbage(before.id(), sequence));
        }
    }

    synchronized boolean isUnsynced() {
        return !unsynced.isEmpty();
    }

    /** The contents that have to be synced, each once. */
    synchronized List<String> takeUnsynced() {
        List<String> taken = List.copyOf(unsynced);
        unsynced.clear();
        return taken;
    }

    /** The contents that nothing durable needs any more, each once. */
    synchronized List<String> takeGarbage(long durable) {
        List<String> taken = new ArrayList<>();
        while (!garbage.isEmpty() && garbage.peek().sequence <= durable) {
            taken.add(garbage.poll().id);
        }
        return taken;
    }

    /** All changes so far are being written. */
    synchronized void committing() {
        syncDue |= changed;
        changed = false;
    }

    /** Whether what was written names new contents or makes old ones garbage, and so must not be lost later on. */
    synchronized boolean isSyncDue() {
        return syncDue;
    }

    synchronized void synced() {
        syncDue = false;
    }
}
