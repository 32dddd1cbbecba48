package mimosa.engine.wasm;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.Export;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.MemorySection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * What the sections of a module refer to. The engine looks at its imports and exports each time it makes an instance;
 * ours are made in another way.
 */
final class ModuleIndexes {
    private ModuleIndexes() {}

    /** @throws mimosa.api.MimosaException of kind {@code INVALID} for what is not there, or is there twice */
    static void check(WasmModule module) {
        int types = module.typeSection().subTypeCount();
        for (int i = 0; i < module.importSection().importCount(); i++) {
            if (module.importSection().getImport(i) instanceof FunctionImport function
                    && function.typeIndex() >= types) {
                throw Refusal.of("invalid: unknown type " + function.typeIndex());
            }
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            Export export = module.exportSection().getExport(i);
            if (!names.add(export.name())) {
                throw Refusal.of("invalid: duplicate export name " + export.name());
            }
            if (export.index() < 0 || export.index() >= count(module, export.exportType())) {
                throw Refusal.of("invalid: unknown "
                        + export.exportType().name().toLowerCase(Locale.ROOT) + " " + export.index());
            }
        }
    }

    /** How many there are of a kind, imported ones included. */
    private static int count(WasmModule module, ExternalType kind) {
        int defined =
                switch (kind) {
                    case FUNCTION -> module.functionSection().functionCount();
                    case TABLE -> module.tableSection().tableCount();
                    case MEMORY ->
                        module.memorySection().map(MemorySection::memoryCount).orElse(0);
                    case GLOBAL -> module.globalSection().globalCount();
                    default -> 0;
                };
        return module.importSection().count(kind) + defined;
    }
}
