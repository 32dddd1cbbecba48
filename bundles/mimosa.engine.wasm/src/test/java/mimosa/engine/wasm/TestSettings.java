package mimosa.engine.wasm;

/** The engine's configuration, with what a test wants to be different. */
final class TestSettings {
    boolean compile = true;
    boolean snapshot = true;
    boolean wasi = true;
    boolean wasiEnv = true;
    boolean tailCalls;
    int checkMs = 5000;
    int memoryPages = 256;
    int memoryShare = 25;
    int functionBytes = 524_288;
    int nesting = 2048;
    int locals = 10_000;
    int functions = 50_000;
    int segments = 10_000;
    int imports = 256;
    int resultBytes = 10_485_760;
    int stackKiB = 2048;

    Settings settings() {
        return new Settings(
                compile,
                snapshot,
                wasi,
                wasiEnv,
                tailCalls,
                checkMs,
                60_000,
                memoryPages,
                memoryShare,
                10_000,
                16,
                16_777_216,
                functionBytes,
                nesting,
                locals,
                functions,
                10_000,
                segments,
                10_000,
                imports,
                1000,
                resultBytes,
                stackKiB,
                8,
                32);
    }
}
