package mimosa.terminal;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import mimosa.terminal.Frames.Frame;

/** What the client types, as a stream; read on a thread of its own, so that its leaving is noticed in any case. */
final class Input {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final PipedOutputStream feed = new PipedOutputStream();
    private final PipedInputStream stream;

    Input() throws IOException {
        stream = new PipedInputStream(feed, BUFFER_BYTES);
    }

    /** Ends when the client has no more input, or has left. */
    InputStream stream() {
        return stream;
    }

    /**
     * Begins to read.
     *
     * @param gone run once when the client has closed the connection
     */
    void start(DataInputStream in, Runnable gone) {
        Thread.ofPlatform().daemon().name("mimosa-terminal-input").start(() -> {
            try (feed) {
                Frame frame;
                while ((frame = Frames.read(in)) != null) {
                    if (frame.kind() == Frames.INPUT) {
                        feed.write(frame.bytes());
                        feed.flush();
                    } else if (frame.kind() == Frames.END) {
                        feed.close();
                    }
                }
            } catch (IOException e) {
                // The connection broke, or the session no longer reads: both end it.
            }
            gone.run();
        });
    }
}
