package mimosa.itests;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes small images as the public packagers do. */
final class Tar {
    private static final int BLOCK = 512;

    private Tar() {}

    /** A docker-save image with one layer that holds {@code index.js}. */
    static byte[] image(String name, String version, String program) {
        return image(name, version, Map.of("index.js", program.getBytes(StandardCharsets.UTF_8)));
    }

    static byte[] image(String name, String version, Map<String, byte[]> layer) {
        String manifest = "[{\"Config\":\"c.json\",\"RepoTags\":[\"" + name + ":" + version
                + "\"],\"Layers\":[\"l/layer.tar\"]}]";
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("manifest.json", manifest.getBytes(StandardCharsets.UTF_8));
        entries.put("c.json", "{}".getBytes(StandardCharsets.UTF_8));
        entries.put("l/layer.tar", tar(layer));
        return tar(entries);
    }

    static byte[] tar(Map<String, byte[]> entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        entries.forEach((name, content) -> {
            out.writeBytes(header(name, content.length));
            out.writeBytes(content);
            out.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
        });
        out.writeBytes(new byte[2 * BLOCK]);
        return out.toByteArray();
    }

    private static byte[] header(String name, int size) {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000644\0");
        put(header, 108, "0000000\0");
        put(header, 116, "0000000\0");
        put(header, 124, String.format("%011o\0", size));
        put(header, 136, "00000000000\0");
        put(header, 148, "        ");
        header[156] = '0';
        put(header, 257, "ustar\0" + "00");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format("%06o\0 ", sum));
        return header;
    }

    private static void put(byte[] header, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }
}
