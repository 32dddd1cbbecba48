package mimosa.engine.wasm;

import com.dylibso.chicory.runtime.FreshInstance;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.Element;
import com.dylibso.chicory.wasm.types.Global;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;

/** What all instances of one program are made of. Nothing in it changes once there is a snapshot, or none will be. */
final class Blueprint {
    private final WasmModule module;
    private final FreshInstance instances;
    private final Abi.EntryPoints entries;
    private final Settings settings;
    private final MemoryShare share;
    private final FunctionNames names;
    private final int firstPages;
    private final int mostPages;
    private volatile MemoryImage image;
    private volatile Snapshot snapshot;

    /**
     * @param module without start section
     * @param entries where the host calls it
     */
    Blueprint(
            WasmModule module, FreshInstance instances, Abi.EntryPoints entries, Settings settings, MemoryShare share) {
        this.module = module;
        this.instances = instances;
        this.entries = entries;
        this.settings = settings;
        this.share = share;
        this.names = FunctionNames.of(module);
        MemoryLimits limits = module.memorySection().orElseThrow().getMemory(0).limits();
        this.firstPages = limits.initialPages();
        this.mostPages = Math.min(limits.maximumPages(), settings.memoryPages());
        this.image = MemoryImage.ofZeros(firstPages * Memory.PAGE_SIZE);
    }

    Settings settings() {
        return settings;
    }

    FunctionNames names() {
        return names;
    }

    int[] initialisers() {
        return entries.initialisers();
    }

    Protocol protocol() {
        return entries.protocol();
    }

    int handler() {
        return entries.handler();
    }

    /** What takes the answers to messages. */
    int answerHandler() {
        return entries.answerHandler();
    }

    int firstPages() {
        return firstPages;
    }

    int mostPages() {
        return mostPages;
    }

    /** {@code null} when each instance is initialised by itself. */
    Snapshot snapshot() {
        return snapshot;
    }

    /** What the memory of an instance holds at first. */
    MemoryImage image() {
        return image;
    }

    void startFrom(Snapshot taken) {
        image = taken.memory();
        snapshot = taken;
    }

    /** An instance whose program has not run. */
    Instance fresh(Execution execution) {
        LinearMemory memory = new LinearMemory(execution, execution.memory(), mostPages, false, share);
        return instances.make(
                module.globalSection().globals(),
                module.elementSection().elements(),
                module.dataSection().dataSegments().clone(),
                memory,
                this::table,
                (instruction, stack) -> execution.gate().check());
    }

    /** The instance's own table: the engine lets {@code table.grow} change the limits that it was made with. */
    private TableInstance table(Table declared, int value) {
        TableLimits limits = declared.limits();
        long most = Math.max(limits.min(), Math.min(limits.max(), settings.tableEntries()));
        return new TableInstance(new Table(declared.elementType(), new TableLimits(limits.min(), most)), value);
    }

    /** An instance that begins where another one's initialisation ended. */
    Instance restore(Execution execution, Snapshot from) {
        LinearMemory memory = new LinearMemory(execution, execution.memory(), mostPages, true, share);
        return instances.make(
                from.globals(),
                from.elements(),
                from.data().clone(),
                memory,
                from.tables(settings.tableEntries()),
                (instruction, stack) -> execution.gate().check());
    }

    Snapshot snapshotOf(Execution execution) {
        Instance instance = execution.instance();
        Global[] declared = module.globalSection().globals();
        Element[] elements = module.elementSection().elements().clone();
        DataSegment[] data = LinearMemory.of(instance).segments();
        return Snapshot.of(
                instance, declared, elements, data, module.tableSection().tableCount(), execution.result());
    }
}
