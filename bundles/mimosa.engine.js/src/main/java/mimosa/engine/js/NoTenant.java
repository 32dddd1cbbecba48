package mimosa.engine.js;

import mimosa.api.engine.Host.Level;
import mimosa.api.quota.Limits;

/** For a guest that compiles and runs nothing. */
final class NoTenant implements Tenant {
    @Override
    public void check() {}

    @Override
    public boolean isStopping() {
        return false;
    }

    @Override
    public void nestedTooDeeply() {}

    @Override
    public EventLoop loop() {
        throw new IllegalStateException("nothing runs while a program is compiled");
    }

    @Override
    public Limits limits() {
        throw new IllegalStateException("nothing runs while a program is compiled");
    }

    @Override
    public SourceMap sourceMap() {
        return SourceMap.NONE;
    }

    @Override
    public void log(Level level, String text) {}
}
