package mimosa.engine.js;

import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.List;
import mimosa.api.engine.Host;
import mimosa.engine.js.SnapshotRealms.NoSnapshot;
import org.mozilla.javascript.Callable;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ContextFactory;
import org.mozilla.javascript.ContextState;
import org.mozilla.javascript.LazyGlobals;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.undo.Heap;
import org.mozilla.javascript.undo.Tracked;
import org.mozilla.javascript.undo.UndoLog;

/** A realm that can be put back to where the program's top level has left it. Used by one instance at a time. */
final class SnapshotRealm implements Realm {
    private final ScriptableObject global;
    private final Callable handler;
    private final ContextState state;
    private final TopLevelRun run;
    private final EventLoop pending;
    private final UndoLog log = new UndoLog();
    private final Owner owner;
    private final SoftReference<SnapshotRealm> soft = new SoftReference<>(this);
    private HostObjects hostObjects;
    private boolean spoiled;
    private long idleSince;
    private long takenAt = System.nanoTime();

    /** Where a realm comes from. */
    interface Owner {
        /** @param sound whether the realm can be put back to the snapshot */
        void giveBack(SnapshotRealm realm, boolean sound);

        /** A realm turns out to be none that could be put back; what uses it at the moment goes on. */
        void refused(NoSnapshot why);
    }

    private SnapshotRealm(Realm fresh, Guest guest, TopLevelRun run, Owner owner) {
        this.global = fresh.global();
        this.handler = fresh.handler();
        this.state = ContextState.of(guest);
        this.run = run;
        this.pending = guest.tenant().loop().copy();
        this.owner = owner;
    }

    /**
     * @param fresh in which only the top level has run, for the guest
     * @param owner gets it back
     * @throws NoSnapshot when something in it does not belong to it alone
     */
    static SnapshotRealm of(Realm fresh, Guest guest, TopLevelRun run, Owner owner) {
        if (guest.hasRejections()) {
            throw new NoSnapshot("its top level leaves a rejected promise that nobody handles");
        }
        // Otherwise each request that uses one would make it, and undo that.
        LazyGlobals.complete(fresh.global());
        SnapshotRealm realm = new SnapshotRealm(fresh, guest, run, owner);
        realm.mark(realm.reachable());
        return realm;
    }

    private void mark(List<Object> objects) {
        for (Object object : objects) {
            if (object instanceof Tracked tracked && Heap.hasState(tracked) && !log.mark(tracked)) {
                throw new NoSnapshot("two of its realms have an object of " + tracked.getClass() + " in common");
            }
        }
    }

    /** All that a script can reach, for the snapshot and for its check. */
    List<Object> reachable() {
        List<Object> roots = new ArrayList<>(pending.content());
        roots.add(global);
        roots.add(handler);
        roots.addAll(state.content());
        return Heap.reachable(SnapshotRealm::isShared, roots.toArray());
    }

    /** Whether it belongs to all realms; what belongs to a request must not be there. */
    private static boolean isShared(Object object) {
        if (object instanceof Context || object instanceof Tenant || object instanceof ContextFactory) {
            throw new NoSnapshot(
                    "an object of its realm knows a " + object.getClass().getSimpleName());
        }
        return object instanceof Enum || object instanceof Class;
    }

    /** Made for the first request, and afterwards a part of the snapshot as long as they say the same. */
    @Override
    public HostObjects hostObjects(Guest guest, Host host) {
        if (hostObjects == null || !hostObjects.tell(host)) {
            hostObjects = HostObjects.create(guest, global, host.info(), host.env());
            try {
                mark(Heap.reachable(
                        object -> object instanceof Tracked tracked && log.guards(tracked) || isShared(object),
                        hostObjects.context(),
                        hostObjects.request(),
                        hostObjects.response()));
            } catch (NoSnapshot e) {
                spoiled = true;
                owner.refused(e);
            }
        }
        return hostObjects;
    }

    /** Makes the guest one whose top level has just run. */
    void enter(Guest guest) {
        state.restore(guest);
        run.replay(guest.tenant());
        guest.tenant().loop().adopt(pending);
    }

    void undo() {
        log.rollback();
    }

    UndoLog log() {
        return log;
    }

    /** For who keeps it as long as memory is not short; counts as used just now. */
    SoftReference<SnapshotRealm> soft() {
        soft.get();
        return soft;
    }

    void takenAt(long nanos) {
        takenAt = nanos;
    }

    long takenAt() {
        return takenAt;
    }

    void idleSince(long nanos) {
        idleSince = nanos;
    }

    long wasIdleFor(long now) {
        return now - idleSince;
    }

    @Override
    public ScriptableObject global() {
        return global;
    }

    @Override
    public Callable handler() {
        return handler;
    }

    @Override
    public void release(boolean sound) {
        owner.giveBack(this, sound && !spoiled);
    }
}
