package mimosa.engine.wasm;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.internal.ClassLoadingCollector;
import com.dylibso.chicory.compiler.internal.Compiler;
import com.dylibso.chicory.compiler.internal.CompilerResult;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.InterpreterMachine;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.CustomSection;
import java.util.Set;
import java.util.function.Function;

/**
 * How the functions of a module are run.
 *
 * @param machines makes what runs them, for each instance
 * @param interpreted functions that are too large for a method of the Java virtual machine
 */
record Compilation(Function<Instance, Machine> machines, Set<Integer> interpreted) {
    /** Compiles all functions; the classes go when nobody has this any more. */
    static Compilation compiled(WasmModule module) {
        CompilerResult result = Compiler.builder(module)
                .withInterpreterFallback(InterpreterFallback.SILENT)
                .withClassCollectorFactory(ClassLoadingCollector::new)
                .build()
                .compile();
        ClassLoadingCollector classes = (ClassLoadingCollector) result.collector();
        return new Compilation(classes.machineFactory(), result.interpretedFunctions());
    }

    static Compilation interpreting() {
        return new Compilation(InterpreterMachine::new, Set.of());
    }

    /** The same module, except that nothing of it runs by itself. */
    static WasmModule withoutStart(WasmModule module) {
        WasmModule.Builder copy = WasmModule.builder()
                .withValidation(false)
                .setTypeSection(module.typeSection())
                .setImportSection(module.importSection())
                .setFunctionSection(module.functionSection())
                .setTableSection(module.tableSection())
                .setGlobalSection(module.globalSection())
                .setExportSection(module.exportSection())
                .setElementSection(module.elementSection())
                .setCodeSection(module.codeSection())
                .setDataSection(module.dataSection());
        module.memorySection().ifPresent(copy::setMemorySection);
        module.dataCountSection().ifPresent(copy::setDataCountSection);
        CustomSection names = module.customSection("name");
        if (names != null) {
            copy.addCustomSection("name", names);
        }
        return copy.build();
    }
}
