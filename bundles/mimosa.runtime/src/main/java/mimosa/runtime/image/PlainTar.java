package mimosa.runtime.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import mimosa.api.MimosaException;
import mimosa.runtime.file.DurableFiles;

/** An archive without compression: the given bytes, or what they unpack to, in a scratch file that goes with it. */
final class PlainTar implements AutoCloseable {
    private static final int CHUNK = 1 << 16;

    private final Slice content;
    private final FileChannel scratch;

    private PlainTar(Slice content, FileChannel scratch) {
        this.content = content;
        this.scratch = scratch;
    }

    /**
     * Unpacks an archive if it is compressed, which its first bytes tell.
     *
     * @param folder for the scratch file
     */
    static PlainTar open(Slice packed, Path folder, Allowance allowance) throws IOException {
        if (!isGzip(packed)) {
            return new PlainTar(packed, null);
        }
        FileChannel scratch = DurableFiles.scratch(folder);
        try {
            unpack(packed, scratch, allowance);
            return new PlainTar(Slice.of(scratch), scratch);
        } catch (IOException | RuntimeException e) {
            scratch.close();
            throw e;
        }
    }

    static boolean isGzip(Slice packed) throws IOException {
        byte[] magic = packed.read(0, 2);
        return magic.length == 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b;
    }

    /** Reads to the end of the stream, also past the end of the archive in it, so that its checksum is verified. */
    private static void unpack(Slice packed, FileChannel scratch, Allowance allowance) throws IOException {
        byte[] chunk = new byte[CHUNK];
        try (InputStream gzip = gzip(packed)) {
            for (int count = next(gzip, chunk); count >= 0; count = next(gzip, chunk)) {
                allowance.unpacked(count);
                allowance.ratio(packed.size(), scratch.position() + count);
                DurableFiles.writeFully(scratch, ByteBuffer.wrap(chunk, 0, count));
            }
        }
    }

    private static InputStream gzip(Slice packed) throws IOException {
        try {
            return new GZIPInputStream(packed.stream(), CHUNK);
        } catch (ZipException | EOFException e) {
            throw corrupt(e);
        }
    }

    private static int next(InputStream gzip, byte[] chunk) throws IOException {
        try {
            return gzip.read(chunk);
        } catch (ZipException | EOFException e) {
            throw corrupt(e);
        }
    }

    private static MimosaException corrupt(IOException cause) {
        return new MimosaException(
                MimosaException.Kind.INVALID, "corrupt gzip stream: " + Names.shown(cause.getMessage()), cause);
    }

    Slice content() {
        return content;
    }

    @Override
    public void close() throws IOException {
        if (scratch != null) {
            scratch.close();
        }
    }
}
