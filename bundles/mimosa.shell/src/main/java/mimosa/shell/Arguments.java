package mimosa.shell;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The arguments of one command: options of one letter and operands, in any order. {@code --} ends the options.
 */
final class Arguments {
    private final String usage;
    private final Map<String, List<String>> options = new HashMap<>();
    private final List<String> operands = new ArrayList<>();

    private Arguments(String usage) {
        this.usage = usage;
    }

    /**
     * @param usage of the command, for failures
     * @param flags letters of the options that stand alone
     * @param valued letters of the options that are followed by a value
     */
    static Arguments parse(String usage, String flags, String valued, String... given) throws CommandFailure {
        Arguments arguments = new Arguments(usage);
        boolean options = true;
        for (int i = 0; i < given.length; i++) {
            // The shell takes the bare word null for no value at all; here it is a word like any other.
            String argument = String.valueOf(given[i]);
            if (options && argument.equals("--")) {
                options = false;
            } else if (!options || argument.length() < 2 || argument.charAt(0) != '-') {
                arguments.operands.add(argument);
            } else if (argument.length() == 2 && flags.contains(argument.substring(1))) {
                arguments.add(argument, "");
            } else if (argument.length() == 2 && valued.contains(argument.substring(1))) {
                i++;
                if (i == given.length) {
                    throw CommandFailure.usage("option " + argument + " has no value", usage);
                }
                arguments.add(argument, String.valueOf(given[i]));
            } else {
                throw CommandFailure.usage("unknown option " + argument, usage);
            }
        }
        return arguments;
    }

    private void add(String option, String value) {
        options.computeIfAbsent(option.substring(1), key -> new ArrayList<>()).add(value);
    }

    boolean has(String option) {
        return options.containsKey(option);
    }

    /** All values of an option in the order given; empty when it is absent. */
    List<String> all(String option) {
        return options.getOrDefault(option, List.of());
    }

    /** The last value of an option; {@code null} when it is absent. */
    String last(String option) {
        List<String> values = all(option);
        return values.isEmpty() ? null : values.get(values.size() - 1);
    }

    /** A number from 1; the default when the option is absent. */
    int number(String option, int dflt) throws CommandFailure {
        String value = last(option);
        try {
            int number = value == null ? dflt : Integer.parseInt(value);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, as for a number that is too small
        }
        throw CommandFailure.usage("option -" + option + " " + value + ": expected a number from 1", usage);
    }

    /** The operands, at least and at most so many. */
    List<String> operands(int least, int most) throws CommandFailure {
        if (operands.size() < least || operands.size() > most) {
            throw CommandFailure.usage(operands.size() < least ? "too few arguments" : "too many arguments", usage);
        }
        return operands;
    }

    /** The only operand. */
    String operand() throws CommandFailure {
        return operands(1, 1).get(0);
    }
}
