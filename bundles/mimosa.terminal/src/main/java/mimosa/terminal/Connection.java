package mimosa.terminal;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import mimosa.terminal.Frames.Request;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.threadio.ThreadIO;
import org.jline.reader.LineReader;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.jline.terminal.impl.ExternalTerminal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client of the shell, from its request to its exit code. */
final class Connection {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final Gogo gogo;
    private final SocketChannel channel;

    /** What all sessions share. */
    record Gogo(CommandProcessor processor, ThreadIO threads, Shell shell, Path history, String version) {}

    Connection(Gogo gogo, SocketChannel channel) {
        this.gogo = gogo;
        this.channel = channel;
    }

    void run() {
        try (channel) {
            DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
            Frames.Writer writer = new Frames.Writer(new DataOutputStream(Channels.newOutputStream(channel)));
            Request request = Request.read(in);
            int code = request.isInteractive() ? converse(request, in, writer) : execute(request, in, writer);
            writer.write(Frames.EXIT, new byte[] {(byte) code}, 0, 1);
        } catch (IOException e) {
            LOG.debug("a shell session ended with its connection: {}", e.toString());
        } catch (Exception e) { // The boundary of a session: the next one must not suffer.
            LOG.warn("a shell session failed", e);
        }
    }

    /** Ends the session from the node's side. */
    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("closing a shell session: {}", e.toString());
        }
    }

    private int converse(Request request, DataInputStream in, Frames.Writer writer) throws Exception {
        Input input = new Input();
        // The terminal writes byte by byte, and flushes.
        OutputStream out = new BufferedOutputStream(writer.stream(Frames.OUTPUT));
        try (Terminal terminal =
                new ExternalTerminal("mimosa", request.terminal(), input.stream(), out, StandardCharsets.UTF_8)) {
            terminal.setSize(new Size(request.columns(), request.rows()));
            // A client that leaves takes along what it has started, as one that presses Ctrl-C does.
            input.start(in, () -> terminal.raise(Terminal.Signal.INT));
            CommandSession session =
                    gogo.processor().createSession(terminal.input(), terminal.output(), terminal.output());
            try {
                prepare(session, request, terminal);
                session.put(LineReader.HISTORY_FILE, privately(gogo.history()));
                terminal.writer()
                        .println(
                                "Mimosa " + gogo.version() + ": Tab completes, help lists the commands, Ctrl-D leaves");
                gogo.shell().gosh(session, new String[] {"--login", "--noshutdown", "--nohistory"});
            } finally {
                session.close();
            }
        }
        return 0;
    }

    private int execute(Request request, DataInputStream in, Frames.Writer writer) throws IOException {
        Input input = new Input();
        PrintStream out = new PrintStream(writer.stream(Frames.OUTPUT), false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(writer.stream(Frames.ERROR), true, StandardCharsets.UTF_8);
        CommandSession session = gogo.processor().createSession(input.stream(), out, err);
        try (Terminal terminal = new DumbTerminal(InputStream.nullInputStream(), out)) {
            input.start(in, session::close);
            prepare(session, request, terminal);
            Object result = session.execute(request.program());
            if (result != null) {
                out.println(session.format(result, Converter.INSPECT));
            }
            return 0;
        } catch (Exception e) { // The boundary of a command: whatever it throws is told to who called it.
            String message = e.getMessage() == null ? e.toString() : e.getMessage();
            err.println(message.startsWith("error: ") ? message : "error: " + message);
            return 1;
        } finally {
            out.flush();
            session.close();
        }
    }

    private static void prepare(CommandSession session, Request request, Terminal terminal) {
        session.currentDir(Path.of(request.folder()));
        session.put(Shell.VAR_TERMINAL, terminal);
        session.put(Shell.VAR_SCOPE, "gogo:felix:*");
    }

    /** Commands may contain what others should not read. */
    private static Path privately(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        return file;
    }
}
