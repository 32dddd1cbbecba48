package mimosa.runtime.image;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import mimosa.api.MimosaException;

/**
 * The headers of a tar archive, one entry after the other, in the old, ustar, pax and GNU forms. Content is skipped over.
 *
 * <p>It is stricter than the tools: what they guess around is an error here, because a guess that differs from another
 * reader's is how an archive smuggles something past a check.
 */
final class TarHeaders {
    static final int BLOCK = 512;

    /** Extended headers hold names and a few attributes; docker writes some hundred bytes. */
    private static final int MAX_EXTENSION = 1 << 16;

    private final Slice archive;
    private final Map<String, byte[]> globalRecords = new HashMap<>();
    private long position;

    TarHeaders(Slice archive) {
        this.archive = archive;
    }

    /** The next entry; {@code null} at the end of the archive, which is a block of zeros or the end of the bytes. */
    TarEntry next() throws IOException {
        Map<String, byte[]> records = new HashMap<>(globalRecords);
        while (true) {
            TarHeader header = header();
            if (header == null) {
                return null;
            }
            switch (header.type()) {
                case 'L' -> records.put(PaxRecords.PATH, TarHeader.untilZeros(extension(header)));
                case 'K' -> extension(header);
                case 'x', 'X' -> PaxRecords.read(extension(header), header.offset(), records);
                case 'g' -> {
                    PaxRecords.read(extension(header), header.offset(), globalRecords);
                    globalRecords.forEach(records::putIfAbsent);
                }
                default -> {
                    return entry(header, records);
                }
            }
        }
    }

    private TarHeader header() throws IOException {
        byte[] block = archive.read(position, BLOCK);
        if (isZero(block)) {
            return null;
        }
        if (block.length < BLOCK) {
            throw position == 0 ? notTar() : truncated(TarHeader.partialName(block));
        }
        TarHeader header = new TarHeader(block, position);
        if (position == 0 && !header.hasMagic() && !header.hasValidChecksum()) {
            throw notTar();
        }
        if (!header.hasValidChecksum()) {
            throw TarHeader.corrupt(position);
        }
        position += BLOCK;
        return header;
    }

    private byte[] extension(TarHeader header) throws IOException {
        long size = header.size();
        if (size > MAX_EXTENSION) {
            throw ImageLimits.exceeded("extended tar header at offset " + header.offset(), MAX_EXTENSION, " bytes");
        }
        long content = skip(size, header.name());
        return archive.read(content, (int) size);
    }

    private TarEntry entry(TarHeader header, Map<String, byte[]> records) {
        byte[] path = records.getOrDefault(PaxRecords.PATH, header.rawName());
        String name = TarHeader.text(path);
        TarEntry.Kind kind =
                PaxRecords.describeSparse(records) ? TarEntry.Kind.SPECIAL : header.kind(name.endsWith("/"));
        long size = PaxRecords.size(records, header);
        if (kind != TarEntry.Kind.FILE) {
            // A size given for a directory or link is a reservation or the linked file's; no content follows.
            return new TarEntry(name, path.length, kind, position, 0);
        }
        return new TarEntry(name, path.length, kind, skip(size, name), size);
    }

    /** Steps over content and its padding; returns where the content began. */
    private long skip(long size, String name) {
        long content = position;
        long left = archive.size() - content;
        if (size > left || padded(size) > left) {
            throw truncated(name);
        }
        position = content + padded(size);
        return content;
    }

    private static long padded(long size) {
        return (size + BLOCK - 1) / BLOCK * BLOCK;
    }

    private static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static MimosaException notTar() {
        return MimosaException.invalid("not a tar archive, expected one, plain or compressed with gzip");
    }

    private static MimosaException truncated(String name) {
        return MimosaException.invalid("truncated tar archive at entry '" + Names.shown(name) + "'");
    }
}
