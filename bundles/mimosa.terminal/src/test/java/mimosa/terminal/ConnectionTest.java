package mimosa.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mimosa.terminal.Frames.Frame;
import mimosa.terminal.Frames.Request;
import org.apache.felix.gogo.jline.Builtin;
import org.apache.felix.gogo.jline.Posix;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ConnectionTest {
    @TempDir
    private Path folder;

    private final ThreadIOImpl threads = new ThreadIOImpl();
    private ServerSocketChannel server;
    private SocketChannel client;
    private DataInputStream in;
    private Frames.Writer keys;
    private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
    private Thread session;
    private final Commands commands = new Commands();

    /** Commands that are easy to watch. */
    public static final class Commands {
        final CountDownLatch waiting = new CountDownLatch(1);
        final CountDownLatch interrupted = new CountDownLatch(1);

        public String hello(String name) {
            return "hello " + name;
        }

        public void fail() {
            throw new IllegalArgumentException("no mim 'x'");
        }

        public void sit() {
            waiting.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                Thread.currentThread().interrupt();
            }
        }
    }

    @BeforeEach
    void connect() throws IOException {
        threads.start();
        CommandProcessorImpl processor = new CommandProcessorImpl(threads);
        for (String function : new String[] {"hello", "fail", "sit"}) {
            processor.addCommand("test", commands, function);
        }
        Posix posix = new Posix(processor);
        processor.addCommand("gogo", posix, "cat");
        processor.addCommand("gogo", posix, "echo");
        Builtin builtin = new Builtin();
        processor.addCommand("gogo", builtin, "setopt");
        processor.addCommand("gogo", builtin, "complete");
        Path socket = folder.resolve("s");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        client = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        Shell shell = new Shell(new Nowhere(), processor, threads, null);
        Connection.Gogo gogo = new Connection.Gogo(processor, threads, shell, folder.resolve("history"), "1.2.3");
        Connection connection = new Connection(gogo, server.accept());
        session = new Thread(connection::run);
        session.start();
        in = new DataInputStream(Channels.newInputStream(client));
        Thread.ofPlatform().daemon().start(this::read);
    }

    @AfterEach
    void disconnect() throws Exception {
        client.close();
        server.close();
        session.join(30_000);
        threads.stop();
    }

    @Test
    void runsACommandAndTellsItsResult() throws Exception {
        request("test:hello world", "");

        assertEquals("hello world\n", text(Frames.OUTPUT));
    }

    @Test
    void aFailedCommandSaysWhyOnStandardError() throws Exception {
        request("test:fail", "");

        assertEquals("error: no mim 'x'\n", text(Frames.ERROR));
    }

    @Test
    void commandsReadWhatIsPipedIn() throws Exception {
        request("cat", "");
        type("grüße\n");
        keys.write(Frames.END, new byte[0], 0, 0);

        assertEquals("grüße\n", text(Frames.OUTPUT));
    }

    @Test
    void commandsWorkInTheFolderOfTheClient() throws Exception {
        Files.writeString(folder.resolve("file"), "content\n");
        request("cat file", "");

        assertEquals("content\n", text(Frames.OUTPUT));
    }

    @Test
    void aClientThatLeavesEndsItsCommand() throws Exception {
        request("test:sit", "");
        commands.waiting.await();

        client.close();

        assertTrue(commands.interrupted.await(30, TimeUnit.SECONDS));
    }

    @Test
    void anInteractiveSessionCompletesInterruptsAndRemembers() throws Exception {
        request("", "xterm");
        awaitOutput("mimosa> ");
        type("test:hel\t");
        awaitOutput("hello");
        type("you\r");
        awaitOutput("hello you");
        type("test:sit\r");
        commands.waiting.await();
        type("\u0003");
        assertTrue(commands.interrupted.await(30, TimeUnit.SECONDS));
        type("\u0004");

        assertEquals(0, exit());
        assertTrue(Files.readString(folder.resolve("history")).contains("test:hello you"));
    }

    private void request(String program, String terminal) throws IOException {
        DataOutputStream out = new DataOutputStream(Channels.newOutputStream(client));
        new Request(folder.toString(), program, terminal, 80, 24).write(out);
        keys = new Frames.Writer(out);
    }

    private void type(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        keys.write(Frames.INPUT, bytes, 0, bytes.length);
    }

    /** Reads all the time, as a terminal does: a node that cannot write can do nothing else. */
    private void read() {
        try {
            Frame frame;
            while ((frame = Frames.read(in)) != null) {
                frames.put(frame);
            }
        } catch (IOException | InterruptedException e) {
            // The test has ended.
        }
    }

    /** Everything of a kind until the end; checks that the exit code fits. */
    private String text(int kind) throws Exception {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        Frame frame;
        while ((frame = next()).kind() != Frames.EXIT) {
            assertEquals(kind, frame.kind(), new String(frame.bytes(), StandardCharsets.UTF_8));
            text.write(frame.bytes());
        }
        assertEquals(kind == Frames.ERROR ? 1 : 0, frame.bytes()[0]);
        return text.toString(StandardCharsets.UTF_8);
    }

    private void awaitOutput(String expected) throws Exception {
        StringBuilder seen = new StringBuilder();
        while (seen.indexOf(expected) < 0) {
            seen.append(new String(next().bytes(), StandardCharsets.UTF_8));
        }
    }

    private int exit() throws Exception {
        Frame frame;
        do {
            frame = next();
        } while (frame.kind() != Frames.EXIT);
        return frame.bytes()[0];
    }

    private Frame next() throws InterruptedException {
        return Objects.requireNonNull(frames.poll(30, TimeUnit.SECONDS), "nothing more from the node");
    }

    private static final class Nowhere implements Shell.Context {
        @Override
        public String getProperty(String name) {
            return System.getProperty("java.io.tmpdir");
        }

        @Override
        public void exit() {}
    }
}
