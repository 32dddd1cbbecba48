package mimosa.runtime.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/** Writes tar archives entry by entry, sound ones and such as no tool would write. */
final class TarBuilder {
    static final char FILE = '0';
    static final char HARD_LINK = '1';
    static final char SYMBOLIC_LINK = '2';
    static final char DEVICE = '3';
    static final char DIRECTORY = '5';
    static final char PIPE = '6';
    static final char GNU_SPARSE = 'S';
    private static final int BLOCK = 512;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** An image as a packager writes it: one layer with the given program. */
    static TarBuilder docker(String tag, String program, byte[] content) {
        return new TarBuilder()
                .entry("0c0ffee/", DIRECTORY)
                .file("0c0ffee/VERSION", "1.0")
                .file("0c0ffee/json", "{}")
                .file(
                        "0c0ffee/layer.tar",
                        new TarBuilder().file(program, content).bytes())
                .file("manifest.json", manifest(tag, "0c0ffee/layer.tar"));
    }

    static String manifest(String tag, String... layers) {
        return "[{\"Config\":\"c.json\",\"RepoTags\":" + (tag == null ? "null" : "[\"" + tag + "\"]")
                + ",\"Layers\":[\"" + String.join("\",\"", layers) + "\"]}]";
    }

    TarBuilder file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    TarBuilder file(String name, byte[] content) {
        return entry(name, FILE, content);
    }

    TarBuilder entry(String name, char type) {
        return entry(name, type, new byte[0]);
    }

    TarBuilder entry(String name, char type, byte[] content) {
        return raw(header(name, type, content.length)).raw(content).pad();
    }

    /** An entry whose name is in a GNU long name header. */
    TarBuilder gnuFile(String name, byte[] content) {
        return entry("././@LongLink", 'L', (name + "\0").getBytes(StandardCharsets.UTF_8))
                .file("cut", content);
    }

    /** A pax header for the entry that follows. */
    TarBuilder pax(String... keysAndValues) {
        return extended('x', keysAndValues);
    }

    /** A pax header for all entries that follow. */
    TarBuilder globalPax(String... keysAndValues) {
        return extended('g', keysAndValues);
    }

    private TarBuilder extended(char type, String... keysAndValues) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            byte[] body = (" " + keysAndValues[i] + "=" + keysAndValues[i + 1] + "\n").getBytes(StandardCharsets.UTF_8);
            int length = body.length + String.valueOf(body.length).length();
            length = body.length + String.valueOf(length).length();
            records.writeBytes(String.valueOf(length).getBytes(StandardCharsets.UTF_8));
            records.writeBytes(body);
        }
        return entry("PaxHeader", type, records.toByteArray());
    }

    TarBuilder raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    TarBuilder zeros(int count) {
        return raw(new byte[count]);
    }

    private TarBuilder pad() {
        return zeros((BLOCK - out.size() % BLOCK) % BLOCK);
    }

    /** The archive so far, with the two blocks at its end. */
    byte[] bytes() {
        byte[] entries = out.toByteArray();
        return Arrays.copyOf(entries, entries.length + 2 * BLOCK);
    }

    /** The archive so far, without an end. */
    byte[] open() {
        return out.toByteArray();
    }

    /** A sound ustar header; a name of more than 100 bytes is parted into prefix and name at its last slash. */
    static byte[] header(String name, char type, long size) {
        byte[] header = new byte[BLOCK];
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        int cut = bytes.length > 100 ? name.lastIndexOf('/') : -1;
        System.arraycopy(bytes, cut + 1, header, 0, Math.min(100, bytes.length - cut - 1));
        System.arraycopy(bytes, 0, header, 345, Math.max(cut, 0));
        put(header, 100, "0000644");
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, String.format("%011o", size));
        put(header, 136, "00000000000");
        header[156] = (byte) type;
        put(header, 257, "ustar\00000");
        return sealed(header);
    }

    static void put(byte[] header, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }

    /** Sets the checksum. */
    static byte[] sealed(byte[] header) {
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format("%06o\0", sum));
        return header;
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }
}
