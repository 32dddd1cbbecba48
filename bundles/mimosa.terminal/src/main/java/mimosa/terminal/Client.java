package mimosa.terminal;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import mimosa.terminal.Frames.Frame;
import mimosa.terminal.Frames.Request;

/**
 * The other end of the node's shell socket: a program of its own that needs this jar only. Arguments:
 *
 * <pre>
 *   socket folder command TEXT                  runs one command
 *   socket folder script                        runs what comes on standard input
 *   socket folder terminal TYPE COLUMNS ROWS    interactive; the terminal is already in raw mode
 * </pre>
 *
 * Exits with 0, with 1 when the command failed or the node cannot be reached.
 */
public final class Client {
    private Client() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    private static int run(String[] args) {
        try {
            Request request = request(args);
            // The node may have put a link there, because a socket's path has to be short.
            Path socket = Path.of(args[0]).toRealPath();
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                return converse(channel, request, !request.program().isEmpty() && args[2].equals("script"));
            }
        } catch (IOException e) {
            System.err.println("mimosa: the shell of the node cannot be reached: " + e.getMessage());
            return 1;
        }
    }

    private static Request request(String[] args) throws IOException {
        switch (args.length < 3 ? "" : args[2]) {
            case "command":
                return new Request(args[1], args[3], "", 0, 0);
            case "script":
                String script = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
                return new Request(args[1], script, "", 0, 0);
            case "terminal":
                return new Request(args[1], "", args[3], Integer.parseInt(args[4]), Integer.parseInt(args[5]));
            default:
                throw new IOException("wrong arguments " + Arrays.toString(args) + "; use bin/mimosa shell");
        }
    }

    private static int converse(SocketChannel channel, Request request, boolean inputRead) throws IOException {
        DataOutputStream out = new DataOutputStream(Channels.newOutputStream(channel));
        DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
        request.write(out);
        Frames.Writer writer = new Frames.Writer(out);
        if (inputRead) {
            writer.write(Frames.END, new byte[0], 0, 0);
        } else {
            Thread keys = new Thread(() -> send(writer), "input");
            keys.setDaemon(true);
            keys.start();
        }
        Frame frame;
        while ((frame = Frames.read(in)) != null) {
            if (frame.kind() == Frames.EXIT) {
                return frame.bytes()[0];
            }
            (frame.kind() == Frames.ERROR ? System.err : System.out).write(frame.bytes());
            System.out.flush();
        }
        throw new IOException("the node has stopped");
    }

    private static void send(Frames.Writer writer) {
        byte[] buffer = new byte[8192];
        try {
            int count;
            while ((count = System.in.read(buffer)) >= 0) {
                writer.write(Frames.INPUT, buffer, 0, count);
            }
            writer.write(Frames.END, buffer, 0, 0);
        } catch (IOException e) {
            // The node has closed the connection, which the reading side reports.
        }
    }
}
