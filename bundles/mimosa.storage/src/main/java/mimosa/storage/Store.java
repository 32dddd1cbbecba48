package mimosa.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import mimosa.api.MimosaException;
import mimosa.api.storage.Waiting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of one mim, shared by all its views and sessions: opens the file when it is needed, lets one writer in at a
 * time, makes changes durable in groups.
 *
 * <pre>
 *   session --- turns (held by a lock across calls)
 *      |          |
 *      |          v
 *      |      writing: apply changes ... settle what is committed ... open, close the file
 *      v                                    |
 *   snapshot: no lock                       v     flushing: one at a time
 *                                         write the chunk, sync, then acknowledge
 * </pre>
 *
 * <p>When the file cannot be written, whatever is not durable is given up: those who wait for it are told so, sessions that
 * have seen it get no acknowledgement any more and may not write, and the file is opened again at its last durable state.
 * Reading goes on from there; writing when a probe succeeds.
 */
final class Store {
    private static final Logger LOG = LoggerFactory.getLogger(Store.class);
    private static final long REOPEN_PAUSE = TimeUnit.SECONDS.toNanos(1);

    /** After so many flushes in a row others may use the thread. */
    private static final int FLUSHES_IN_A_ROW = 16;

    private final Place place;
    private final Backend backend;
    private final Turns turns = new Turns();
    private final Outage outage;
    private final Contents contents;
    private final ReentrantLock flushing = new ReentrantLock();
    private final ReentrantLock writing = new ReentrantLock();
    private final AtomicBoolean flushQueued = new AtomicBoolean();
    private final List<SealedFileStore.Extent> givenUp = new ArrayList<>();
    private volatile Tables tables;
    private volatile String ended;
    private boolean encrypted;
    private MimosaException unopenable;
    private long unopenableSince;

    Store(Place place, Backend backend) {
        this.place = place;
        this.backend = backend;
        this.outage = new Outage(place, backend.disks());
        this.contents = new Contents(place, backend);
        this.encrypted = place.exists() && place.isEncrypted();
    }

    Settings settings() {
        return backend.settings();
    }

    Contents contents() {
        return contents;
    }

    // ---- reading

    /** What is committed now. */
    Snapshot snapshot() {
        Tables used = use(false);
        return used == null ? Snapshot.EMPTY : used.snapshot();
    }

    /** Whether a failure to read is gone when one tries again, because the file has been opened again. */
    boolean isReplaced(Tables used) {
        return used != null && used != tables;
    }

    /** Opens the content of a file; {@code null} when the file has been replaced or removed meanwhile. */
    ContentFile open(FileEntry file) {
        try {
            Disk disk = contents.open(file.id());
            return disk == null ? null : new ContentFile(file, disk);
        } catch (IOException e) {
            throw Failures.storage("cannot open file " + file.path(), e);
        }
    }

    // ---- writing

    /** Begins a content; the store is there from then on, since its key may be needed. */
    Disk createContent(String id) throws IOException {
        writing.lock();
        try {
            checkNotEnded();
            outage.check();
            use(true).release();
            return contents.create(id);
        } finally {
            writing.unlock();
        }
    }

    /** Makes a change of its own, when it is this session's turn. */
    <R> R change(MvStoreSession session, Waiting waiting, BiFunction<Snapshot, Overlay, R> change) {
        writing.lock();
        try {
            if (turns.isFree()) {
                return changeNow(session, change);
            }
        } finally {
            writing.unlock();
        }
        turns.take(waiting);
        writing.lock();
        try {
            return changeNow(session, change);
        } finally {
            writing.unlock();
            turns.giveBack();
        }
    }

    private <R> R changeNow(MvStoreSession session, BiFunction<Snapshot, Overlay, R> change) {
        Overlay overlay = new Overlay(settings());
        R result = session.read(base -> change.apply(base, overlay));
        write(session, overlay);
        return result;
    }

    /** Waits for the turn and keeps it. */
    void lock(Waiting waiting) {
        checkNotEnded();
        turns.take(waiting);
        // A change that began before may still be at work; those that come later see that the turn is taken.
        writing.lock();
        writing.unlock();
    }

    /** Makes the changes of a session that has the turn. */
    void commit(MvStoreSession session, Overlay changes) {
        writing.lock();
        try {
            write(session, changes);
        } finally {
            writing.unlock();
        }
    }

    void unlock() {
        turns.giveBack();
    }

    private void write(MvStoreSession session, Overlay changes) {
        if (changes.isEmpty()) {
            return;
        }
        checkNotEnded();
        session.checkNotLost();
        outage.check();
        Tables used = use(true);
        try {
            apply(used, changes);
            session.saw(used, used.sequence());
        } finally {
            used.release();
        }
        if (used.isHeavy() || used.contents().isUnsynced()) {
            requestFlush();
        }
    }

