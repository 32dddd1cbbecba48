package mimosa.shell;

import java.io.IOException;
import java.util.Locale;
import mimosa.api.MimosaException;
import mimosa.api.mim.Mim;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How commands answer at the prompt, and how they fail. */
final class Prompt {
    /** Stands for the value of a variable. */
    static final String MASK = "***";

    private static final Logger LOG = LoggerFactory.getLogger(MimCommands.class);

    private Prompt() {}

    /** What a command does; what it throws becomes the one line of its failure. */
    interface Command {
        void run() throws CommandFailure, IOException;
    }

    static void run(Command command) throws CommandFailure {
        try {
            command.run();
        } catch (MimosaException e) {
            throw new CommandFailure(e.getMessage());
        } catch (IOException | RuntimeException e) { // the boundary to the shell, which prints one line
            LOG.warn("A command failed", e);
            throw new CommandFailure("the command itself failed, see the log: " + e);
        }
    }

    /** A command that changes something, for the log; values of variables are nobody's business. */
    static void logged(String command, String[] args) {
        StringBuilder line = new StringBuilder("mim:").append(command);
        for (int i = 0; i < args.length; i++) {
            String arg = String.valueOf(args[i]);
            boolean isVariable = i > 0 && "-e".equals(args[i - 1]);
            line.append(' ').append(isVariable ? arg.replaceFirst("(?s)=.*", "=" + MASK) : arg);
        }
        LOG.info("{}", Printable.line(line.toString()));
    }

    static void show(Mim mim) {
        out(mim.id() + " " + state(mim) + " " + mim.path() + (mim.reason() == null ? "" : " (" + mim.reason() + ")"));
    }

    static void out(String line) {
        System.out.println(Printable.line(line));
    }

    static String state(Mim mim) {
        return mim.state().name().toLowerCase(Locale.ROOT);
    }
}
