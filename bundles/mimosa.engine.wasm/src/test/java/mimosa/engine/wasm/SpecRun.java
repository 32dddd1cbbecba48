package mimosa.engine.wasm;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.types.Value;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.engine.wasm.SpecScript.Command;

/** One round of a script on one side. */
final class SpecRun {
    /** How the suite calls our kinds of traps; it is satisfied with the beginning of a text. */
    private static final Map<String, List<String>> TEXTS = Map.of(
            "unreachable",
            List.of("unreachable"),
            Trap.MEMORY,
            List.of("out of bounds memory access", "data segment does not fit"),
            "table out of bounds",
            List.of("out of bounds table access", "undefined element", "elements segment does not fit"),
            "uninitialized element",
            List.of("uninitialized element", "uninitialized table element"),
            "indirect call type mismatch",
            List.of("indirect call type mismatch", "callIndirect: function signatures don't match"),
            "integer divide by zero",
            List.of("integer divide by zero"),
            "integer overflow",
            List.of("integer overflow"),
            "invalid conversion to integer",
            List.of("invalid conversion to integer"),
            Trap.STACK,
            List.of("call stack exhausted"));

    private final SpecSide side;
    private final Map<String, Instance> named = new HashMap<>();
    private final List<String> failures = new ArrayList<>();
    private Instance current;
    private int passed;
    private int leftOut;

    private SpecRun(SpecSide side) {
        this.side = side;
    }

    static SpecRun of(SpecSide side, SpecScript script) {
        SpecRun run = new SpecRun(side);
        for (Command command : script.commands()) {
            run.run(command);
        }
        return run;
    }

    /** Each as {@code file:line command: found, expected}. */
    List<String> failures() {
        return failures;
    }

    int passed() {
        return passed;
    }

    int leftOut() {
        return leftOut;
    }

    private void run(Command command) {
        String wrong;
        try {
            wrong = wrong(command);
        } catch (RuntimeException | StackOverflowError e) { // boundary: whatever goes wrong is told with its place
            wrong = e + ", expected to go through";
        }
        if (wrong == null) {
            passed++;
        } else if (wrong.isEmpty()) {
            leftOut++;
        } else {
            failures.add(command.place() + " " + command.type() + ": " + wrong);
        }
    }

    /** @return {@code null} when nothing is, empty when this side cannot tell */
    private String wrong(Command command) {
        return switch (command.type()) {
            case "module" -> instantiate(command);
            case "register" -> register(command);
            case "action" -> hasInstance(command) ? act(command) == null ? "" : null : "";
            case "assert_return" -> hasInstance(command) ? wrongValues(command, act(command)) : "";
            case "assert_trap", "assert_exhaustion" -> hasInstance(command) ? wrongTrap(command) : "";
            case "assert_invalid", "assert_malformed" -> command.module() == null ? "" : notRefused(command);
            case "assert_uninstantiable" -> notStopped(command);
            case "assert_unlinkable" -> side.links() ? notStopped(command) : "";
            default -> "unknown command";
        };
    }

    private String instantiate(Command command) {
        current = side.instantiate(command.place(), command.module());
        if (command.text("name") != null) {
            named.put(command.text("name"), current);
        }
        return current == null ? "" : null;
    }

    private String register(Command command) {
        if (!hasInstance(command.text("name"))) {
            return "";
        }
        side.register(command.text("as"), instance(command.text("name")));
        return null;
    }

    private Instance instance(String name) {
        return name == null ? current : named.get(name);
    }

    private boolean hasInstance(String name) {
        return side.isCurrent(instance(name));
    }

    private boolean hasInstance(Command command) {
        return hasInstance(command.json().get("action").path("module").asText(null));
    }

    // Actions and their values.

    private long[] act(Command command) {
        JsonNode action = command.json().get("action");
        Instance instance = instance(action.path("module").asText(null));
        String field = action.get("field").asText();
        if (action.get("type").asText().equals("get")) {
            return new long[] {instance.exports().global(field).getValue()};
        }
        JsonNode args = action.get("args");
        long[] values = new long[args.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(args.get(i));
        }
        long[] results = instance.export(field).apply(values);
        return results == null ? new long[0] : results;
    }

    private static long value(JsonNode value) {
        String text = value.get("value").asText();
        return text.equals("null") ? Value.REF_NULL_VALUE : Long.parseUnsignedLong(text);
    }

    private static String wrongValues(Command command, long[] found) {
        JsonNode expected = command.json().get("expected");
        if (found.length != expected.size()) {
            return found.length + " values, expected " + expected;
        }
        for (int i = 0; i < found.length; i++) {
            if (!fits(expected.get(i), found[i])) {
                return found[i] + ", expected " + expected.get(i);
            }
        }
        return null;
    }

    private static boolean fits(JsonNode expected, long found) {
        if (!expected.has("value")) {
            return found != Value.REF_NULL_VALUE;
        }
        String text = expected.get("value").asText();
        boolean wide = expected.get("type").asText().endsWith("64");
        if (text.startsWith("nan:")) {
            return wide ? Double.isNaN(Double.longBitsToDouble(found)) : Float.isNaN(Float.intBitsToFloat((int) found));
        }
        return wide ? value(expected) == found : (int) value(expected) == (int) found;
    }

    // What has to fail.

    private String wrongTrap(Command command) {
        try {
            return act(command).length + " values, expected a trap: " + command.text("text");
        } catch (ChicoryException | StackOverflowError e) {
            return wrongKind(command, e);
        }
    }

    private static String wrongKind(Command command, Throwable trap) {
        String kind = Trap.kind(trap);
        boolean fits = kind != null && TEXTS.get(kind).stream().anyMatch(text -> text.startsWith(command.text("text")));
        return fits ? null : trap + ", expected " + command.text("text");
    }

    private String notRefused(Command command) {
        try {
            side.check(command.module());
            return "accepted, expected " + command.text("text");
        } catch (MimosaException e) {
            return e.kind() == MimosaException.Kind.INVALID ? null : e.toString();
        } catch (RuntimeException e) { // boundary: the engine's parser refuses in any way
            return side instanceof SpecPlain ? null : e.toString();
        }
    }

    private String notStopped(Command command) {
        try {
            Instance instance = side.instantiate(command.place(), command.module());
            return instance == null ? "" : "started, expected " + command.text("text");
        } catch (ChicoryException | StackOverflowError e) {
            return command.type().equals("assert_uninstantiable") ? wrongKind(command, e) : null;
        }
    }
}
