package mimosa.engine.wasm;

import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.ValType;
import java.util.ArrayList;
import java.util.List;
import mimosa.api.MimosaException;

/**
 * A function that programs may import. Calls go through here, in the same order for all: out of the program, pointers
 * (a trap that has no effect), phase, the work itself, back into the program.
 */
final class HostFunction {
    private static final String POINTER = "p";

    private final String module;
    private final String name;
    private final FunctionType type;
    private final int[] positions;
    private final int[] pointers;
    private final boolean early;
    private final boolean result;
    private final Body body;

    /** What a function does. */
    @FunctionalInterface
    interface Body {
        /** @return what the program gets; ignored when it gets nothing */
        long run(Execution execution, Args args) throws Code;
    }

    /**
     * @param signature one letter for each parameter, {@code p} for a pointer with its length, {@code i} and {@code l}
     *     for numbers, and behind a colon the result, such as {@code pp:i}; nothing there when there is none
     * @param early whether it may be called while an instance is initialised
     * @param result whether a failure empties the result buffer
     */
    HostFunction(String module, String name, String signature, boolean early, boolean result, Body body) {
        this.module = module;
        this.name = name;
        this.early = early;
        this.result = result;
        this.body = body;
        String[] parts = signature.split(":", -1);
        List<ValType> params = new ArrayList<>();
        List<Integer> starts = new ArrayList<>();
        List<Integer> ranges = new ArrayList<>();
        for (String letter : parts[0].isEmpty() ? new String[0] : parts[0].split("")) {
            starts.add(params.size());
            if (letter.equals(POINTER)) {
                ranges.add(params.size());
                params.add(ValType.I32);
            }
            params.add(letter.equals("l") ? ValType.I64 : ValType.I32);
        }
        this.type = FunctionType.of(params, results(parts[1]));
        this.positions = starts.stream().mapToInt(Integer::intValue).toArray();
        this.pointers = ranges.stream().mapToInt(Integer::intValue).toArray();
    }

    private static List<ValType> results(String letter) {
        return letter.isEmpty() ? List.of() : List.of(letter.equals("l") ? ValType.I64 : ValType.I32);
    }

    String name() {
        return name;
    }

    FunctionType type() {
        return type;
    }

    ImportFunction asImport() {
        return new ImportFunction(module, name, type, this::call);
    }

    private long[] call(Instance instance, long... values) {
        LinearMemory memory = LinearMemory.of(instance);
        Execution execution = memory.owner();
        execution.gate().leaveGuest();
        for (int pointer : pointers) {
            memory.checkRange((int) values[pointer], (int) values[pointer + 1]);
        }
        long answer = answer(execution, new Args(memory, positions, values));
        execution.gate().enterGuest();
        return type.returns().isEmpty() ? null : new long[] {answer};
    }

    private long answer(Execution execution, Args args) {
        try {
            if (!early && execution.isInitialising()) {
                throw Code.denied(name + " is not available during initialisation");
            }
            return body.run(execution, args);
        } catch (Code e) {
            return failed(execution, e.value(), e.getMessage());
        } catch (MimosaException e) {
            return failed(execution, code(execution, e), e.getMessage());
        }
    }

    private long failed(Execution execution, int code, String text) {
        if (result) {
            execution.result().clear();
        }
        execution.result().failed(name + ": " + text);
        return code;
    }

    /** What a failure of a service means to the program; some are its end. */
    private int code(Execution execution, MimosaException failure) {
        switch (failure.kind()) {
            case QUOTA, NOT_DURABLE -> {
                execution.kill(failure);
                throw new Killed(failure);
            }
            case INVALID, NOT_FOUND -> {
                return Code.INVALID;
            }
            case STORAGE_LIMIT, CALL_LIMIT, TOO_LARGE -> {
                return Code.LIMIT;
            }
            case FORBIDDEN -> {
                return Code.DENIED;
            }
            default -> {
                execution.gate().check();
                return Code.IO;
            }
        }
    }
}
