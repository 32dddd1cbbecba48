package mimosa.engine.js;

import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException;
import mimosa.work.Workers;
import org.mozilla.javascript.undo.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a program once for as many realms as its requests overlap; after each request only what it has changed is put back.
 *
 * <pre>
 *   fresh -> an idle realm, or the program runs again in a new one, which becomes a snapshot;
 *            where there are as many as processors, and making one takes longer than requests have theirs, the first
 *            that comes free
 *   release -> undone and idle, or thrown away: when the engine has failed in it, or nobody wants it for a while
 * </pre>
 *
 * A program whose realm cannot be made a snapshot is run again for each request, and so it is for the requests beyond some
 * number: they wait most of the time, as open streams do, and nobody would want so many realms later.
 */
final class SnapshotRealms implements Realms, SnapshotRealm.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotRealms.class);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** So many requests for which a program is busy can all have realms; those that wait for something need more. */
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    /** As many as there may be instances of a mim at a time, unless somebody has changed that. */
    private static final int MOST = 64;

    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final String mimId;
    private final RerunRealms origin;
    private final Workers workers;

    /** The one used last first: a realm that has not been used for long is at the end. All go when memory is short. */
    private final ArrayDeque<SoftReference<SnapshotRealm>> idle = new ArrayDeque<>();

    /** Those that are idle and those that are in use. */
    private int alive;

    /** Requests that run the program just now, in order to have a realm. */
    private int making;

    /** Requests that wait for a realm. */
    private final ArrayDeque<Turn> waiting = new ArrayDeque<>();

    private final Balance balance = new Balance();

    /** Realms that requests were given, ever. */
    private long given;

    /** Looks whether those that wait do so in vain; {@code null} while none waits. */
    private Future<?> growth;

    private boolean closed;

    /** Looks for realms that nobody wants; {@code null} while none is idle. */
    private Future<?> watch;

    private volatile String obstacle;
    private volatile String reads;

    SnapshotRealms(String mimId, RerunRealms origin, Workers workers) {
        this.mimId = mimId;
        this.origin = origin;
        this.workers = workers;
    }

    @Override
    public synchronized Claim claim(Runnable whenReady) {
        Turn turn = new Turn(whenReady);
        SnapshotRealm known = poll();
        if (known != null) {
            turn.has(known);
        } else if (mayMake()) {
            turn.makes();
        } else {
            waiting.add(turn);
            watchWaiting();
        }
        return turn;
    }

    /** Whether a request that finds no idle realm should make one rather than wait; holding the lock. */
    private boolean mayMake() {
        return obstacle != null || making < PROCESSORS && (alive < PROCESSORS || !balance.isWaitingQuicker());
    }

    /** Sees to it that those that wait do not do so for long, should no realm come free; holding the lock. */
    private void watchWaiting() {
        if (growth == null && !closed) {
            long before = given;
            growth = workers.after(PATIENCE_NANOS, () -> grow(before));
        }
    }

    private void grow(long givenBefore) {
        Turn next = null;
        synchronized (this) {
            growth = null;
            if (given == givenBefore && making < PROCESSORS) {
                next = waiting.poll();
                if (next != null) {
                    balance.stuck();
                    next.makes();
                }
            }
            if (!waiting.isEmpty()) {
                watchWaiting();
            }
        }
        if (next != null) {
            next.whenReady.run();
        }
    }

    @Override
    public Realm fresh(Guest guest) {
        Turn turn = new Turn(() -> {});
        synchronized (this) {
            SnapshotRealm known = poll();
            if (known == null) {
                turn.makes();
            } else {
                turn.has(known);
            }
        }
        return turn.realm(guest);
    }

    /** A request on its way to a realm: one that was idle or has come free, or one that it makes itself. */
    private final class Turn implements Claim {
        private final Runnable whenReady;
        private SnapshotRealm known;
        private boolean ready;

        Turn(Runnable whenReady) {
            this.whenReady = whenReady;
        }

        /** The caller has the lock. */
        private void has(SnapshotRealm realm) {
            given++;
            known = realm;
            known.takenAt(System.nanoTime());
            ready = true;
        }

        /** The caller has the lock. */
        private void makes() {
            making++;
            ready = true;
        }

        @Override
        public boolean isReady() {
            synchronized (SnapshotRealms.this) {
                return ready;
            }
        }

        @Override
        public Realm realm(Guest guest) {
            if (known != null) {
                known.enter(guest);
                return known;
            }
            long began = System.nanoTime();
            try {
                return make(guest);
            } finally {
                made(System.nanoTime() - began);
            }
        }

        @Override
        public void abandon() {
            synchronized (SnapshotRealms.this) {
                if (!ready) {
                    waiting.remove(this);
                    return;
                }
            }
            if (known == null) {
                unmade();
            } else {
                keep(known);
            }
        }
    }

    private void made(long nanos) {
        synchronized (this) {
            balance.made(nanos);
        }
        unmade();
    }

    /** One makes a realm no more: the next one that waits may do so. */
    private void unmade() {
        Turn next;
        synchronized (this) {
            making--;
            next = mayMake() ? waiting.poll() : null;
            if (next != null) {
                next.makes();
            }
        }
        if (next != null) {
            next.whenReady.run();
        }
    }

    private synchronized boolean reserve() {
        boolean room = obstacle == null && alive < MOST;
        if (room) {
            alive++;
        }
        return room;
    }

    private Realm make(Guest guest) {
        if (!reserve()) {
            return origin.fresh(guest);
        }
        Realm made = null;
        try {
            made = snapshot(guest);
            return made;
        } finally {
            if (!(made instanceof SnapshotRealm)) {
                gone();
            }
        }
    }

    private Realm snapshot(Guest guest) {
        TopLevelRun run = new TopLevelRun();
        Clock.wasRead();
        guest.observe(run);
        Realm fresh = origin.fresh(guest);
        guest.observe(null);
        reads = reads(run.hasDrawnRandom(), Clock.wasRead());
        try {
            return SnapshotRealm.of(fresh, guest, run, this);
        } catch (NoSnapshot e) {
            refused(e);
            return fresh;
        }
    }

    /** From now on the program runs again for each request. */
    @Override
    public void refused(NoSnapshot why) {
        obstacle = why.getMessage();
        LOG.info("the program of {} runs again for each request: {}", mimId, obstacle);
        close();
    }

    private synchronized void gone() {
        alive--;
    }

    private static String reads(boolean random, boolean clock) {
        return random && clock ? "random numbers and the clock" : random ? "random numbers" : clock ? "the clock" : "";
    }

    /** {@code null} when there is none. */
    private synchronized SnapshotRealm poll() {
        SnapshotRealm realm = null;
        while (realm == null && !idle.isEmpty()) {
            realm = idle.poll().get();
            if (realm == null) {
                alive--;
            }
        }
        return realm;
    }

    /** Those that wait for a request. */
    synchronized List<SnapshotRealm> idle() {
        return idle.stream().map(SoftReference::get).filter(Objects::nonNull).toList();
    }

    @Override
    public void giveBack(SnapshotRealm realm, boolean sound) {
        if (sound && undo(realm)) {
            keep(realm);
        } else {
            gone();
        }
    }

    /** For the one that has waited longest, or for later. */
    private void keep(SnapshotRealm realm) {
        Turn next;
        long now = System.nanoTime();
        realm.idleSince(now);
        synchronized (this) {
            balance.held(now - realm.takenAt());
            next = waiting.poll();
            if (next != null) {
                next.has(realm);
            } else if (!closed) {
                idle.push(realm.soft());
                if (watch == null) {
                    watch = workers.after(IDLE_NANOS, this::evict);
                }
            }
        }
        if (next != null) {
            next.whenReady.run();
        }
    }

    /** Whether the realm can be used again. */
    private boolean undo(SnapshotRealm realm) {
        try {
            realm.undo();
            return true;
        } catch (OutOfMemoryError e) {
            LOG.warn("a realm of {} is thrown away: no memory is left to undo what a request has changed", mimId);
            return false;
        }
    }

    private void evict() {
        evict(System.nanoTime());
    }

    /**
     * Throws away those that nobody has wanted for a while.
     *
     * @param now in terms of {@link System#nanoTime()}
     */
    synchronized void evict(long now) {
        while (!idle.isEmpty() && isUnwanted(idle.peekLast().get(), now)) {
            idle.pollLast();
            alive--;
        }
        watch = idle.isEmpty() ? null : workers.after(IDLE_NANOS, this::evict);
    }

    private static boolean isUnwanted(SnapshotRealm realm, long now) {
        return realm == null || realm.wasIdleFor(now) >= IDLE_NANOS;
    }

    @Override
    public Map<String, String> facts() {
        String why = obstacle;
        if (why != null) {
            return Map.of("instances", "the program runs again for each: " + why);
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("instances", "restored from a snapshot");
        String read = reads;
        if (read != null && !read.isEmpty()) {
            facts.put(
                    "topLevelReads",
                    read + ", the same for all instances of a snapshot; MIMOSA.INSTANCE=rerun for new");
        }
        return facts;
    }

    @Override
    public void close() {
        List<Turn> left;
        synchronized (this) {
            closed = true;
            idle.clear();
            if (watch != null) {
                watch.cancel(false);
            }
            if (growth != null) {
                growth.cancel(false);
            }
            left = List.copyOf(waiting);
            waiting.clear();
            left.forEach(Turn::makes);
        }
        left.forEach(turn -> turn.whenReady.run());
    }

    /** Why no snapshot can be made of a realm. */
    static final class NoSnapshot extends MimosaException {
        private static final long serialVersionUID = 1L;

        NoSnapshot(String reason) {
            super(Kind.INTERNAL, reason);
        }
    }
}
