package mimosa.engine.js;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import mimosa.api.engine.Program;
import mimosa.testing.TestBudget;
import org.mozilla.javascript.Context;

/** The realms of a program that no instance uses at the moment, for tests. */
final class IdleRealms {
    private IdleRealms() {}

    static SnapshotRealms of(Program program) {
        return (SnapshotRealms) ((RhinoProgram) program).realms();
    }

    /** A new realm, in which nothing but the top level has run, and which then waits for the next request. */
    static SnapshotRealm made(Program program) {
        SnapshotRealm fresh = used(program);
        fresh.release(true);
        return fresh;
    }

    /** Two realms, as two requests at the same time would have them. */
    static List<SnapshotRealm> two(Program program) {
        SnapshotRealm first = used(program);
        SnapshotRealm second = used(program);
        first.release(true);
        second.release(true);
        return List.of(first, second);
    }

    private static SnapshotRealm used(Program program) {
        RhinoProgram made = (RhinoProgram) program;
        TestBudget budget = new TestBudget(TestBudget.limits(60_000));
        Guest guest = new Guest(made.sandbox(), new Trial(budget, made.sourceMap()));
        try (Context entered = made.sandbox().enterContext(guest)) {
            Realm fresh = made.realms().fresh((Guest) entered);
            if (fresh instanceof SnapshotRealm snapshot) {
                return snapshot;
            }
            throw new AssertionError(program.facts().toString());
        } finally {
            budget.close();
        }
    }

    /** The one that is idle, or will be as soon as the instance that has just closed gives it back. */
    static SnapshotRealm only(Program program) {
        List<SnapshotRealm> idle = atLeast(program, 1);
        if (idle.size() != 1) {
            throw new AssertionError(idle.size() + " realms are idle, expected one");
        }
        return idle.get(0);
    }

    static List<SnapshotRealm> atLeast(Program program, int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        List<SnapshotRealm> idle = of(program).idle();
        while (idle.size() < count) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(idle.size() + " realms are idle, expected " + count);
            }
            LockSupport.parkNanos(100_000);
            idle = of(program).idle();
        }
        return idle;
    }
}
