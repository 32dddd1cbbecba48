package mimosa.engine.wasm;

import mimosa.api.MimosaException;

/** The engine's configuration, checked. */
record Settings(
        boolean compile,
        boolean snapshot,
        boolean wasi,
        boolean wasiEnv,
        boolean tailCalls,
        int checkMs,
        int compileMs,
        int memoryPages,
        int memoryShare,
        int tableEntries,
        int tables,
        int codeBytes,
        int functionBytes,
        int nesting,
        int locals,
        int functions,
        int globals,
        int segments,
        int types,
        int imports,
        int exports,
        int resultBytes,
        int stackKiB,
        int threads,
        int maxThreads) {

    static Settings of(ChicoryEngine.Config config) {
        return new Settings(
                choice("mode", config.mode(), "compile", "interpret"),
                config.snapshot(),
                choice("wasi", config.wasi(), "shim", "refuse"),
                config.wasiEnv(),
                config.tailCalls(),
                within("checkMs", config.checkMs(), 1, 600_000),
                within("compileMs", config.compileMs(), 1, 3_600_000),
                within("memoryPages", config.memoryPages(), 1, 32_767),
                within("memoryShare", config.memoryShare(), 1, 90),
                within("tableEntries", config.tableEntries(), 1, 10_000_000),
                within("tables", config.tables(), 1, 1000),
                positive("codeBytes", config.codeBytes()),
                positive("functionBytes", config.functionBytes()),
                within("nesting", config.nesting(), 1, 100_000),
                within("locals", config.locals(), 1, 50_000),
                positive("functions", config.functions()),
                positive("globals", config.globals()),
                positive("segments", config.segments()),
                positive("types", config.types()),
                positive("imports", config.imports()),
                positive("exports", config.exports()),
                positive("resultBytes", config.resultBytes()),
                within("stackKiB", config.stackKiB(), 512, 65_536),
                within("threads", config.threads(), 1, 10_000),
                within("maxThreads", config.maxThreads(), config.threads(), 100_000));
    }

    private static int positive(String property, int value) {
        return within(property, value, 1, Integer.MAX_VALUE);
    }

    private static int within(String property, int value, int least, int most) {
        if (value < least || value > most) {
            throw MimosaException.invalid(ChicoryEngine.PID + ": " + property + "=" + value
                    + " is not possible, expected " + least + " to " + most);
        }
        return value;
    }

    private static boolean choice(String property, String value, String yes, String no) {
        if (!yes.equals(value) && !no.equals(value)) {
            throw MimosaException.invalid(ChicoryEngine.PID + ": " + property + "=" + value
                    + " is not possible, expected " + yes + " or " + no);
        }
        return yes.equals(value);
    }
}
