package mimosa.gateway;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.UUID;
import mimosa.api.http.Body;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request body while it arrives and afterwards: in memory at first, in a file once it has grown too large for that. */
final class ReceivedBody implements Body, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReceivedBody.class);

    static final ReceivedBody EMPTY = new ReceivedBody(0, 0, null);

    private static final int FIRST_BUFFER = 8192;
    private static final byte[] NOTHING = {};

    private final long expected;
    private final int spoolBytes;
    private final Path folder;
    private byte[] memory = NOTHING;
    private FileChannel file;
    private volatile long size;

    /**
     * @param expected number of bytes the client has announced; negative when it has not
     * @param spoolBytes most bytes to keep in memory
     * @param folder where a larger body goes; made when needed
     */
    ReceivedBody(long expected, int spoolBytes, Path folder) {
        this.expected = expected;
        this.spoolBytes = spoolBytes;
        this.folder = folder;
    }

    /** Takes the next bytes; called by one thread at a time, and before anybody reads. */
    void append(ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        long total = size + count;
        if (file == null && total <= spoolBytes) {
            reserve((int) total);
            bytes.get(memory, (int) size, count);
        } else {
            if (file == null) {
                moveToFile();
            }
            write(bytes);
        }
        size = total;
    }

    private void reserve(int total) {
        if (total > memory.length) {
            long doubled = Math.max(total, memory.length == 0 ? FIRST_BUFFER : 2L * memory.length);
            // What was announced is not believed before it has arrived, but saves the last growth beyond it.
            long wanted = expected >= total ? Math.min(expected, doubled) : doubled;
            memory = Arrays.copyOf(memory, (int) Math.min(wanted, spoolBytes));
        }
    }

    private void moveToFile() throws IOException {
        Files.createDirectories(folder);
        file = FileChannel.open(
                folder.resolve("request-" + UUID.randomUUID() + ".body"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
        write(ByteBuffer.wrap(memory, 0, (int) size));
        memory = null;
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public InputStream open() {
        return file == null ? new ByteArrayInputStream(memory, 0, (int) size) : new FileStream();
    }

    /** Releases the file, if there is one. What is in memory stays readable. */
    @Override
    public void close() {
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                // Nobody needs the bytes any more, and the file has no name that could stay behind.
                LOG.debug("closing the file of a request body failed", e);
            }
        }
    }

    /** Reads at a position of its own, so that several streams do not disturb each other. */
    private final class FileStream extends InputStream {
        private long position;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int count = file.read(ByteBuffer.wrap(target, offset, length), position);
            if (count > 0) {
                position += count;
            }
            return count;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, size - position);
        }
    }
}
