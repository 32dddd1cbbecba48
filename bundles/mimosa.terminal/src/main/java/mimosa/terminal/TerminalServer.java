package mimosa.terminal;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import mimosa.api.MimosaException;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.threadio.ThreadIO;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the node's operator into the Gogo shell through the socket {@code run/shell.sock} of the data folder. Only the
 * user the node runs as can open it: file permissions are the authentication, and no port is opened.
 *
 * <pre>
 *   bin/mimosa shell -> {@link Client} -> socket -> {@link Connection} -> Gogo session
 * </pre>
 */
@Component
public final class TerminalServer {
    private static final Logger LOG = LoggerFactory.getLogger(TerminalServer.class);
    /** What every system allows; Linux would take 107. */
    private static final int LONGEST_PATH = 100;

    private final Path entrance;
    private final Path socket;
    private final ServerSocketChannel server;
    private final GogoCommands commands;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    @Activate
    public TerminalServer(BundleContext context, @Reference CommandProcessor processor, @Reference ThreadIO threads) {
        Path folder = Path.of(context.getProperty("mimosa.data"), "run");
        entrance = folder.resolve("shell.sock");
        try {
            Files.createDirectories(folder);
            Files.deleteIfExists(entrance);
            socket = place(entrance);
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new MimosaException(
                    MimosaException.Kind.INTERNAL, "cannot open the shell's socket " + entrance + ": " + e, e);
        }
        Shell shell = new Shell(new QuietContext(context), processor, threads, null);
        commands = new GogoCommands(context, processor, shell);
        Connection.Gogo gogo = new Connection.Gogo(
                processor, threads, shell, folder.resolve("shell.history"), context.getProperty("mimosa.version"));
        Thread.ofPlatform().daemon().name("mimosa-terminal").start(() -> accept(gogo));
    }

    /** The socket lies at the entrance; where that path is too long for a socket, there is a link to a shorter one. */
    private static Path place(Path entrance) throws IOException {
        if (entrance.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST_PATH) {
            return entrance;
        }
        Path socket = Files.createTempDirectory("mimosa").resolve("shell.sock");
        Files.createSymbolicLink(entrance, socket);
        return socket;
    }

    private void accept(Connection.Gogo gogo) {
        while (true) {
            try {
                SocketChannel channel = server.accept();
                Connection connection = new Connection(gogo, channel);
                connections.add(connection);
                Thread.ofPlatform().daemon().name("mimosa-terminal-session").start(() -> {
                    connection.run();
                    connections.remove(connection);
                });
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warn("the shell takes no more connections: {}", e.toString());
                return;
            }
        }
    }

    @Deactivate
    void close() throws IOException {
        server.close();
        connections.forEach(Connection::close);
        commands.close();
        Files.deleteIfExists(entrance);
        if (!socket.equals(entrance)) {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(socket.getParent());
        }
    }

    /** The end of a session is not the end of the node. */
    private record QuietContext(BundleContext context) implements Shell.Context {
        @Override
        public String getProperty(String name) {
            return name.equals("gosh.home") ? context.getProperty("mimosa.home") : context.getProperty(name);
        }

        @Override
        public void exit() {}
    }
}
