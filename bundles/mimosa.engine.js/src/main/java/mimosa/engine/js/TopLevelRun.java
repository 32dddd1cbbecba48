package mimosa.engine.js;

import java.util.ArrayList;
import java.util.List;
import mimosa.api.engine.Host.Level;

/** What the top level of a program has done besides making objects: each instance has to see it done again. */
final class TopLevelRun {
    private final List<Line> lines = new ArrayList<>();
    private boolean drewRandom;

    private record Line(Level level, String text) {}

    void logged(Level level, String text) {
        lines.add(new Line(level, text));
    }

    void drewRandom() {
        drewRandom = true;
    }

    /** Whether some of what was made depends on chance. */
    boolean hasDrawnRandom() {
        return drewRandom;
    }

    /** Writes again what was written to the console. */
    void replay(Tenant tenant) {
        lines.forEach(line -> tenant.log(line.level(), line.text()));
    }
}
