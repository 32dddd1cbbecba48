package mimosa.engine.wasm;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import mimosa.api.MimosaException;
import mimosa.api.engine.Program;
import mimosa.testing.TestExchange;
import mimosa.testing.Wat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalTest {
    private static final String MIM = "(memory (export \"memory\") 1) (func (export \"mim_handle\"))";

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    private static String refusal(Bench bench, byte[] module) {
        MimosaException refusal = assertThrows(MimosaException.class, () -> bench.load(module));
        assertEquals(MimosaException.Kind.INVALID, refusal.kind(), refusal.getMessage());
        return refusal.getMessage();
    }

    private String refusal(String fields) {
        return refusal(bench, Wat.module("(module " + fields + ")"));
    }

    @ParameterizedTest
    @Tag("W1.1")
    @Tag("W1.2")
    @ValueSource(
            strings = {
                "(import \"env\" \"storage_get\" (func (param i32 i32) (result i32)))"
                        + "(import \"env\" \"http_get\" (func (param i32 i32) (result i32)))" + MIM,
                "(func (export \"mim_abi_v1\"))" + MIM,
                "(import \"env\" \"mim_abi_v1\" (func))" + MIM,
                "(import \"wasi_snapshot_preview1\" \"fd_write\" (func (param i32 i32 i32 i32) (result i32)))" + MIM
            })
    void modulesOfTheAbiAreAccepted(String fields) {
        assertDoesNotThrow(() -> bench.load("(module " + fields + ")"));
    }

    @ParameterizedTest
    @Tag("W1.2")
    @Tag("W1.3")
    @Tag("W2.1")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "(memory (export \"memory\") 1)|exports neither mim_handle nor mk_module_on_event",
                "(memory (export \"memory\") 1)(func (export \"mim_handle\"))(func (export \"mk_module_on_event\"))"
                        + "|exports both mim_handle and mk_module_on_event",
                "(func (export \"mim_handle\"))|does not export memory",
                "(func (export \"memory\"))(func (export \"mim_handle\"))|does not export memory",
                "(memory (export \"memory\") 1)(func (export \"mim_handle\") (param i32))"
                        + "|exports mim_handle as (i32) -> (), expected () -> ()",
                "(memory (export \"memory\") 1)(func (export \"mim_handle\"))"
                        + "(func (export \"_start\") (result i64) (i64.const 1))"
                        + "|exports _start as () -> (i64), expected () -> ()",
                "(func (export \"mim_abi_v2\"))(memory (export \"memory\") 1)(func (export \"mim_handle\"))"
                        + "|ABI marker mim_abi_v2 is not supported, supported: mim_abi_v1",
                "(import \"env\" \"mim_abi_v2\" (func))(memory (export \"memory\") 1)(func (export \"mim_handle\"))"
                        + "|ABI marker mim_abi_v2 is not supported, supported: mim_abi_v1",
                "(import \"env\" \"foo\" (func))(import \"env\" \"bar\" (func))(memory (export \"memory\") 1)"
                        + "(func (export \"mim_handle\"))"
                        + "|imports env.foo, which Mimosa does not provide; imports env.bar, which Mimosa does not"
                        + " provide",
                "(import \"env\" \"storage_get\" (func (param i32) (result i32)))(memory (export \"memory\") 1)"
                        + "(func (export \"mim_handle\"))"
                        + "|imports env.storage_get as (i32) -> (i32), expected (i32 i32) -> (i32)",
                "(import \"env\" \"memory\" (memory 1))(export \"memory\" (memory 0))(func (export \"mim_handle\"))"
                        + "|imports env.memory as a memory, only functions can be imported",
                "(import \"env\" \"g\" (global i32))(memory (export \"memory\") 1)(func (export \"mim_handle\"))"
                        + "|imports env.g as a global, only functions can be imported",
                "(import \"other\" \"storage_get\" (func (param i32 i32) (result i32)))(memory (export \"memory\") 1)"
                        + "(func (export \"mim_handle\"))"
                        + "|imports other.storage_get, which Mimosa does not provide",
                "(import \"env\" \"mk_module_get_buffer\" (func (param i32 i64 i32)))(memory (export \"memory\") 1)"
                        + "(func (export \"mim_handle\"))"
                        + "|imports env.mk_module_get_buffer, which Mimosa does not provide",
                "(import \"wasi_unstable\" \"fd_write\" (func (param i32 i32 i32 i32) (result i32)))"
                        + "(memory (export \"memory\") 1)(func (export \"mim_handle\"))"
                        + "|imports wasi_unstable.fd_write, which Mimosa does not provide"
            })
    void modulesOfAnotherAbiAreRefused(String fields, String message) {
        assertEquals("index.wasm: " + message, refusal(fields));
    }

    @Test
    @Tag("W2.1")
    void wasiCanBeSwitchedOff() {
        TestSettings settings = new TestSettings();
        settings.wasi = false;
        try (Bench without = new Bench(settings)) {
            assertEquals(
                    "index.wasm: imports wasi_snapshot_preview1.sched_yield, but WASI is switched off"
                            + " (mimosa.engine.wasm: wasi=refuse)",
                    refusal(
                            without,
                            Wat.module("(module (import \"wasi_snapshot_preview1\" \"sched_yield\" (func (result i32)))"
                                    + MIM + ")")));
        }
    }

    private static byte[] bytes(String hex) {
        byte[] bytes = new byte[hex.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }

    @ParameterizedTest
    @Tag("W1.4")
    @CsvSource({
        "'',is not a WebAssembly module",
        "0061736d,is not a WebAssembly module",
        "0061736d02000000,is not a WebAssembly module",
        "68656c6c6f20776f726c64,is not a WebAssembly module",
        "0061736d0d000100,is a component",
        "0061736d010000000105,malformed: ",
        "0061736d01000000010401600000030201000a0601040041010b,invalid: ",
        "0061736d01000000010401600000030201000503010001071702066d656d6f727902000a6d696d5f68616e646c6500050a040102000b,invalid: unknown function 5",
        "0061736d01000000010401600000030201000503010001071302066d656d6f72790200066d656d6f727902000a040102000b,invalid: duplicate export name memory",
        "0061736d0100000001040160000003020100050100071702066d656d6f727902000a6d696d5f68616e646c6500000a040102000b,invalid: unknown memory 0",
        "0061736d01000000010401600000020b0103656e7603666f6f00070302010005030100010a040102000b,invalid: unknown type 7"
    })
    void bytesThatAreNoModuleAreRefused(String hex, String message) {
        String text = refusal(bench, bytes(hex));
        assertTrue(text.startsWith("index.wasm: " + message), text);
    }

    /** A module with one type, one function whose body is given, memory 1, and both exports. */
    private static byte[] withBody(String body) {
        ByteArrayOutputStream module = new ByteArrayOutputStream();
        module.writeBytes(bytes("0061736d01000000"));
        module.writeBytes(bytes("010401600000"));
        module.writeBytes(bytes("03020100"));
        module.writeBytes(bytes("0503010001"));
        byte[] exports =
                ("\u0002\u0006memory\u0002\u0000\nmim_handle\u0000\u0000").getBytes(StandardCharsets.ISO_8859_1);
        module.write(7);
        module.write(exports.length);
        module.writeBytes(exports);
        byte[] code = bytes("00" + body + "0b");
        module.write(10);
        module.write(code.length + 2);
        module.write(1);
        module.write(code.length);
        module.writeBytes(code);
        return module.toByteArray();
    }

    @ParameterizedTest
    @Tag("W3.2")
    @CsvSource({
        "fd0c0000000000000000000000000000000000001a,simd in function #0",
        "4100fe1002001a,threads in function #0",
        "1200,tail calls in function #0"
    })
    void instructionsBeyondTheSupportedAreRefused(String body, String what) {
        String text = refusal(bench, withBody(body));
        assertEquals("index.wasm: uses " + what + ", which is not supported", text);
    }

    @ParameterizedTest
    @Tag("W3.2")
    @CsvSource({
        "050401030102,threads in the memory section",
        "05050200010001,multi-memory in the memory section",
        "0503010401,memory64 in the memory section",
        "0d03010000,exception handling in the tag section",
        "0104015f0000,gc in the type section",
        "01050160017b00,simd in the type section"
    })
    void sectionsBeyondTheSupportedAreRefused(String section, String what) {
        assertEquals(
                "index.wasm: uses " + what + ", which is not supported",
                refusal(bench, bytes("0061736d01000000" + section)));
    }

    @Test
    @Tag("W3.2")
    @Tag("W9.4")
    void tailCallsRunWhereTheyAreAllowed() throws Exception {
        for (boolean compile : new boolean[] {true, false}) {
            TestSettings settings = new TestSettings();
            settings.tailCalls = true;
            settings.compile = compile;
            try (Bench allowing = new Bench(settings)) {
                allowing.wallMs = 500;
                String outcome = allowing.send(allowing.load(withBody("1200")), TestExchange.get())
                        .outcome();
                assertTrue(
                        Set.of("! wall time limit exceeded (500 ms)", "! trap: call stack exhausted")
                                .contains(outcome),
                        outcome);
            }
        }
    }

    @ParameterizedTest
    @Tag("W3.3")
    @ValueSource(ints = {257, 40_000, 65_535})
    void largeMemoryIsRefused(int pages) {
        assertEquals(
                "index.wasm: memory minimum is " + pages + ", limit is 256 (mimosa.engine.wasm: memoryPages)",
                refusal("(memory (export \"memory\") " + pages + ")(func (export \"mim_handle\"))"));
    }

    @ParameterizedTest
    @Tag("W3.3")
    @ValueSource(strings = {"10001", "4294967295"})
    void largeTableIsRefused(String entries) {
        assertEquals(
                "index.wasm: table minimum is " + entries + ", limit is 10000 (mimosa.engine.wasm: tableEntries)",
                refusal(MIM + "(table " + entries + " funcref)"));
    }

    private static void overLimit(Consumer<TestSettings> change, String fields, String property) {
        TestSettings settings = new TestSettings();
        change.accept(settings);
        try (Bench limited = new Bench(settings)) {
            String text = refusal(limited, Wat.module("(module " + fields + ")"));
            assertTrue(text.contains("limit is 3 (mimosa.engine.wasm: " + property + ")"), text);
        }
    }

    @Test
    @Tag("W3.5")
    void oneOverALimitIsRefused() {
        overLimit(s -> s.functions = 3, MIM + "(func)(func)(func)", "functions");
        overLimit(s -> s.locals = 3, MIM + "(func (local i32 i32) (local i64 i64))", "locals");
        overLimit(s -> s.nesting = 3, MIM + "(func (block (block (block (block)))))", "nesting");
        overLimit(s -> s.functionBytes = 3, MIM + "(func (drop (i32.const 1)))", "functionBytes");
        overLimit(s -> s.segments = 3, MIM + "(data \"a\")(data \"b\")(data \"c\")(data \"d\")", "segments");
        String yield = "(import \"wasi_snapshot_preview1\" \"sched_yield\" (func (result i32)))";
        overLimit(s -> s.imports = 3, yield.repeat(4) + MIM, "imports");
    }

    @Test
    @Tag("W3.6")
    @Tag("W4.2")
    void initialisationThatFailsIsRefused() {
        TestSettings settings = new TestSettings();
        settings.checkMs = 500;
        try (Bench hasty = new Bench(settings)) {
            String memory = "(memory (export \"memory\") 1)(func (export \"mim_handle\"))";
            assertEquals(
                    "index.wasm: trap during initialisation: unreachable",
                    refusal(hasty, Wat.module("(module " + memory + "(func $s unreachable)(start $s))")));
            assertEquals(
                    "index.wasm: initialisation took more than 500 ms",
                    refusal(
                            hasty,
                            Wat.module(
                                    "(module " + memory + "(func $s (loop $l (br_if $l (i32.const 1))))(start $s))")));
            assertEquals(
                    "index.wasm: trap during initialisation: memory out of bounds",
                    refusal(hasty, Wat.module("(module " + memory + "(data (i32.const 65530) \"0123456789\"))")));
            assertEquals(
                    "index.wasm: exit code 3 during initialisation",
                    refusal(
                            hasty,
                            Wat.module("(module (import \"wasi_snapshot_preview1\" \"proc_exit\""
                                    + " (func $exit (param i32)))" + memory
                                    + "(func (export \"_start\") (call $exit (i32.const 3))))")));
        }
    }

    @Test
    @Tag("W1.5")
    void mutatedModulesAreAcceptedOrRefused() {
        TestSettings settings = new TestSettings();
        settings.checkMs = 300;
        byte[] whole = Wat.module(new Guest()
                .field("(table 4 funcref) (elem (i32.const 0) $put $comma) (start $s) (func $s (call $comma))")
                .handler("(call $print (i32.load (i32.const 16))) (call $done)"));
        Random random = new Random(1);
        try (Bench mutants = new Bench(settings)) {
            int accepted = 0;
            for (int i = 0; i < 1000; i++) {
                byte[] mutant = whole.clone();
                mutant[8 + random.nextInt(mutant.length - 8)] = (byte) random.nextInt(256);
                try {
                    mutants.load(mutant).close();
                    accepted++;
                } catch (MimosaException e) {
                    assertEquals(
                            MimosaException.Kind.INVALID, e.kind(), () -> Arrays.toString(mutant) + e + e.getCause());
                }
            }
            assertTrue(accepted > 0 && accepted < 1000, accepted + " accepted");
        }
    }

    @Test
    void factsTellWhatAnOperatorAsksFor() {
        Program program = bench.load(new Guest().handler("(call $done)"));
        Set<String> told = Set.copyOf(program.facts().keySet());
        assertTrue(
                told.containsAll(Set.of(
                        "engine",
                        "abi",
                        "bytes",
                        "codeBytes",
                        "functions",
                        "imports",
                        "memory",
                        "compileMs",
                        "loadMs",
                        "snapshot")),
                told.stream().sorted().collect(Collectors.joining(",")));
        assertEquals("direct, version 1", program.facts().get("abi"));
        assertEquals("1 to 256 pages of 64 KiB", program.facts().get("memory"));
    }
}
