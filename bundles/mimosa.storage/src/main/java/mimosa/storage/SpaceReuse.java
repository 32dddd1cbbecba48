package mimosa.storage;

import org.h2.mvstore.MVStore;

/**
 * Keeps the file of a store small, and safe against loss of power while doing so.
 *
 * <p>H2 writes each commit as a chunk of its own and may write over a chunk as soon as nothing in it is used any more.
 * By default it keeps such chunks for 45 seconds and hopes that the disk has written everything by then; under small
 * commits that is most of the file. Here a commit may use the space of chunks at once, but only if everything committed
 * before it has been synced: then the newest durable state does not need them, and it is what a restart falls back to
 * when the commit itself is torn. Otherwise no space is used again.
 */
final class SpaceReuse {
    private static final int NEVER = Integer.MAX_VALUE;
    private static final int AT_ONCE = 0;

    /** Files below this are left alone. */
    private static final long SMALL = 16L << 20;

    /** How much is written between two looks at the file, and how much a look may rewrite at least. */
    private static final long STEP = 1L << 20;

    /** A file that is emptier than this, in percent, is compacted. */
    private static final int FILL_RATE = 50;

    /** Without a need to sync, space is made reusable that often. */
    private static final long SYNC_BYTES = 8L << 20;

    private final MVStore store;
    private final SealedFileStore file;
    private boolean synced = true;
    private long writtenAtSync;
    private long writtenAtCompaction;

    SpaceReuse(MVStore store, SealedFileStore file) {
        this.store = store;
        this.file = file;
        // The version before the current one is kept as well, one more than needed.
        store.setVersionsToKeep(1);
        store.setRetentionTime(NEVER);
    }

    /** Called before each commit, with writers locked out; may move data that is in use, without changing it. */
    void beforeCommit() {
        store.setRetentionTime(synced ? AT_ONCE : NEVER);
        long written = file.writtenBytes() - writtenAtCompaction;
        if (synced && written >= STEP) {
            writtenAtCompaction = file.writtenBytes();
            if (file.size() > SMALL && file.getChunksFillRate() < FILL_RATE) {
                store.compact(FILL_RATE, (int) Math.min(2 * written, 64 << 20));
            } else if (file.size() > SMALL && file.getFillRate() < FILL_RATE) {
                // Syncs by itself, before it writes over anything.
                file.compactMoveChunks(FILL_RATE, 4 * STEP, store);
            }
        }
    }

    void committed() {
        synced = false;
    }

    /** Whether to sync although nobody asks for it. */
    boolean isSyncDue() {
        return file.writtenBytes() - writtenAtSync >= SYNC_BYTES;
    }

    /** Called when everything that has been committed is synced. */
    void synced() {
        synced = true;
        writtenAtSync = file.writtenBytes();
    }
}
