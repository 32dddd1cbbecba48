package mimosa.engine.wasm;

import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.Export;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.Import;
import com.dylibso.chicory.wasm.types.ValType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collector;
import java.util.stream.Collectors;

/** What a module has to have, and may ask for, to be a mim. */
final class Abi {
    private static final String HANDLER = "mim_handle";
    private static final String EVENT_HANDLER = "mk_module_on_event";
    private static final String ANSWER_HANDLER = "mk_module_on_api_response";
    private static final FunctionType NOTHING = FunctionType.empty();
    private static final FunctionType EVENT = FunctionType.of(List.of(ValType.I64, ValType.I32), List.of());
    private static final FunctionType ANSWER =
            FunctionType.of(List.of(ValType.I64, ValType.I64, ValType.I32), List.of(ValType.I32));
    private static final Pattern MARKER = Pattern.compile("mim_abi_v(.*)");
    private static final int MAX_NAMED = 10;
    private static final Collector<CharSequence, ?, String> LIST = Collectors.joining(" ", "(", ")");
    private static final HostFunctions WASI = WasiFunctions.all();
    private static final Map<Protocol, HostFunctions> ENV = new EnumMap<>(Protocol.class);

    static {
        for (Protocol protocol : Protocol.values()) {
            ENV.put(protocol, HostFunctions.of(protocol));
        }
    }

    private final WasmModule module;
    private final boolean wasi;
    private Protocol protocol;

    /**
     * Where the host calls a module: indexes of functions.
     *
     * @param initialisers called before the handler, in their order
     * @param answerHandler -1 when there is none
     */
    record EntryPoints(Protocol protocol, int[] initialisers, int handler, int answerHandler) {}

    /** @param wasi whether modules may import it */
    Abi(WasmModule module, boolean wasi) {
        this.module = module;
        this.wasi = wasi;
    }

    /** @throws mimosa.api.MimosaException of kind {@code INVALID} with the first rule that is broken */
    void check() {
        boolean direct = export(HANDLER, ExternalType.FUNCTION) != null;
        boolean message = export(EVENT_HANDLER, ExternalType.FUNCTION) != null;
        if (!direct && !message) {
            throw Refusal.of("exports neither " + HANDLER + " nor " + EVENT_HANDLER);
        }
        if (direct && message) {
            throw Refusal.of("exports both " + HANDLER + " and " + EVENT_HANDLER);
        }
        if (export("memory", ExternalType.MEMORY) == null) {
            throw Refusal.of("does not export memory");
        }
        checkExports(direct);
        if (direct) {
            checkMarkers();
        }
        protocol = direct ? Protocol.DIRECT : new MessageVersion(module).protocol();
        checkImports();
    }

    private void checkExports(boolean direct) {
        if (direct) {
            checkType(HANDLER, NOTHING);
        } else {
            if (export(ANSWER_HANDLER, ExternalType.FUNCTION) == null) {
                throw Refusal.of("does not export " + ANSWER_HANDLER);
            }
            checkType(EVENT_HANDLER, EVENT);
            checkType(ANSWER_HANDLER, ANSWER);
        }
        checkType("_initialize", NOTHING);
        checkType("_start", NOTHING);
    }

