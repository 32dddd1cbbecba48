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
 *   fresh -> an idle realm, or the program runs again in a new one, which becomes a snapshot
 *   release -> undone and idle, or thrown away: when the engine has failed in it, or nobody wants it for a while
 * </pre>
 *
 * A program whose realm cannot be made a snapshot is run again for each request, and so it is for the requests beyond as
 * many as there are threads: they wait most of the time, as open streams do, and nobody would want so many realms later.
 */
final class SnapshotRealms implements Realms {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotRealms.class);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final int most;

    private final String mimId;
    private final RerunRealms origin;
    private final Workers workers;

    /** The one used last first: a realm that has not been used for long is at the end. All go when memory is short. */
    private final ArrayDeque<SoftReference<SnapshotRealm>> idle = new ArrayDeque<>();

    /** Those that are idle and those that are in use. */
    private int alive;

    private boolean closed;

    /** Looks for realms that nobody wants; {@code null} while none is idle. */
    private Future<?> watch;

    private volatile String obstacle;
    private volatile String reads;

    SnapshotRealms(String mimId, RerunRealms origin, Workers workers, int most) {
        this.mimId = mimId;
        this.origin = origin;
        this.workers = workers;
        this.most = most;
    }

    @Override
    public Realm fresh(Guest guest) {
        if (obstacle != null) {
            return origin.fresh(guest);
        }
        SnapshotRealm known = poll();
        if (known != null) {
            known.enter(guest);
            return known;
        }
        return reserve() ? make(guest) : origin.fresh(guest);
    }

    private synchronized boolean reserve() {
        boolean room = alive < most;
        if (room) {
            alive++;
        }
        return room;
    }

    private Realm make(Guest guest) {
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
            return SnapshotRealm.of(fresh, guest, run, this::giveBack);
        } catch (NoSnapshot e) {
            obstacle = e.getMessage();
            LOG.info("the program of {} runs again for each request: {}", mimId, obstacle);
            close();
            return fresh;
        }
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

    private void giveBack(SnapshotRealm realm, boolean sound) {
        if (!sound || !undo(realm)) {
            gone();
            return;
        }
        realm.idleSince(System.nanoTime());
        synchronized (this) {
            if (closed) {
                return;
            }
            idle.push(new SoftReference<>(realm));
            if (watch == null) {
                watch = workers.after(IDLE_NANOS, this::evict);
            }
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
    public synchronized void close() {
        closed = true;
        idle.clear();
        if (watch != null) {
            watch.cancel(false);
        }
    }

    /** Why no snapshot can be made of a realm. */
    static final class NoSnapshot extends MimosaException {
        private static final long serialVersionUID = 1L;

        NoSnapshot(String reason) {
            super(Kind.INTERNAL, reason);
        }
    }
}
