package mimosa.engine.wasm;

import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.NameCustomSection;
import java.util.ArrayList;
import java.util.List;

/** What the functions of a module are called in its log. */
final class FunctionNames {
    private static final String COMPILED = "func_";
    private static final String INTERPRETER = "com.dylibso.chicory.runtime.InterpreterMachine";
    private static final int MAX_FRAMES = 32;
    private static final int MAX_BYTES = 256;

    private final NameCustomSection names;

    private FunctionNames(NameCustomSection names) {
        this.names = names;
    }

    static FunctionNames of(WasmModule module) {
        return new FunctionNames(module.customSection("name") instanceof NameCustomSection section ? section : null);
    }

    /** @param index counts imports first */
    String of(int index) {
        String name = names == null ? null : names.nameOfFunction(index);
        return name == null || name.isEmpty()
                ? "function #" + index
                : Utf8.lenient(Utf8.cut(name, MAX_BYTES)) + "#" + index;
    }

    /** The functions that were running, innermost first. */
    List<String> stack(Throwable thrown) {
        Throwable deepest = thrown.getCause() instanceof StackOverflowError overflow ? overflow : thrown;
        List<String> frames = new ArrayList<>();
        for (StackTraceElement element : deepest.getStackTrace()) {
            String frame = frame(element);
            if (frame != null && frames.size() < MAX_FRAMES) {
                frames.add(frame);
            }
        }
        return frames;
    }

    private String frame(StackTraceElement element) {
        String method = element.getMethodName();
        if (method.startsWith(COMPILED) && element.getClassName().startsWith("com.dylibso.chicory.$gen")) {
            return of(Integer.parseInt(method.substring(COMPILED.length())));
        }
        boolean interpreted = method.equals("eval") && element.getClassName().equals(INTERPRETER);
        return interpreted ? "interpreted" : null;
    }
}
