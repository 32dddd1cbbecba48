package mimosa.engine.js;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import mimosa.api.storage.NewFile;
import mimosa.api.storage.Session;

/** The file that an outbound answer is written to, and how far that is. Used in turns of the instance only. */
final class OutputFile implements AutoCloseable {
    /** At most four reports a second. */
    private static final long REPORT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Session session;
    private final String path;
    private NewFile file;
    private long size;
    private long nextReport = System.nanoTime();

    OutputFile(Session session, String path) {
        this.session = session;
        this.path = path;
    }

    void write(ByteBuffer bytes) {
        if (file == null) {
            file = session.newFile(path);
        }
        size += bytes.remaining();
        file.write(bytes);
    }

    /** Makes the file appear. */
    void commit() {
        write(ByteBuffer.allocate(0));
        file.commit();
        close();
    }

    /** Whether enough time has gone by since the last report; if so the next one is counted from now. */
    boolean isReportDue() {
        long now = System.nanoTime();
        if (now - nextReport < 0) {
            return false;
        }
        nextReport = now + REPORT_NANOS;
        return true;
    }

    /** @param total 0 when unknown */
    String progress(long total) {
        return "{\"size\":" + size + ",\"totalSize\":" + total + "}";
    }

    /** @return as {@link #progress}, of a file that is complete */
    String result() {
        return progress(size);
    }

    /** Drops the file unless it was committed. */
    @Override
    public void close() {
        if (file != null) {
            NewFile open = file;
            file = null;
            open.close();
        }
    }
}
