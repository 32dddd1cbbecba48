package mimosa.engine.wasm;

import com.dylibso.chicory.runtime.FreshInstance;
import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.Import;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.MemorySection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Modules as mims run them: checked and compiled once, in memories that are used again; from the second round on each
 * instance begins with the snapshot of the first, where its initialisation called nothing.
 *
 * <p>A mim is one module that imports functions only. So a module that imports another one's memory, table or global
 * cannot be had, and whoever would have shared these with it is not looked at any more.
 */
final class SpecMims implements SpecSide {
    private static final String HOST = "spectest";

    private final Settings settings;
    private final MemoryShare share = new MemoryShare(1L << 30);
    private final Map<String, Known> known = new HashMap<>();
    private final Map<String, Instance> registered = new HashMap<>();
    private final List<Execution> running = new ArrayList<>();
    private final Set<Instance> outdated = new HashSet<>();
    /** Whom an instance imports from, by the names that these have for it. */
    private final Map<Execution, Map<String, Instance>> links = new HashMap<>();

    private int restored;

    /** A module that has been loaded, and whom it imports from. */
    private record Known(Blueprint blueprint, Set<String> others) {}

    SpecMims(Settings settings) {
        this.settings = settings;
    }

    @Override
    public void check(byte[] module) {
        ModuleReader.checkHeader(module);
        ModuleScan.check(module, settings);
        ModuleReader.read(module, settings);
    }

    @Override
    public Instance instantiate(String place, byte[] module) {
        WasmModule whole = ModuleReader.read(module, settings);
        Set<String> others = whole.importSection().stream()
                .map(Import::module)
                .filter(name -> !name.equals(HOST))
                .collect(Collectors.toSet());
        boolean possible = whole.importSection().stream().allMatch(FunctionImport.class::isInstance)
                && others.stream().allMatch(name -> isCurrent(registered.get(name)));
        if (!possible) {
            others.stream().map(registered::get).forEach(outdated::add);
            return null;
        }
        check(module);
        return start(known.computeIfAbsent(place, first -> new Known(blueprint(whole), others)));
    }

    @Override
    public boolean isCurrent(Instance instance) {
        return instance != null
                && !outdated.contains(instance)
                && links.get(LinearMemory.of(instance).owner()).values().stream()
                        .allMatch(this::isCurrent);
    }

    @Override
    public boolean links() {
        return false;
    }

    private Blueprint blueprint(WasmModule whole) {
        Compilation compilation = settings.compile() ? Compilation.compiling(whole) : Compilation.interpreting();
        WasmModule module = withMemory(compilation.stripped(whole));
        int[] start = whole.startSection().stream()
                .mapToInt(section -> (int) section.startIndex())
                .toArray();
        return new Blueprint(
                module,
                new FreshInstance(module, imports(module), compilation.machines()),
                new Abi.EntryPoints(Protocol.DIRECT, start, -1, -1),
                settings,
                share);
    }

    /** A mim has a memory. */
    private static WasmModule withMemory(WasmModule module) {
        if (module.memorySection().map(MemorySection::memoryCount).orElse(0) > 0) {
            return module;
        }
        return WasmModule.builder()
                .withValidation(false)
                .setTypeSection(module.typeSection())
                .setImportSection(module.importSection())
                .setFunctionSection(module.functionSection())
                .setTableSection(module.tableSection())
                .setMemorySection(MemorySection.builder()
                        .addMemory(new com.dylibso.chicory.wasm.types.Memory(new MemoryLimits(0, 0)))
                        .build())
                .setGlobalSection(module.globalSection())
                .setExportSection(module.exportSection())
                .setElementSection(module.elementSection())
                .setCodeSection(module.codeSection())
                .setDataSection(module.dataSection())
                .build();
    }

    private ImportFunction[] imports(WasmModule module) {
        return module.importSection().stream()
                .map(entry -> function(entry, module.typeSection().getType(((FunctionImport) entry).typeIndex())))
                .toArray(ImportFunction[]::new);
    }

    private ImportFunction function(Import entry, FunctionType type) {
        return new ImportFunction(entry.module(), entry.name(), type, (instance, values) -> {
            Execution caller = LinearMemory.of(instance).owner();
            caller.notRepeatable();
            Instance other = links.get(caller).get(entry.module());
            return other == null ? null : other.export(entry.name()).apply(values);
        });
    }

    private Instance start(Known module) {
        Blueprint blueprint = module.blueprint;
        Execution execution = new Execution(blueprint, null, null, null);
        links.put(execution, module.others.stream().collect(Collectors.toMap(name -> name, registered::get)));
        running.add(execution);
        boolean again = blueprint.snapshot() != null;
        execution.prepare(share.start(execution, blueprint.image()).join());
        if (again) {
            restored++;
        } else if (execution.isRepeatable()) {
            blueprint.startFrom(blueprint.snapshotOf(execution));
        }
        return execution.instance();
    }

    @Override
    public void register(String name, Instance instance) {
        registered.put(name, instance);
    }

    /** Ends all instances, whose memories are then used again. */
    void endRound() {
        for (Execution execution : running) {
            UsedMemory memory = execution.reusableMemory();
            boolean fits =
                    memory != null && memory.image() == execution.blueprint().image();
            share.release(execution, fits ? memory : null);
        }
        running.clear();
        registered.clear();
        outdated.clear();
        links.clear();
        if (share.usedBytes() != 0) {
            throw new AssertionError(share.usedBytes() + " bytes of memory were not given back");
        }
    }

    /** How many instances began with a snapshot. */
    int restored() {
        return restored;
    }
}
