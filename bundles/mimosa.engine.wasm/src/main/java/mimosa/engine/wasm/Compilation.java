package mimosa.engine.wasm;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.internal.ClassLoadingCollector;
import com.dylibso.chicory.compiler.internal.Compiler;
import com.dylibso.chicory.compiler.internal.CompilerResult;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.InterpreterMachine;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.CodeSection;
import com.dylibso.chicory.wasm.types.CustomSection;
import com.dylibso.chicory.wasm.types.FunctionBody;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the functions of a module are run.
 *
 * @param machines makes what runs them, for each instance
 * @param compiled whether functions are compiled at all
 * @param interpreted functions that are too large for a method of the Java virtual machine
 */
record Compilation(Function<Instance, Machine> machines, boolean compiled, Set<Integer> interpreted) {
    private static final FunctionBody NO_CODE = new FunctionBody(List.of(), List.of());
    private static final Logger LOG = LoggerFactory.getLogger(Compilation.class);

    /**
     * Compiles all functions; the classes go when nobody has this any more.
     *
     * @throws mimosa.api.MimosaException of kind {@code INVALID} for a module that the compiler cannot deal with
     */
    static Compilation compiling(WasmModule module) {
        try {
            return compile(module);
        } catch (RuntimeException
                | LinkageError
                | StackOverflowError e) { // boundary: the compiler meets any valid module
            LOG.warn("a module could not be compiled", e);
            throw Refusal.of("could not be compiled: " + e.getMessage());
        }
    }

    private static Compilation compile(WasmModule module) {
        CompilerResult result = Compiler.builder(module)
                .withInterpreterFallback(InterpreterFallback.SILENT)
                .withClassCollectorFactory(ClassLoadingCollector::new)
                .build()
                .compile();
        ClassLoadingCollector classes = (ClassLoadingCollector) result.collector();
        return new Compilation(classes.machineFactory(), true, result.interpretedFunctions());
    }

    static Compilation interpreting() {
        return new Compilation(InterpreterMachine::new, false, Set.of());
    }

    /**
     * What instances need of a module: nothing of it runs by itself, and code that has been compiled is left out, which
     * takes a hundred times the memory of the module's bytes.
     */
    WasmModule stripped(WasmModule module) {
        WasmModule.Builder copy = WasmModule.builder()
                .withValidation(false)
                .setTypeSection(module.typeSection())
                .setImportSection(module.importSection())
                .setFunctionSection(module.functionSection())
                .setTableSection(module.tableSection())
                .setGlobalSection(module.globalSection())
                .setExportSection(module.exportSection())
                .setElementSection(module.elementSection())
                .setCodeSection(interpretedCode(module))
                .setDataSection(module.dataSection());
        module.memorySection().ifPresent(copy::setMemorySection);
        module.dataCountSection().ifPresent(copy::setDataCountSection);
        CustomSection names = module.customSection("name");
        if (names != null) {
            copy.addCustomSection("name", names);
        }
        return copy.build();
    }

    private CodeSection interpretedCode(WasmModule module) {
        if (!compiled) {
            return module.codeSection();
        }
        int imported = module.importSection().importCount();
        CodeSection.Builder code =
                CodeSection.builder().setRequiresDataCount(module.codeSection().isRequiresDataCount());
        FunctionBody[] bodies = module.codeSection().functionBodies();
        for (int i = 0; i < bodies.length; i++) {
            code.addFunctionBody(interpreted.contains(imported + i) ? bodies[i] : NO_CODE);
        }
        return code.build();
    }
}
