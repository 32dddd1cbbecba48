package com.dylibso.chicory.runtime;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.Element;
import com.dylibso.chicory.wasm.types.Export;
import com.dylibso.chicory.wasm.types.FunctionBody;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.Global;
import com.dylibso.chicory.wasm.types.Import;
import com.dylibso.chicory.wasm.types.Instruction;
import com.dylibso.chicory.wasm.types.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Makes instances of one module. Chicory's own builder matches every import by name again for each instance, and can
 * neither leave out what the module does at first nor begin with other values; the constructor that can is visible in
 * this package only.
 */
public final class FreshInstance {
    private final WasmModule module;
    private final ImportValues imports;
    private final Function<Instance, Machine> machines;
    private final FunctionBody[] bodies;
    private final FunctionType[] types;
    private final int[] functionTypes;
    private final Table[] tables;
    private final Map<String, Export> exports = new HashMap<>();

    /**
     * @param module without start section, which would run in each instance, wherever that begins
     * @param imports one for each function that the module imports, in its order
     */
    public FreshInstance(WasmModule module, ImportFunction[] imports, Function<Instance, Machine> machines) {
        this.module = module;
        this.imports = ImportValues.builder().addFunction(imports).build();
        this.machines = machines;
        this.bodies = module.codeSection().functionBodies();
        this.types = module.typeSection().types();
        this.functionTypes = functionTypes(module);
        this.tables = new Table[module.tableSection().tableCount()];
        for (int i = 0; i < tables.length; i++) {
            tables[i] = module.tableSection().getTable(i);
        }
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            Export export = module.exportSection().getExport(i);
            exports.put(export.name(), export);
        }
    }

    private static int[] functionTypes(WasmModule module) {
        int imported = module.importSection().importCount();
        int defined = module.functionSection().functionCount();
        int[] types = new int[imported + defined];
        for (int i = 0; i < imported; i++) {
            Import entry = module.importSection().getImport(i);
            types[i] = ((FunctionImport) entry).typeIndex();
        }
        for (int i = 0; i < defined; i++) {
            types[imported + i] = module.functionSection().getFunctionType(i);
        }
        return types;
    }

    /**
     * A new instance whose globals, tables and memory have their first values; nothing of the module has run.
     *
     * @param globals in place of the module's
     * @param elements in place of the module's; active ones are written into the tables
     * @param data in place of the module's, to become the instance's own
     */
    public Instance make(
            Global[] globals,
            Element[] elements,
            DataSegment[] data,
            Memory memory,
            TableFactory tableFactory,
            ExecutionListener listener) {
        return new Instance(
                module,
                globals,
                new Memory[] {memory},
                data,
                bodies,
                types,
                functionTypes,
                imports,
                tables,
                elements,
                null,
                exports,
                machines,
                tableFactory,
                null,
                true,
                false,
                listener);
    }

    /** The value of a constant expression, as an instance has it. */
    public static long constant(Instance instance, List<Instruction> expression) {
        return ConstantEvaluators.computeConstantValue(instance, expression)[0];
    }
}
