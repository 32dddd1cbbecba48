package mimosa.engine.wasm;

import com.dylibso.chicory.runtime.ByteBufferMemory;
import com.dylibso.chicory.runtime.GlobalInstance;
import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.ImportGlobal;
import com.dylibso.chicory.runtime.ImportMemory;
import com.dylibso.chicory.runtime.ImportTable;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Store;
import com.dylibso.chicory.runtime.TableInstance;
import com.dylibso.chicory.runtime.TrapException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.UninstantiableException;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.dylibso.chicory.wasm.types.Table;
import com.dylibso.chicory.wasm.types.TableLimits;
import com.dylibso.chicory.wasm.types.ValType;
import com.dylibso.chicory.wasm.types.Value;
import java.util.List;

/** The engine as it comes: interpreted, with its own memories and its own way of making instances. */
final class SpecPlain implements SpecSide {
    private final Store store = new Store();

    SpecPlain() {
        print("print");
        print("print_i32", ValType.I32);
        print("print_i64", ValType.I64);
        print("print_f32", ValType.F32);
        print("print_f64", ValType.F64);
        print("print_i32_f32", ValType.I32, ValType.F32);
        print("print_f64_f64", ValType.F64, ValType.F64);
        global("global_i32", Value.i32(666));
        global("global_i64", Value.i64(666));
        global("global_f32", Value.fromFloat(666.6f));
        global("global_f64", Value.fromDouble(666.6));
        store.addTable(new ImportTable(
                "spectest",
                "table",
                new TableInstance(new Table(ValType.FuncRef, new TableLimits(10, 20)), Value.REF_NULL_VALUE)));
        store.addMemory(new ImportMemory("spectest", "memory", new ByteBufferMemory(new MemoryLimits(1, 2))));
    }

    private void print(String name, ValType... params) {
        FunctionType type = FunctionType.of(List.of(params), List.of());
        store.addFunction(new ImportFunction("spectest", name, type, (instance, values) -> null));
    }

    private void global(String name, Value value) {
        store.addGlobal(new ImportGlobal("spectest", name, new GlobalInstance(value)));
    }

    @Override
    public void check(byte[] module) {
        Instance.builder(Parser.parse(module))
                .withImportValues(store.toImportValues())
                .withInitialize(false)
                .build();
    }

    @Override
    public Instance instantiate(String place, byte[] module) {
        try {
            return Instance.builder(Parser.parse(module))
                    .withImportValues(store.toImportValues())
                    .build();
        } catch (UninstantiableException e) {
            throw e.getCause() instanceof TrapException trap ? trap : e;
        }
    }

    @Override
    public void register(String name, Instance instance) {
        store.register(name, instance);
    }

    @Override
    public boolean isCurrent(Instance instance) {
        return instance != null;
    }

    @Override
    public boolean links() {
        return true;
    }
}
