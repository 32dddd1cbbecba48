package mimosa.engine.wasm;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.Export;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.Import;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which messages a module speaks: by a marker that it exports, or by how it posts them. */
final class MessageVersion {
    private static final String POST = "mk_module_api_request";
    private static final Pattern MARKER = Pattern.compile("mk_module_abi_version_(\\d+)_\\d+_\\d+");

    private final WasmModule module;

    MessageVersion(WasmModule module) {
        this.module = module;
    }

    /** @throws mimosa.api.MimosaException of kind {@code INVALID} when that cannot be told, or is not supported */
    Protocol protocol() {
        String marker = marker();
        FunctionType post = post();
        int byType =
                post == null ? 0 : post.params().size() == 3 ? 2 : post.params().size() == 2 ? 1 : 0;
        if (marker == null) {
            if (byType == 0) {
                throw undetermined();
            }
            return byType == 2 ? Protocol.MESSAGES_2 : Protocol.MESSAGES_1;
        }
        int byMarker = major(marker);
        if (byMarker != 1 && byMarker != 2) {
            throw Refusal.of("message ABI version " + marker + " is not supported");
        }
        if (post != null && byType != byMarker) {
            throw Refusal.of("marker " + marker + " does not fit " + POST + " " + Abi.text(post));
        }
        return byMarker == 2 ? Protocol.MESSAGES_2 : Protocol.MESSAGES_1;
    }

    private static RuntimeException undetermined() {
        return Refusal.of("message ABI version cannot be determined");
    }

    private static int major(String marker) {
        Matcher matcher = MARKER.matcher(marker);
        return matcher.matches() && matcher.group(1).length() < 5 ? Integer.parseInt(matcher.group(1)) : -1;
    }

    /** The name of the marker; {@code null} when there is none. */
    private String marker() {
        String found = null;
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            Export export = module.exportSection().getExport(i);
            boolean marker = export.exportType() == ExternalType.FUNCTION
                    && MARKER.matcher(export.name()).matches();
            if (marker && found != null && major(found) != major(export.name())) {
                throw undetermined();
            }
            found = marker ? export.name() : found;
        }
        return found;
    }

    /** How messages are posted; {@code null} when they are not. */
    private FunctionType post() {
        for (int i = 0; i < module.importSection().importCount(); i++) {
            Import entry = module.importSection().getImport(i);
            if (entry instanceof FunctionImport function
                    && entry.module().equals("env")
                    && entry.name().equals(POST)) {
                return module.typeSection().getType(function.typeIndex());
            }
        }
        return null;
    }
}