    private void apply(Tables used, Overlay changes) {
        try {
            used.apply(changes);
            contents.adopt(changes.ownContents());
            changes.ownContents().clear();
        } catch (RuntimeException | Error e) {
            // Part of the changes is in the tables now, which nobody must see. H2 closes a file that a commit cannot
            // write, and one may be under way.
            fail(used, e, used.isClosed());
            throw Failures.storage("cannot change " + place.file() + ", nothing was changed", e);
        }
    }

    // ---- durability

    /** See {@link mimosa.api.storage.Session#durable}. */
    CompletionStage<Void> durable(Tables used, long sequence) {
        CompletionStage<Void> stage = used.acknowledgements().of(sequence);
        if (!used.acknowledgements().isDurable(sequence)) {
            requestFlush();
        }
        return stage;
    }

    /** Sees to it that changes become durable although nobody waits for that. */
    void flushSoon() {
        Tables used = tables;
        if (used != null && used.isChanged()) {
            requestFlush();
        }
    }

    private void requestFlush() {
        if (flushQueued.compareAndSet(false, true)) {
            try {
                backend.pool().execute(this::runFlush);
            } catch (RejectedExecutionException e) {
                // Storage is stopping, which flushes as well.
                flushQueued.set(false);
            }
        }
    }

    private void runFlush() {
        try {
            int flushes = 0;
            do {
                flush();
            } while (isAwaited() && ++flushes < FLUSHES_IN_A_ROW);
        } finally {
            flushQueued.set(false);
            if (isAwaited()) {
                requestFlush();
            }
        }
    }

    private boolean isAwaited() {
        Tables used = tables;
        return used != null && used.acknowledgements().isAwaited();
    }

    private void flush() {
        Tables used = tables;
        if (used == null || !used.acquire()) {
            return;
        }
        try {
            long upTo;
            flushing.lock();
            try {
                upTo = commitAndSync(used);
            } finally {
                flushing.unlock();
            }
            // Without a lock: whoever is told may go on at once, on this thread.
            used.acknowledgements().durableUpTo(upTo);
            contents.delete(used.contents().takeGarbage(upTo));
        } finally {
            used.release();
        }
    }

    /** The number of the last change that is durable now. */
    private long commitAndSync(Tables used) {
        try {
            lockForCommit(used);
            long upTo = commitLocked(used);
            used.sync(settings().powerSafe());
            return upTo;
        } catch (IOException | RuntimeException | Error e) {
            writing.lock();
            try {
                fail(used, e, true);
            } finally {
                writing.unlock();
            }
            return 0;
        }
    }

    /** Commits, and lets writers in as soon as that does no harm. */
    private long commitLocked(Tables used) {
        boolean[] unlocked = new boolean[1];
        Runnable unlock = () -> {
            if (!unlocked[0]) {
                unlocked[0] = true;
                writing.unlock();
            }
        };
        try {
            return used.commit(unlock);
        } finally {
            unlock.run();
        }
    }

    /** Locks writers out, with the contents of all changed files synced, which is done before if possible as it may take long. */
    private void lockForCommit(Tables used) throws IOException {
        for (int tries = 0; tries < 3 && used.contents().isUnsynced(); tries++) {
            contents.sync(used.contents().takeUnsynced());
        }
        writing.lock();
        try {
            contents.sync(used.contents().takeUnsynced());
        } catch (IOException | RuntimeException | Error e) {
            writing.unlock();
            throw e;
        }
    }

    /** Gives up what is not durable; with writers locked out. Without effect when that has been done already. */
    private void fail(Tables used, Throwable cause, boolean unwritable) {
        if (tables != used) {
            return;
        }
        if (unwritable) {
            outage.begin(cause);
        }
        LOG.warn("store {} is opened again; changes that were not durable are lost", place.file(), cause);
        givenUp.addAll(used.abandon());
        used.acknowledgements().fail(Failures.notDurable(cause));
        contents.sweepAgain();
        tables = null;
    }

    // ---- opening and closing

    /** Counts a user in, opening the file if need be; {@code null} when there is none and none is to be made. */
    private Tables use(boolean create) {
        Tables used = tables;
        if (used != null && used.acquire()) {
            return used;
        }
        writing.lock();
        try {
            checkNotEnded();
            used = tables;
            if (used != null && used.acquire()) {
                return used;
            }
            if (!create && !place.exists()) {
                return null;
            }
            used = open();
            used.acquire();
            tables = used;
            return used;
        } finally {
            writing.unlock();
        }
    }

