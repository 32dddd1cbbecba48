package mimosa.runtime.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Objects;

/** A stretch of an open file, which stays the opener's to close. */
record Slice(FileChannel file, long start, long size) {
    static Slice of(FileChannel file) throws IOException {
        return new Slice(file, 0, file.size());
    }

    /** A stretch of this stretch. */
    Slice part(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, size);
        return new Slice(file, start + offset, length);
    }

    /** The bytes from an offset; fewer than asked for where the slice ends. */
    byte[] read(long offset, int length) throws IOException {
        int wanted = Math.clamp(size - offset, 0, length);
        byte[] bytes = new byte[wanted];
        int got = 0;
        while (got < wanted) {
            int count = file.read(ByteBuffer.wrap(bytes, got, wanted - got), start + offset + got);
            if (count < 0) {
                return Arrays.copyOf(bytes, got);
            }
            got += count;
        }
        return bytes;
    }

    /** The bytes one after the other; closing it has no effect. */
    InputStream stream() {
        return new InputStream() {
            private long offset;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int at, int length) throws IOException {
                Objects.checkFromIndexSize(at, length, target.length);
                if (length == 0) {
                    return 0;
                }
                if (offset >= size) {
                    return -1;
                }
                int wanted = (int) Math.min(length, size - offset);
                int count = file.read(ByteBuffer.wrap(target, at, wanted), start + offset);
                offset += Math.max(count, 0);
                return count;
            }

            @Override
            public int available() {
                return (int) Math.min(size - offset, Integer.MAX_VALUE);
            }
        };
    }
}
