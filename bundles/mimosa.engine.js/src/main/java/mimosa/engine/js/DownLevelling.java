package mimosa.engine.js;

import java.nio.file.Path;

/** Turns modern programs into ones that Rhino gets right: from the cache, or by the transpiler. */
final class DownLevelling implements AutoCloseable {
    private static final int MAX_FILES = 256;
    private static final long MAX_BYTES = 64L << 20;
    private static final long IDLE_MS = 60_000;

    private final Transpiler transpiler;
    private final TranspilerCache cache;

    /** @param folder of the cache, which belongs to it alone */
    DownLevelling(Path folder, int limitMs) {
        this.transpiler = new Transpiler(limitMs, IDLE_MS);
        this.cache = new TranspilerCache(folder, MAX_FILES, MAX_BYTES);
    }

    Transpiler transpiler() {
        return transpiler;
    }

    /**
     * @param map the program's own source map; {@code null} when there is none
     * @throws mimosa.api.MimosaException of kind {@code INVALID} for what is no JavaScript, is nested too deeply or takes
     *     too long
     */
    Transpiled apply(String name, String source, String map) {
        String key = cache.key(name, source, map);
        Transpiled known = cache.get(key);
        if (known != null) {
            return known;
        }
        Transpiled result = transpiler.transpile(name, source, map);
        cache.put(key, result);
        return result;
    }

    @Override
    public void close() {
        transpiler.close();
    }
}
