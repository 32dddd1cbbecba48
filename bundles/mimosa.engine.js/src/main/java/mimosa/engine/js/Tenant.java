package mimosa.engine.js;

import mimosa.api.engine.Host.Level;
import mimosa.api.quota.Limits;

/** Whom the functions of a realm work for at the moment: an instance, or the trial run of a deployment. */
interface Tenant {
    /** Called often while the script runs; throws {@link Stopped} when it has to end. */
    void check();

    /** A cheap look at what {@link #check} found out or was told before. */
    boolean isStopping();

    /** Compiled functions have called each other as deep as the thread's stack allows. */
    void nestedTooDeeply();

    EventLoop loop();

    Limits limits();

    SourceMap sourceMap();

    void log(Level level, String text);
}
