package mimosa.engine.wasm;

import com.dylibso.chicory.runtime.FreshInstance;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import mimosa.api.engine.Payload;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns the bytes of a module into a blueprint. All failures are told to the program's author. */
final class Loading {
    private static final Logger LOG = LoggerFactory.getLogger(Loading.class);
    private static final int NAMED_IMPORTS = 40;

    private final Payload payload;
    private final Settings settings;
    private final MemoryShare share;
    private final Map<String, String> facts = new LinkedHashMap<>();

    Loading(Payload payload, Settings settings, MemoryShare share) {
        this.payload = payload;
        this.settings = settings;
        this.share = share;
    }

    /** Reads, checks and compiles: work for a thread of its own, since nothing can stop it. */
    Blueprint compile() {
        byte[] bytes = payload.program();
        ModuleReader.checkHeader(bytes);
        long codeBytes = ModuleScan.check(bytes, settings);
        WasmModule whole = ModuleReader.read(bytes, settings);
        Abi abi = new Abi(whole, settings.wasi());
        abi.check();
        long began = System.nanoTime();
        Compilation compilation = settings.compile() ? Compilation.compiling(whole) : Compilation.interpreting();
        long nanos = System.nanoTime() - began;
        WasmModule module = compilation.stripped(whole);
        FreshInstance instances = new FreshInstance(module, abi.imports(), compilation.machines());
        Blueprint blueprint = new Blueprint(module, instances, abi.entryPoints(), settings, share);
        tell(abi, module, blueprint, compilation, codeBytes, nanos);
        return blueprint;
    }

    private void tell(
            Abi abi,
            WasmModule module,
            Blueprint blueprint,
            Compilation compilation,
            long codeBytes,
            long compileNanos) {
        facts.put("engine", "Chicory, " + (settings.compile() ? "compiled" : "interpreted"));
        facts.put("abi", abi.protocol().toString());
        facts.put("bytes", String.valueOf(payload.program().length));
        facts.put("codeBytes", String.valueOf(codeBytes));
        facts.put("functions", String.valueOf(module.functionSection().functionCount()));
        facts.put("imports", shortened(abi.importNames()));
        facts.put("memory", blueprint.firstPages() + " to " + blueprint.mostPages() + " pages of 64 KiB");
        if (settings.compile()) {
            facts.put("compileMs", String.valueOf(TimeUnit.NANOSECONDS.toMillis(compileNanos)));
        }
        tellInterpreted(blueprint, compilation);
        logSmallerMemory(module);
    }

    private void tellInterpreted(Blueprint blueprint, Compilation compilation) {
        if (!compilation.interpreted().isEmpty()) {
            String names = compilation.interpreted().stream()
                    .sorted()
                    .map(blueprint.names()::of)
                    .collect(Collectors.joining(", "));
            facts.put("interpreted", names);
            LOG.warn("{}: too large to be compiled, and therefore interpreted: {}", payload.mimId(), names);
        }
    }

    private void logSmallerMemory(WasmModule module) {
        int declared =
                module.memorySection().orElseThrow().getMemory(0).limits().maximumPages();
        if (declared > settings.memoryPages() && declared < MemoryLimits.MAX_PAGES) {
            LOG.info(
                    "{}: memory may grow to {} pages of the {} declared ({}: memoryPages)",
                    payload.mimId(),
                    settings.memoryPages(),
                    declared,
                    ChicoryEngine.PID);
        }
    }

    private static String shortened(List<String> names) {
        String first = names.stream().limit(NAMED_IMPORTS).collect(Collectors.joining(" "));
        return names.size() > NAMED_IMPORTS ? first + " and " + (names.size() - NAMED_IMPORTS) + " more" : first;
    }

    Map<String, String> facts() {
        return facts;
    }
}
