package mimosa.runtime.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static mimosa.runtime.image.TarBuilder.DIRECTORY;
import static mimosa.runtime.image.TarBuilder.docker;
import static mimosa.runtime.image.TarBuilder.gzip;
import static mimosa.runtime.image.TarBuilder.manifest;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import mimosa.api.MimosaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that are accepted, and how the reader behaves with any bytes at all. */
class ImageReaderTest {
    private static final String TAG = "hello-v1:1.2.0";
    private static final byte[] PROGRAM = "context.http.on()".getBytes(UTF_8);
    private static final byte[] WASM = {0, 'a', 's', 'm', 1, 0, 0, 0};

    @TempDir
    Path folder;

    private ReadImage read(byte[] image) {
        return read(image, null, null);
    }

    private ReadImage read(byte[] image, String name, String fileName) {
        return new ImageReader(folder, ImageLimits.DEFAULT).receive(new ByteArrayInputStream(image), name, fileName);
    }

    private MimosaException refused(byte[] image) {
        return assertThrows(MimosaException.class, () -> read(image).close());
    }

    @AfterEach
    void leavesNothingBehind() throws IOException {
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    private void assertHello(byte[] bytes) throws IOException {
        try (ReadImage image = read(bytes, "zzz", "other-9.9.9.tar")) {
            assertEquals("hello-v1", image.name());
            assertEquals("1.2.0", image.version());
            assertEquals("js", image.content().engine());
            assertEquals("index.js", image.content().fileName());
            assertArrayEquals(PROGRAM, image.content().program());
        }
    }

    // Layout of docker save

    @Test
    @Tag("M2.1")
    @Tag("M5.5")
    void readsWhatThePackagerWrites() throws Exception {
        byte[] layer = new TarBuilder().file("index.js", PROGRAM).bytes();
        byte[] bytes = new TarBuilder()
                .entry(".", DIRECTORY)
                .entry("./0c0ffee", DIRECTORY)
                .file("./0c0ffee/layer.tar", layer)
                .file("./manifest.json", manifest(TAG, "0c0ffee/layer.tar"))
                .file("./repositories", "not even JSON")
                .bytes();
        assertHello(bytes);
        try (ReadImage image = read(bytes)) {
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(bytes);
            assertEquals("sha256:" + HexFormat.of().formatHex(sha256), image.digest());
            assertEquals(bytes.length, image.size());
            assertFalse(image.gzip());
            assertArrayEquals(bytes, Files.readAllBytes(image.file()));
        }
    }

    @Test
    @Tag("M2.1")
    void takesNameAndVersionFromTheFileNameWhenThereIsNoTag() throws IOException {
        for (String tags : new String[] {"null", "[]", "[\"\"]"}) {
            byte[] untagged = docker(TAG, "index.js", PROGRAM).open();
            byte[] bytes = new String(untagged, UTF_8)
                    .replace("[\"" + TAG + "\"]", tags + " ".repeat(TAG.length() + 4 - tags.length()))
                    .getBytes(UTF_8);
            try (ReadImage image = read(bytes, null, "C:\\images\\hello-v1-1.2.0.tar")) {
                assertEquals("hello-v1", image.name());
                assertEquals("1.2.0", image.version());
            }
            try (ReadImage image = read(bytes, "given", "hello-v1-1.2.0.tar")) {
                assertEquals("given", image.name());
            }
        }
    }

    @Test
    @Tag("M2.2")
    void readsWhatDockerWrites() throws IOException {
        String layer = "blobs/sha256/5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
        byte[] bytes = new TarBuilder()
                .entry("blobs/", DIRECTORY)
                .entry("blobs/sha256/", DIRECTORY)
                .file(layer, new TarBuilder().file("index.js", PROGRAM).bytes())
                .file("index.json", "{}")
                .file("manifest.json", manifest("registry.example:5000/team/hello-v1:latest", layer))
                .file("oci-layout", "{}")
                .bytes();
        try (ReadImage image = read(bytes)) {
            assertEquals("hello-v1", image.name());
            assertEquals("latest", image.version());
        }
    }

    @Test
    @Tag("M2.3")
    void acceptsAnyOrderCompressionAndWhatMacAdds() throws IOException {
        byte[] layer = new TarBuilder()
                .entry("._index.js", TarBuilder.FILE)
                .file("./index.js", PROGRAM)
                .file("./.DS_Store", "x")
                .bytes();
        byte[] reversed = new TarBuilder()
                .file("./repositories", "{}")
                .file("./manifest.json", manifest(TAG, "a/layer.tar"))
                .file("./._manifest.json", "apple")
                .file("./a/layer.tar", layer)
                .file("./a/._layer.tar", "apple")
                .file("a/._layer.tar", "apple")
                .entry("./a", DIRECTORY)
                .bytes();
        assertHello(reversed);
        assertHello(gzip(reversed));
        byte[] packedLayer = new TarBuilder()
                .file("manifest.json", manifest(TAG, "./a//layer.tar"))
                .file("a/layer.tar", gzip(layer))
                .bytes();
        assertHello(packedLayer);
        assertHello(gzip(packedLayer));
        try (ReadImage image = read(gzip(packedLayer))) {
            assertTrue(image.gzip());
        }
    }

    @Test
    void letsTheLaterLayerWin() throws IOException {
        byte[] first = new TarBuilder()
                .file("index.js", "old")
                .file("index.js.map", "{}")
                .file("mim.json", "{\"env\":{\"A\":\"1\",\"B\":\"1\"}}")
                .bytes();
        byte[] second = new TarBuilder()
                .file("index.js", PROGRAM)
                .file("mim.json", "{\"env\":{\"B\":2}}")
                .file("sub/index.wasm", WASM)
                .bytes();
        byte[] bytes = new TarBuilder()
                .file("b.tar", second)
                .file("a.tar", gzip(first))
                .file("manifest.json", manifest(TAG, "a.tar", "b.tar"))
                .bytes();
        assertHello(bytes);
        try (ReadImage image = read(bytes)) {
            assertArrayEquals("{}".getBytes(UTF_8), image.content().sourceMap());
            assertEquals(Map.of("B", 2), image.content().env());
        }
    }

    @Test
    @Tag("M2.10")
    void warnsOfLayersThatTheConfigurationDoesNotList() throws Exception {
        byte[] layer = new TarBuilder().file("index.js", PROGRAM).bytes();
        String right = "sha256:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(layer));
        assertEquals("", logOf(image(layer, right)));
        assertEquals("", logOf(image(gzip(layer), right)));
        String log = logOf(image(layer, right.replaceFirst("sha256:.", "sha256:g")));
        assertTrue(log.contains("diff_ids") && log.contains("hello-v1"), log);
        assertEquals(log.indexOf("WARN"), log.lastIndexOf("WARN"));
    }

    private byte[] image(byte[] layer, String diffId) {
        return new TarBuilder()
                .file("c.json", "{\"rootfs\":{\"diff_ids\":[\"" + diffId + "\"]}}")
                .file("l.tar", layer)
                .file("manifest.json", manifest(TAG, "l.tar"))
                .bytes();
    }

    private String logOf(byte[] image) throws IOException {
        PrintStream standardError = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, UTF_8));
        try {
            assertHello(image);
        } finally {
            System.setErr(standardError);
        }
        return log.toString(UTF_8);
    }

    // Flat archives

    @Test
    @Tag("M2.4")
    void readsFlatArchiveWithDescriptors() throws IOException {
        byte[] bytes = new TarBuilder()
                .file("index.js", "\ufeffhi")
                .file(
                        "mim.json",
                        "{\"name\":\"f-v2\",\"version\":\"2.0.1\",\"env\":{\"A\":\"1\",\"C\":null,\"D\":1.5}}")
                .file("package.json", "{\"name\":\"@me/other\",\"version\":\"7.0.0\"}")
                .file("config.json", "{\"env\":{\"A\":\"0\",\"B\":true,\"C\":3},\"enable_websocket\":true}")
                .bytes();
        try (ReadImage image = read(bytes, "zzz", "x-1.0.tar")) {
            assertEquals("f-v2", image.name());
            assertEquals("2.0.1", image.version());
            assertArrayEquals("hi".getBytes(UTF_8), image.content().program());
            assertNull(image.content().sourceMap());
            assertEquals(
                    Map.of("A", "1", "B", true, "D", 1.5, "MCM.WEBSOCKET_SUPPORT", "true"),
                    image.content().env());
        }
    }

    @Test
    void prefersPackageOverUploadAndCutsItsScope() throws IOException {
        byte[] bytes = new TarBuilder()
                .file("index.js", PROGRAM)
                .file("package.json", "{\"name\":\"@me/calc-v3\"}")
                .bytes();
        try (ReadImage image = read(bytes, "zzz", "upload.bin")) {
            assertEquals("calc-v3", image.name());
            assertEquals("0.0.0", image.version());
        }
    }

    @Test
    @Tag("M2.5")
    void namesFlatWasmByItsFile() throws IOException {
        byte[] bytes = new TarBuilder().file("index.wasm", WASM).bytes();
        try (ReadImage image = read(bytes, null, "calc-v1-0.1.0.tar")) {
            assertEquals("calc-v1", image.name());
            assertEquals("wasm", image.content().engine());
            assertEquals("0.1.0", image.version());
        }
        for (String fileName : new String[] {"calc-v1.tgz", "calc-v1.TAR.GZ", "/tmp/calc-v1-latest.tar"}) {
            try (ReadImage image = read(bytes, " ", fileName)) {
                assertEquals("calc-v1", image.name());
            }
        }
    }

    @Test
    void readsLongNamesInAllTheirForms() throws IOException {
        String deep = "d".repeat(80) + "/" + "e".repeat(80);
        byte[] layer = new TarBuilder().file("index.js", PROGRAM).bytes();
        String manifest = manifest(TAG, deep);
        byte[] ustar = new TarBuilder()
                .file(deep, layer)
                .file("manifest.json", manifest)
                .bytes();
        byte[] gnu = new TarBuilder()
                .gnuFile(deep, layer)
                .file("manifest.json", manifest)
                .bytes();
        byte[] pax = new TarBuilder()
                .globalPax("comment", "0123456789abcdef")
                .pax("mtime", "1.5", "path", deep, "size", String.valueOf(layer.length))
                .file("cut", layer)
                .file("manifest.json", manifest)
                .bytes();
        assertHello(ustar);
        assertHello(gnu);
        assertHello(pax);
    }

    // Limits

    @Test
    @Tag("M2.8")
    void refusesUploadOverItsLimitWithoutReadingOn() throws IOException {
        class Endless extends InputStream {
            long given;

            @Override
            public int read() {
                throw new AssertionError("the reader asks for many bytes at once");
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                given += length;
                return length;
            }
        }
        Endless endless = new Endless();
        ImageReader reader = new ImageReader(folder, ImageLimits.DEFAULT);
        MimosaException refusal = assertThrows(MimosaException.class, () -> reader.receive(endless, null, null));
        assertEquals(MimosaException.Kind.TOO_LARGE, refusal.kind());
        assertEquals("image exceeds 67108864 bytes", refusal.getMessage());
        assertTrue(endless.given < 67_108_864 + (1 << 20), "read " + endless.given);
    }

    @Test
    @Tag("M2.8")
    void refusesGzipBombs() throws IOException {
        byte[] bomb = zerosPacked(1024);
        assertInvalid("unpacked to packed size exceeds 100", bomb);
        byte[] file = new TarBuilder()
                .raw(TarBuilder.header("index.js", TarBuilder.FILE, 1 << 23))
                .zeros(1 << 23)
                .bytes();
        assertInvalid("unpacked to packed size exceeds 100", gzip(file));
        byte[] layer = new TarBuilder()
                .file("l.tar", bomb)
                .file("manifest.json", manifest(TAG, "l.tar"))
                .bytes();
        assertInvalid("layer 'l.tar': ratio", layer);
    }

    @Test
    @Tag("M2.8")
    void countsUnpackedBytesOfAllLayers() throws IOException {
        byte[] noise = new byte[300_000];
        new Random(1).nextBytes(noise);
        byte[] layer = gzip(
                new TarBuilder().file("noise", noise).file("index.js", PROGRAM).bytes());
        byte[] image = new TarBuilder()
                .file("l.tar", layer)
                .file("manifest.json", manifest(TAG, "l.tar", "l.tar", "l.tar"))
                .bytes();
        ImageLimits limits = new ImageLimits(1_000_000, 800_000, 1000, 1000, 1000, 100);
        ImageReader reader = new ImageReader(folder, limits);
        MimosaException refusal =
                assertThrows(MimosaException.class, () -> reader.receive(new ByteArrayInputStream(image), null, null));
        assertTrue(refusal.getMessage().contains("unpacked size exceeds 800000 bytes"), refusal.getMessage());
    }

    /** As many members of one MiB of zeros each, which together are one stream. */
    private static byte[] zerosPacked(int mebibytes) {
        byte[] member = gzip(new byte[1 << 20]);
        byte[] packed = new byte[member.length * mebibytes];
        for (int i = 0; i < mebibytes; i++) {
            System.arraycopy(member, 0, packed, i * member.length, member.length);
        }
        return packed;
    }

    @Test
    @Tag("M2.8")
    void countsEntriesOfArchiveAndLayersTogether() throws IOException {
        TarBuilder flat = new TarBuilder().file("index.js", PROGRAM);
        TarBuilder layer = new TarBuilder().file("index.js", PROGRAM);
        for (int i = 1; i < 1000; i++) {
            flat.entry("f" + i, TarBuilder.FILE);
            layer.entry("f" + i, DIRECTORY);
        }
        try (ReadImage image = read(flat.bytes(), "many", null)) {
            assertEquals("many", image.name());
        }
        assertInvalid(
                "number of entries exceeds 1000",
                flat.entry("one-more", TarBuilder.FILE).bytes());
        assertInvalid(
                "number of entries exceeds 1000",
                new TarBuilder()
                        .file("l.tar", layer.bytes())
                        .file("manifest.json", manifest(TAG, "l.tar"))
                        .bytes());
    }

    private void assertInvalid(String text, byte[] image) {
        MimosaException refusal = refused(image);
        assertEquals(MimosaException.Kind.INVALID, refusal.kind());
        assertTrue(refusal.getMessage().contains(text), refusal.getMessage());
    }

    // Any bytes at all

    @Test
    @Tag("M2.7")
    void answersMutatedAndTruncatedImagesWithoutFailing() throws IOException {
        byte[] plain = docker(TAG, "index.js", PROGRAM)
                .pax("path", "pax-name")
                .file("x", "x")
                .gnuFile("gnu-name", new byte[0])
                .bytes();
        byte[] packed = gzip(plain);
        Random random = new Random(20260101);
        int refused = 0;
        for (int i = 0; i < 5000; i++) {
            byte[] sound = i % 4 == 3 ? packed : plain;
            refused += survives(i % 5 == 4 ? truncated(sound, random) : mutated(sound, random)) ? 0 : 1;
        }
        assertTrue(refused > 1000, "refused " + refused);
    }

    private static byte[] mutated(byte[] sound, Random random) {
        byte[] mutation = sound.clone();
        mutation[random.nextInt(sound.length)] ^= (byte) (1 + random.nextInt(255));
        return mutation;
    }

    private static byte[] truncated(byte[] sound, Random random) {
        return Arrays.copyOf(sound, random.nextInt(sound.length));
    }

    private boolean survives(byte[] bytes) throws IOException {
        try (ReadImage image = read(bytes, null, "hello-v1-1.2.0.tar")) {
            assertTrue(Names.isName(image.name()));
            return true;
        } catch (MimosaException e) {
            assertEquals(MimosaException.Kind.INVALID, e.kind(), e.getMessage());
            return false;
        }
    }

    @Test
    void tellsAnUploadThatBreaksOffFromBadOne() throws IOException {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }
        };
        ImageReader reader = new ImageReader(folder, ImageLimits.DEFAULT);
        MimosaException failure = assertThrows(MimosaException.class, () -> reader.receive(broken, null, null));
        assertEquals(MimosaException.Kind.INTERNAL, failure.kind());
    }
}