    private Export export(String name, ExternalType kind) {
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            Export export = module.exportSection().getExport(i);
            if (export.name().equals(name) && export.exportType() == kind) {
                return export;
            }
        }
        return null;
    }

    private void checkType(String name, FunctionType expected) {
        Export export = export(name, ExternalType.FUNCTION);
        if (export != null && !typeOf(export.index()).equals(expected)) {
            throw Refusal.of(
                    "exports " + name + " as " + text(typeOf(export.index())) + ", expected " + text(expected));
        }
    }

    private FunctionType typeOf(int function) {
        int imported = 0;
        for (int i = 0; i < module.importSection().importCount(); i++) {
            if (module.importSection().getImport(i) instanceof FunctionImport entry && imported++ == function) {
                return module.typeSection().getType(entry.typeIndex());
            }
        }
        return module.functionSection().getFunctionType(function - imported, module.typeSection());
    }

    private void checkMarkers() {
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            Export export = module.exportSection().getExport(i);
            if (export.exportType() == ExternalType.FUNCTION && isMarker(export.name())) {
                checkType(export.name(), NOTHING);
            }
        }
        for (int i = 0; i < module.importSection().importCount(); i++) {
            Import entry = module.importSection().getImport(i);
            if (entry.importType() == ExternalType.FUNCTION && entry.module().equals("env")) {
                isMarker(entry.name());
            }
        }
    }

    private static boolean isMarker(String name) {
        Matcher marker = MARKER.matcher(name);
        if (!marker.matches()) {
            return false;
        }
        if (!marker.group(1).equals("1")) {
            throw Refusal.of("ABI marker " + name + " is not supported, supported: mim_abi_v1");
        }
        return true;
    }

    // Imports.

    private void checkImports() {
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < module.importSection().importCount(); i++) {
            String fault = fault(module.importSection().getImport(i));
            if (fault != null) {
                faults.add(fault);
            }
        }
        if (!faults.isEmpty()) {
            String more = faults.size() > MAX_NAMED ? "; and " + (faults.size() - MAX_NAMED) + " more" : "";
            throw Refusal.of(faults.stream().limit(MAX_NAMED).collect(Collectors.joining("; ")) + more);
        }
    }

    /** What is wrong with an import; {@code null} when nothing is. */
    private String fault(Import entry) {
        String name = "imports " + entry.module() + "." + entry.name();
        if (!(entry instanceof FunctionImport function)) {
            String kind = entry.importType().name().toLowerCase(Locale.ROOT);
            return name + " as a " + kind + ", only functions can be imported";
        }
        if (entry.module().equals(WasiFunctions.MODULE) && !wasi) {
            return name + ", but WASI is switched off (" + ChicoryEngine.PID + ": wasi=refuse)";
        }
        HostFunction offered = offered(entry);
        if (offered == null) {
            return name + ", which Mimosa does not provide";
        }
        FunctionType wanted = module.typeSection().getType(function.typeIndex());
        return wanted.equals(offered.type())
                ? null
                : name + " as " + text(wanted) + ", expected " + text(offered.type());
    }

    private HostFunction offered(Import entry) {
        return switch (entry.module()) {
            case "env" -> ENV.get(protocol).get(entry.name());
            case WasiFunctions.MODULE -> WASI.get(entry.name());
            default -> null;
        };
    }

    static String text(FunctionType type) {
        return type.params().stream()
                        .map(value -> value.name().toLowerCase(Locale.ROOT))
                        .collect(LIST) + " -> "
                + type.returns().stream()
                        .map(value -> value.name().toLowerCase(Locale.ROOT))
                        .collect(LIST);
    }

    // What has been checked.

    Protocol protocol() {
        return protocol;
    }

    EntryPoints entryPoints() {
        boolean direct = protocol == Protocol.DIRECT;
        return new EntryPoints(
                protocol,
                initialisers(),
                export(direct ? HANDLER : EVENT_HANDLER, ExternalType.FUNCTION).index(),
                direct ? -1 : export(ANSWER_HANDLER, ExternalType.FUNCTION).index());
    }

    /** One for each import, in the module's order. */
    ImportFunction[] imports() {
        ImportFunction[] imports = new ImportFunction[module.importSection().importCount()];
        for (int i = 0; i < imports.length; i++) {
            imports[i] = offered(module.importSection().getImport(i)).asImport();
        }
        return imports;
    }

    List<String> importNames() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < module.importSection().importCount(); i++) {
            Import entry = module.importSection().getImport(i);
            names.add(entry.module().equals("env") ? entry.name() : "wasi." + entry.name());
        }
        return names;
    }

    /** What runs before the handler, once, in this order: the start section, {@code _initialize}, {@code _start}. */
    private int[] initialisers() {
        Set<Integer> functions = new LinkedHashSet<>();
        module.startSection().ifPresent(section -> functions.add((int) section.startIndex()));
        for (String name : List.of("_initialize", "_start")) {
            Export export = export(name, ExternalType.FUNCTION);
            if (export != null) {
                functions.add(export.index());
            }
        }
        return functions.stream().mapToInt(Integer::intValue).toArray();
    }
}
