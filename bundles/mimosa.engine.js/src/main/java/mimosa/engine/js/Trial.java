package mimosa.engine.js;

import mimosa.api.MimosaException;
import mimosa.api.engine.Host.Level;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;

/** The tenant of a deployment's trial run: there is no request, timers are dropped, nothing is logged. */
final class Trial implements Tenant {
    private final Budget budget;
    private final SourceMap sourceMap;
    private final EventLoop loop = new EventLoop();
    private volatile Stopped stopped;

    Trial(Budget budget, SourceMap sourceMap) {
        this.budget = budget;
        this.sourceMap = sourceMap;
    }

    @Override
    public void check() {
        if (stopped == null) {
            try {
                budget.check();
            } catch (MimosaException e) {
                stopped = new Stopped(e);
            }
        }
        if (stopped != null) {
            throw stopped;
        }
    }

    @Override
    public boolean isStopping() {
        return stopped != null;
    }

    /** A program that wants this much is better interpreted, whether or not it would catch the error. */
    @Override
    public void nestedTooDeeply() {
        throw new Stopped(MimosaException.invalid("the top level nests too many calls for compiled code"));
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Limits limits() {
        return budget.limits();
    }

    @Override
    public SourceMap sourceMap() {
        return sourceMap;
    }

    @Override
    public void log(Level level, String text) {}
}
