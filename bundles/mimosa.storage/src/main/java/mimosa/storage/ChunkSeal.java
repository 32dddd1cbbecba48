package mimosa.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * A checksum over a whole chunk (what one commit writes), kept in free room of the chunk's footer, where H2 itself skips
 * it. H2 checks a chunk's header and footer alone; after a loss of power both may be on the disk and what is between
 * them not.
 */
final class ChunkSeal {
    static final int FOOTER = 128;
    private static final int BLOCK = 4096;
    private static final int PIECE = 64 * 1024;
    private static final String FIELD = ",crc:";
    private static final Pattern LENGTH = Pattern.compile("(?:^|,)len:([0-9a-f]{1,8})(?:,|$)");

    private ChunkSeal() {}

    /** Writes the checksum into the footer of a chunk that is about to be written. */
    static void seal(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length - FOOTER);
        int end = offset + length - 1;
        int at = end;
        while (bytes[at - 1] == ' ') {
            at--;
        }
        byte[] field = (FIELD + Long.toHexString(crc.getValue())).getBytes(StandardCharsets.ISO_8859_1);
        if (at + field.length <= end) {
            System.arraycopy(field, 0, bytes, at, field.length);
        }
    }

    /** Whether the chunk that ends with this footer is as it was written; true when it carries no checksum. */
    static boolean isIntact(Disk disk, long footerPosition, byte[] footer) throws IOException {
        String text = new String(footer, StandardCharsets.ISO_8859_1).trim();
        int field = text.lastIndexOf(FIELD);
        Matcher length = LENGTH.matcher(text);
        if (field < 0 || !length.find()) {
            return true;
        }
        long end = footerPosition + FOOTER;
        long start = end - Long.parseLong(length.group(1), 16) * BLOCK;
        if (start < 0) {
            return false;
        }
        String expected = text.substring(field + FIELD.length());
        return Long.toHexString(checksum(disk, start, footerPosition)).equals(expected);
    }

    private static long checksum(Disk disk, long start, long end) throws IOException {
        CRC32C crc = new CRC32C();
        byte[] piece = new byte[(int) Math.min(PIECE, end - start)];
        for (long at = start; at < end; at += piece.length) {
            int length = (int) Math.min(piece.length, end - at);
            disk.read(at, piece, 0, length);
            crc.update(piece, 0, length);
        }
        return crc.getValue();
    }

    /** Makes a chunk that must not count any more unreadable as such; does nothing where it never got complete. */
    static void breakAt(Disk disk, long position, int length) throws IOException {
        long footer = position + length - FOOTER;
        if (position + length > disk.size()) {
            return;
        }
        byte[] bytes = new byte[FOOTER];
        disk.read(footer, bytes, 0, FOOTER);
        if (isIntact(disk, footer, bytes)) {
            byte[] zeros = new byte[BLOCK];
            disk.write(position, zeros, 0, BLOCK);
            disk.write(position + length - BLOCK, zeros, 0, BLOCK);
        }
    }
}