    private Tables open() {
        if (unopenable != null && System.nanoTime() - unopenableSince < REOPEN_PAUSE) {
            throw unopenable;
        }
        try {
            if (!place.exists()) {
                create();
            }
            if (!givenUp.isEmpty()) {
                breakGivenUp();
            }
            Tables opened =
                    Tables.open(place.file(), place.open(backend.disks(), place.file()), settings(), backend.buffers());
            unopenable = null;
            sweep(opened);
            return opened;
        } catch (IOException | MimosaException e) {
            unopenable = Failures.storage(
                    "cannot open the store " + place.file() + " (check the file, its permissions and the disk)", e);
            unopenableSince = System.nanoTime();
            throw unopenable;
        }
    }

    /** Removes what a crash or a failure has left of contents. */
    private void sweep(Tables opened) {
        if (contents.isSweepDue()) {
            try {
                contents.sweep(opened.contentsInUse());
            } catch (IOException | UncheckedIOException e) {
                LOG.warn("what is left of removed files in {} cannot be deleted", place.contents(), e);
            }
        }
    }

    private void create() throws IOException {
        place.prepare(encrypted);
        Tables.create(place.draft(), place.open(backend.disks(), place.draft()), settings(), backend.buffers());
        place.publish();
    }

    /** What was written but given up must not be found again, or it would be seen after all. */
    private void breakGivenUp() throws IOException {
        try (Disk disk = place.open(backend.disks(), place.file())) {
            for (SealedFileStore.Extent chunk : givenUp) {
                ChunkSeal.breakAt(disk, chunk.position(), chunk.length());
            }
        }
        givenUp.clear();
    }

    /** Regular care: writes what nobody waits for, closes the file when it has not been used since. */
    void tend(long idleSince) {
        Tables used = tables;
        if (used == null) {
            return;
        }
        if (used.isChanged()) {
            requestFlush();
        } else if (!used.isUsed() && used.lastUse() - idleSince < 0) {
            backend.pool().execute(this::closeIdle);
        }
    }

    /** When the file was used last; empty when it is not open. */
    Long openedAndLastUsed() {
        Tables used = tables;
        return used == null ? null : used.lastUse();
    }

    private void closeIdle() {
        if (!flushing.tryLock()) {
            return;
        }
        writing.lock();
        try {
            Tables used = tables;
            if (used != null && used.acknowledgements().isDurable(used.sequence())) {
                close(used);
            }
        } finally {
            writing.unlock();
            flushing.unlock();
        }
    }

    /** Closes the file if nobody uses it. */
    private boolean close(Tables used) {
        try {
            boolean closed = used.close();
            if (closed) {
                tables = null;
            }
            return closed;
        } catch (RuntimeException e) {
            fail(used, e, false);
            return true;
        }
    }

    /** Makes everything durable and closes the file for good. */
    void stop() {
        flush();
        flushing.lock();
        writing.lock();
        try {
            ended = "storage has stopped";
            Tables used = tables;
            if (used != null) {
                long upTo = commitAndSync(used);
                used.acknowledgements().durableUpTo(upTo);
                contents.delete(used.contents().takeGarbage(upTo));
            }
            if (used != null && tables == used && !close(used)) {
                // Somebody is in the midst of a visit. All is durable; the visit ends with an exception.
                used.abandon();
                tables = null;
            }
        } finally {
            writing.unlock();
            flushing.unlock();
        }
    }

    /** See {@link mimosa.api.storage.KeyValueStore#destroy}. */
    void destroy() {
        flushing.lock();
        writing.lock();
        try {
            Tables used = tables;
            if (used != null) {
                used.abandon();
                tables = null;
            }
            place.destroy();
            ended = "the store was removed with its mim";
            if (used != null) {
                used.acknowledgements().fail(Failures.notDurable(Failures.storage(ended)));
            }
        } catch (IOException e) {
            throw Failures.storage("cannot remove " + place.folder(), e);
        } finally {
            writing.unlock();
            flushing.unlock();
        }
    }

    /** Whether data made from now on are encrypted. */
    void encrypt(boolean wanted) {
        writing.lock();
        try {
            checkNotEnded();
            if (place.exists() && place.isEncrypted() != wanted) {
                throw MimosaException.invalid("the stored data are " + (wanted ? "not " : "")
                        + "encrypted, which cannot be changed; expected encrypted=" + !wanted
                        + ", or that the data are removed first");
            }
            encrypted = wanted;
        } finally {
            writing.unlock();
        }
    }

    private void checkNotEnded() {
        if (ended != null) {
            throw Failures.storage(ended);
        }
    }
}
