package mimosa.shell;

/** Makes a command fail. The shell prints what {@link #toString} gives: one line, {@code error: <message>}. */
final class CommandFailure extends Exception {
    private static final long serialVersionUID = 1L;

    CommandFailure(String message) {
        super(message);
    }

    /** Wrong use of a command. */
    static CommandFailure usage(String problem, String usage) {
        return new CommandFailure(problem + "; usage: " + usage);
    }

    @Override
    public String toString() {
        return "error: " + Printable.line(getMessage());
    }
}
