package mimosa.launcher;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** A folder with a program that runs as it is: packed without any tool. */
final class PlainProject implements MimProject {
    static final String PROGRAM = "index.js";

    private static final int BLOCK = 512;
    private static final List<String> BESIDE = List.of("index.js.map", "mim.json", "package.json", "config.json");

    private final Path folder;

    PlainProject(Path folder) {
        this.folder = folder;
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public boolean isPlain() {
        return true;
    }

    @Override
    public Image build(Consumer<String> progress) throws BuildFailure {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        try {
            add(tar, PROGRAM);
            for (String name : BESIDE) {
                if (Files.exists(folder.resolve(name))) {
                    add(tar, name);
                }
            }
        } catch (IOException e) {
            throw BuildFailure.of("the program cannot be read: " + e);
        }
        tar.writeBytes(new byte[2 * BLOCK]);
        return new Image(imageName(folder) + ".tar", tar.toByteArray());
    }

    /** What the image is called when no file in it says so: as the folder, as far as the letters are allowed. */
    static String imageName(Path folder) {
        String name = folder.toAbsolutePath()
                .toString()
                .replaceFirst(".*[/\\\\]", "")
                .replaceAll("[^A-Za-z0-9_.-]", "-")
                .replaceAll("^\\.+|\\.+$", "")
                .replaceAll("\\.{2,}", ".");
        return name.isEmpty() ? "mim" : name;
    }

    private void add(ByteArrayOutputStream tar, String name) throws IOException {
        byte[] content = Files.readAllBytes(folder.resolve(name));
        tar.writeBytes(header(name, content.length));
        tar.writeBytes(content);
        tar.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    /** A ustar header (POSIX.1-1988). */
    private static byte[] header(String name, int size) {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000644\0");
        put(header, 108, "0000000\0");
        put(header, 116, "0000000\0");
        put(header, 124, String.format(Locale.ROOT, "%011o\0", size));
        put(header, 136, "00000000000\0");
        put(header, 148, "        "); // the checksum counts itself as eight spaces
        header[156] = '0';
        put(header, 257, "ustar\0" + "00");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
        return header;
    }

    private static void put(byte[] header, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }
}
