package mimosa.runtime.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;

/** The records of a pax extended header, {@code <length> <key>=<value>\n}: they override fields of the header itself. */
final class PaxRecords {
    static final String PATH = "path";

    private static final String SIZE = "size";
    private static final String SPARSE = "GNU.sparse.";
    private static final Pattern WHOLE_NUMBER = Pattern.compile("[0-9]{1,18}");

    private PaxRecords() {}

    /**
     * Adds the records of one header; an empty value takes the record away.
     *
     * @param offset of the header in the archive, for messages
     */
    static void read(byte[] bytes, long offset, Map<String, byte[]> records) {
        int start = 0;
        // Some writers fill the rest of the block with zeros and count them in.
        while (start < bytes.length && bytes[start] != 0) {
            int end = start + length(bytes, start, offset);
            int key = indexOf(bytes, ' ', start, end) + 1;
            int equals = indexOf(bytes, '=', key, end);
            if (key == 0 || equals < 0 || bytes[end - 1] != '\n') {
                throw TarHeader.corrupt(offset);
            }
            String name = new String(bytes, key, equals - key, StandardCharsets.UTF_8);
            if (equals + 1 == end - 1) {
                records.remove(name);
            } else {
                records.put(name, Arrays.copyOfRange(bytes, equals + 1, end - 1));
            }
            start = end;
        }
    }

    private static int length(byte[] bytes, int start, long offset) {
        int length = 0;
        int at = start;
        while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9' && length <= bytes.length) {
            length = length * 10 + bytes[at++] - '0';
        }
        if (length == 0 || length > bytes.length - start || at == bytes.length || bytes[at] != ' ') {
            throw TarHeader.corrupt(offset);
        }
        return length;
    }

    private static int indexOf(byte[] bytes, char wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    static boolean describeSparse(Map<String, byte[]> records) {
        return records.keySet().stream().anyMatch(key -> key.startsWith(SPARSE));
    }

    static long size(Map<String, byte[]> records, TarHeader header) {
        byte[] size = records.get(SIZE);
        if (size == null) {
            return header.size();
        }
        String digits = new String(size, StandardCharsets.ISO_8859_1);
        if (!WHOLE_NUMBER.matcher(digits).matches()) {
            throw TarHeader.corrupt(header.offset());
        }
        return Long.parseLong(digits);
    }
}
