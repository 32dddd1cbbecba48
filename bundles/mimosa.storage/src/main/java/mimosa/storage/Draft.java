package mimosa.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import mimosa.api.storage.NewFile;

/** A file that is being written, through a buffer, to a content that no path leads to yet. */
final class Draft implements NewFile {
    private static final int BUFFER_BYTES = 16 * XtsDisk.SECTOR;

    private final MvStoreSession session;
    private final Store store;
    private final String path;
    private final long room;
    private final String id = Contents.newId();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int buffered;
    private long written;
    private Disk disk;
    private boolean complete;
    private boolean ended;

    /** @param room how large it can become */
    Draft(MvStoreSession session, Store store, String path, long room) {
        this.session = session;
        this.store = store;
        this.path = path;
        this.room = room;
    }

    @Override
    public void write(ByteBuffer bytes) {
        checkOpen();
        if (complete) {
            throw Failures.storage("file " + path + " is complete, nothing can be added");
        }
        int more = bytes.remaining();
        if (more > room - size()) {
            throw Failures.overLimit("file " + path + " of " + (size() + more) + " bytes or more is over the limit"
                    + " totalBytes=" + store.settings().totalBytes() + ", of which " + Math.max(room, 0)
                    + " bytes are free for it");
        }
        store.contents().grow(id, more);
        while (bytes.hasRemaining()) {
            int part = Math.min(bytes.remaining(), BUFFER_BYTES - buffered);
            bytes.get(buffer, buffered, part);
            buffered += part;
            if (buffered == BUFFER_BYTES) {
                flush(BUFFER_BYTES);
            }
        }
    }

    private void flush(int length) {
        try {
            if (disk == null) {
                disk = store.createContent(id);
            }
            disk.write(written, buffer, 0, length);
            written += buffered;
            buffered = 0;
        } catch (IOException | RuntimeException e) {
            // There is no telling what has been written of it.
            close();
            throw Failures.storage("cannot write file " + path, e);
        }
    }

    @Override
    public long size() {
        return written + buffered;
    }

    @Override
    public void commit() {
        checkOpen();
        if (!complete) {
            // The disk may be encrypted in whole sectors.
            int length = (buffered + XtsDisk.SECTOR - 1) / XtsDisk.SECTOR * XtsDisk.SECTOR;
            Arrays.fill(buffer, buffered, length, (byte) 0);
            flush(length);
            closeDisk();
            complete = true;
        }
        session.putFile(new FileEntry(path, id, size()));
        ended = true;
        session.forget(this);
    }

    @Override
    public void close() {
        if (!ended) {
            ended = true;
            session.forget(this);
            try {
                closeDisk();
            } finally {
                store.contents().drop(id);
            }
        }
    }

    private void closeDisk() {
        try {
            if (disk != null) {
                disk.close();
            }
        } catch (IOException e) {
            throw Failures.storage("cannot write file " + path, e);
        }
    }

    private void checkOpen() {
        StackRoom.ensure();
        if (ended) {
            throw Failures.storage("file " + path + " has been committed or closed");
        }
    }
}
