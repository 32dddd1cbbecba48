package mimosa.terminal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import org.apache.felix.gogo.jline.Builtin;
import org.apache.felix.gogo.jline.Converters;
import org.apache.felix.gogo.jline.Posix;
import org.apache.felix.gogo.jline.Procedural;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** The general commands of the shell, in the scope {@code gogo}: files, text, loops, completion, help. */
final class GogoCommands implements AutoCloseable {
    private static final int END_OF_TRANSMISSION = 4;

    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    GogoCommands(BundleContext context, CommandProcessor processor, Shell shell) {
        registrations.add(context.registerService(
                Converter.class, new Converters(context.getBundle(0).getBundleContext()), null));
        register(context, shell, "help", "source");
        register(context, new Exit(), "exit");
        register(
                context,
                new Builtin(),
                "format",
                "getopt",
                "new",
                "set",
                "tac",
                "type",
                "jobs",
                "fg",
                "bg",
                "keymap",
                "setopt",
                "unsetopt",
                "complete",
                "history",
                "widget",
                "__files",
                "__directories",
                "__usage_completion");
        register(context, new Procedural(), "each", "if", "not", "throw", "try", "until", "while", "break", "continue");
        register(
                context,
                new Posix(processor),
                "cat",
                "echo",
                "grep",
                "sort",
                "sleep",
                "cd",
                "pwd",
                "ls",
                "less",
                "watch",
                "head",
                "tail",
                "clear",
                "wc",
                "date");
    }

    private void register(BundleContext context, Object commands, String... functions) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(CommandProcessor.COMMAND_SCOPE, "gogo");
        properties.put(CommandProcessor.COMMAND_FUNCTION, functions);
        registrations.add(context.registerService(Object.class.getName(), commands, properties));
    }

    @Override
    public void close() {
        registrations.forEach(ServiceRegistration::unregister);
    }

    /** Leaves an interactive session. */
    public static final class Exit {
        public void exit(CommandSession session) throws IOException {
            Terminal terminal = Shell.getTerminal(session);
            if (terminal instanceof LineDisciplineTerminal typed) {
                typed.processInputByte(END_OF_TRANSMISSION);
            }
        }
    }
}
