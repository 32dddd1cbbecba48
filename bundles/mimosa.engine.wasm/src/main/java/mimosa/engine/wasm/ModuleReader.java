package mimosa.engine.wasm;

import com.dylibso.chicory.wasm.InvalidException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.AnnotatedInstruction;
import com.dylibso.chicory.wasm.types.CustomSection;
import com.dylibso.chicory.wasm.types.ExternalType;
import com.dylibso.chicory.wasm.types.FunctionBody;
import com.dylibso.chicory.wasm.types.NameCustomSection;
import com.dylibso.chicory.wasm.types.UnknownCustomSection;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.Map;

/** Reads a module, and refuses what is malformed, invalid or not supported. */
final class ModuleReader {
    private static final byte[] MAGIC = {0, 'a', 's', 'm'};
    private static final byte[] VERSION = {1, 0, 0, 0};
    private static final byte[] COMPONENT = {0x0d, 0, 1, 0};

    private ModuleReader() {}

    /** @throws mimosa.api.MimosaException of kind {@code INVALID} with what is wrong */
    static WasmModule read(byte[] bytes, Settings settings) {
        WasmModule module = parse(bytes);
        ModuleIndexes.check(module);
        int imported = module.importSection().count(ExternalType.FUNCTION);
        FunctionNames names = FunctionNames.of(module);
        FunctionBody[] bodies = module.codeSection().functionBodies();
        for (int i = 0; i < bodies.length; i++) {
            check(bodies[i], names.of(imported + i), settings);
        }
        return module;
    }

    static void checkHeader(byte[] bytes) {
        if (!startsWith(bytes, 0, MAGIC)) {
            throw Refusal.of("is not a WebAssembly module");
        }
        if (startsWith(bytes, MAGIC.length, COMPONENT)) {
            throw Refusal.of("is a component, expected a core module");
        }
        if (!startsWith(bytes, MAGIC.length, VERSION)) {
            throw Refusal.of("is not a WebAssembly module");
        }
    }

    private static boolean startsWith(byte[] bytes, int offset, byte[] expected) {
        return bytes.length >= offset + expected.length
                && Arrays.equals(bytes, offset, offset + expected.length, expected, 0, expected.length);
    }

    private static WasmModule parse(byte[] bytes) {
        try {
            return Parser.builder()
                    .withCustomParsers(Map.of("name", ModuleReader::names))
                    .build()
                    .parse(() -> new ByteArrayInputStream(bytes));
        } catch (InvalidException e) {
            throw Refusal.of("invalid: " + reason(e));
        } catch (RuntimeException | AssertionError e) { // boundary: the parser meets any bytes, and fails in any way
            throw Refusal.of("malformed: " + reason(e));
        } catch (StackOverflowError e) {
            throw Refusal.of("malformed: nested too deeply");
        }
    }

    private static String reason(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? "unexpected end or value" : message;
    }

    /** A damaged list of names is no reason to refuse a program. */
    private static CustomSection names(byte[] bytes) {
        try {
            return NameCustomSection.parse(bytes);
        } catch (RuntimeException e) { // boundary: as for the module
            return UnknownCustomSection.builder()
                    .withName("name")
                    .withBytes(bytes)
                    .build();
        }
    }

    private static void check(FunctionBody body, String name, Settings settings) {
        int deepest = 0;
        for (AnnotatedInstruction instruction : body.instructions()) {
            String feature = feature(instruction.opcode().opcode(), settings);
            if (feature != null) {
                throw Refusal.feature(feature, name);
            }
            deepest = Math.max(deepest, instruction.depth());
        }
        if (deepest > settings.nesting()) {
            throw Refusal.limit("block depth of " + name, deepest, settings.nesting(), "nesting");
        }
    }

    /** What an instruction belongs to that is not supported; {@code null} for all others. */
    private static String feature(int opcode, Settings settings) {
        switch (opcode) {
            case 0x08, 0x0A, 0x1F -> {
                return "exception handling";
            }
            case 0x12, 0x13 -> {
                return settings.tailCalls() ? null : "tail calls";
            }
            case 0x14, 0x15, 0xD3, 0xD4, 0xD5, 0xD6 -> {
                return "gc";
            }
            default -> {
                return switch (opcode >>> 8) {
                    case 0xFB -> "gc";
                    case 0xFD -> "simd";
                    case 0xFE -> "threads";
                    default -> null;
                };
            }
        }
    }
}
