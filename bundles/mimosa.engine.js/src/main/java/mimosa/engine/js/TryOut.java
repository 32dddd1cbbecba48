package mimosa.engine.js;

import mimosa.api.MimosaException;
import mimosa.api.quota.Budget;
import mimosa.work.LoadTime;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.RhinoException;

/**
 * Runs a program once for trial. Its failures are told to the program's author.
 *
 * @param name of the program's file, for messages
 */
record TryOut(Sandbox sandbox, String name, SourceMap sourceMap) {
    /**
     * Runs the top level in a realm of its own, which the first request may have.
     *
     * @param limitMs for the message
     * @throws MimosaException of kind {@code INVALID} when it fails, takes too long or exports no function
     */
    void run(Realms realms, Budget budget, int limitMs) {
        Guest guest = new Guest(sandbox, new Trial(budget, sourceMap));
        budget.resume();
        try (Context entered = sandbox.enterContext(guest)) {
            runTopLevel(realms, (Guest) entered);
        } catch (StackOverflowError e) {
            throw MimosaException.invalid(name + " failed to load: RangeError: too many nested calls");
        } catch (OutOfMemoryError e) {
            throw MimosaException.invalid(name + " did not finish loading: memory limit exceeded");
        } catch (Stopped e) {
            throw MimosaException.invalid(
                    LoadTime.isOver(budget)
                            ? tooSlow(name, limitMs)
                            : name + " did not finish loading: " + e.getMessage());
        } finally {
            budget.suspend();
        }
    }

    /** What has been thrown is turned into text where the script could run, because that may run some of it. */
    private void runTopLevel(Realms realms, Guest guest) {
        try {
            realms.fresh(guest).release(true);
        } catch (RhinoException e) {
            throw MimosaException.invalid(failed(guest, e));
        }
    }

    static String tooSlow(String name, int limitMs) {
        return name + " did not finish loading within " + limitMs + " ms";
    }

    private String failed(Guest guest, RhinoException thrown) {
        GuestError error = GuestError.of(guest, thrown);
        return name + " failed to load: " + Hints.withHint(error.text())
                + (error.position().isEmpty() ? "" : " (at " + error.position() + ")");
    }
}
