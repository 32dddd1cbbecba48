package mimosa.runtime.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static mimosa.runtime.image.TarBuilder.docker;
import static mimosa.runtime.image.TarBuilder.gzip;
import static mimosa.runtime.image.TarBuilder.manifest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mimosa.api.MimosaException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that can be wrong with an image has its own message, and leaves nothing behind. */
class ImageDefectsTest {
    private static final String TAG = "hello-v1:1.2.0";
    private static final byte[] PROGRAM = "hi".getBytes(UTF_8);

    @TempDir
    Path root;

    @ParameterizedTest(name = "{0}")
    @MethodSource({"archives", "names", "kinds", "manifests", "programs", "descriptors", "limits"})
    @Tag("M2.6")
    @Tag("M2.9")
    void isRefused(String text, byte[] image) throws IOException {
        Path folder = Files.createDirectories(root.resolve("a/b/c"));
        ImageLimits limits = new ImageLimits(10_000_000, 20_000_000, 1000, 5000, 5000, 100);
        ImageReader reader = new ImageReader(folder, limits);
        MimosaException refusal =
                assertThrows(MimosaException.class, () -> reader.receive(new ByteArrayInputStream(image), null, null));
        assertEquals(MimosaException.Kind.INVALID, refusal.kind());
        assertTrue(refusal.getMessage().contains(text), refusal.getMessage());
        try (Stream<Path> files = Files.walk(root).filter(Files::isRegularFile)) {
            assertEquals(0, files.count());
        }
    }

    private static Arguments image(String text, byte[] image) {
        return Arguments.of(text, image);
    }

    private static Arguments image(String text, TarBuilder image) {
        return image(text, image.bytes());
    }

    /** A flat image with one more entry. */
    private static TarBuilder flat() {
        return new TarBuilder().file("index.js", PROGRAM).file("mim.json", "{\"name\":\"x\"}");
    }

    private static TarBuilder layered(byte[] layer) {
        return new TarBuilder().file("l.tar", layer).file("manifest.json", manifest(TAG, "l.tar"));
    }

    static Stream<Arguments> archives() {
        byte[] sound = docker(TAG, "index.js", PROGRAM).bytes();
        byte[] packed = gzip(sound);
        byte[] wrongChecksum = sound.clone();
        wrongChecksum[512] ^= 1;
        byte[] wrongStart = sound.clone();
        wrongStart[0] ^= 1;
        byte[] wrongTrailer = packed.clone();
        wrongTrailer[packed.length - 6] ^= 1;
        return Stream.of(
                image("image is empty", new byte[0]),
                image("not a tar archive", "PK\3\4 something else".repeat(100).getBytes(UTF_8)),
                image("not a tar archive", new byte[] {1}),
                image("not a tar archive", gzip("hello".getBytes(UTF_8))),
                image("not a tar archive", gzip(packed)),
                image("truncated tar archive at entry 'index.js'", Arrays.copyOf(flat().bytes(), 513)),
                image("truncated tar archive at entry '0c0ffee/VERSION'", Arrays.copyOf(sound, 700)),
                image("truncated tar archive at entry 'index.js'", gzip(Arrays.copyOf(flat().bytes(), 600))),
                image("corrupt tar header at offset 512", wrongChecksum),
                image("corrupt tar header at offset 0", wrongStart),
                image("corrupt tar header at offset 2048", withSize("0000000000x")),
                image("corrupt tar header at offset 2048", withSize("-0000000001")),
                image("corrupt tar header at offset 2048", withBinarySize(0xff)),
                image("corrupt tar header at offset 2048", withBinarySize(0x80)),
                image("corrupt tar header at offset 2048", badRecord("7 a")),
                image(
                        "corrupt tar header at offset 3072",
                        flat().pax("size", "-1").file("x", "").bytes()),
                image(
                        "truncated tar archive at entry 'x'",
                        flat().pax("size", "999999999999").file("x", "")),
                image("corrupt gzip stream", wrongTrailer),
                image("corrupt gzip stream", Arrays.copyOf(packed, packed.length / 2)),
                image("corrupt gzip stream", Arrays.copyOf(packed, 5)),
                image("neither manifest.json nor index.js or index.wasm found", new TarBuilder().file("a", "")),
                image("neither manifest.json nor index.js or index.wasm found", new TarBuilder()),
                image("neither manifest.json nor", new TarBuilder().file("x/index.js", PROGRAM)));
    }

    private static byte[] withSize(String size) {
        byte[] header = TarBuilder.header("x", TarBuilder.FILE, 0);
        TarBuilder.put(header, 124, size);
        return flat().raw(TarBuilder.sealed(header)).bytes();
    }

    private static byte[] withBinarySize(int firstByte) {
        byte[] header = TarBuilder.header("x", TarBuilder.FILE, 0);
        Arrays.fill(header, 124, 136, (byte) 0xff);
        header[124] = (byte) firstByte;
        return flat().raw(TarBuilder.sealed(header)).bytes();
    }

    private static byte[] badRecord(String record) {
        return flat().entry("PaxHeader", 'x', record.getBytes(UTF_8))
                .file("x", "")
                .bytes();
    }

    static Stream<Arguments> names() {
        String tooLong = "n".repeat(256);
        return Stream.of(
                image("entry '../../x': illegal name", flat().file("../../x", "")),
                image("entry 'a/..': illegal name", flat().file("a/..", "")),
                image("entry '/etc/passwd': illegal name", flat().file("/etc/passwd", "")),
                image("entry 'a\\b': illegal name", flat().file("a\\b", "")),
                image("entry 'a\\u001b[2J': illegal name", flat().file("a\u001b[2J", "")),
                image(
                        "entry 'a\\u0000b': illegal name",
                        flat().pax("path", "a\0b").file("x", "")),
                image("entry 'a\\u0000b': illegal name", flat().gnuFile("a\0b", PROGRAM)),
                image("entry '': illegal name", flat().file("", "")),
                image("entry '.': illegal name", flat().file(".", "")),
                image("entry '" + "n".repeat(100) + "': illegal name", flat().gnuFile(tooLong, PROGRAM)),
                image("entry name exceeds 255 bytes", flat().gnuFile(tooLong, PROGRAM)),
                image("entry './index.js' occurs twice", flat().file("./index.js", "")),
                image("entry 'Index.JS' occurs twice", flat().file("Index.JS", "")),
                image("entry 'mim.json/' occurs twice", flat().entry("mim.json/", TarBuilder.DIRECTORY)),
                image(
                        "layer 'l.tar': entry '../x': illegal name",
                        layered(flat().file("../x", "").bytes())));
    }

    static Stream<Arguments> kinds() {
        Stream<Arguments> special = Stream.of(
                        TarBuilder.HARD_LINK,
                        TarBuilder.SYMBOLIC_LINK,
                        TarBuilder.DEVICE,
                        TarBuilder.PIPE,
                        TarBuilder.GNU_SPARSE,
                        'M',
                        'Z')
                .map(type -> image("entry 'x': links and special files are not allowed", flat().entry("x", type)));
        byte[] link = TarBuilder.header("index.js", TarBuilder.SYMBOLIC_LINK, 0);
        TarBuilder.put(link, 157, "/etc/passwd");
        TarBuilder.sealed(link);
        return Stream.concat(
                special,
                Stream.of(
                        image(
                                "entry 'x': links and special files are not allowed",
                                flat().pax("GNU.sparse.major", "1").file("x", "")),
                        image("entry 'index.js': links and special files are not allowed", new TarBuilder().raw(link)),
                        image("index.js is not a regular file", new TarBuilder().raw(link)),
                        image(
                                "index.wasm is not a regular file",
                                new TarBuilder().entry("index.wasm", TarBuilder.DIRECTORY)),
                        image(
                                "index.js is not a regular file",
                                layered(new TarBuilder()
                                        .entry("index.js/", TarBuilder.DIRECTORY)
                                        .bytes()))));
    }

    static Stream<Arguments> manifests() {
        byte[] layer = new TarBuilder().file("index.js", PROGRAM).bytes();
        byte[] broken = layer.clone();
        broken[5] ^= 1;
        String[] seventeen = IntStream.range(0, 17).mapToObj(i -> "l" + i).toArray(String[]::new);
        return Stream.of(
                manifestOf("manifest.json: not JSON, line 1 column", "[{"),
                manifestOf("manifest.json: empty", ""),
                manifestOf("manifest.json: not JSON", "[] []"),
                manifestOf("manifest.json: not JSON", "[".repeat(10_000)),
                manifestOf("manifest.json: not an array", "{}"),
                manifestOf("manifest.json: its element is not an object", "[1]"),
                manifestOf("manifest.json: no Layers", "[{\"RepoTags\":[\"a:1\"]}]"),
                manifestOf("manifest.json: no Layers", "[{\"Layers\":[]}]"),
                manifestOf("manifest.json: Layers is not an array of strings", "[{\"Layers\":[1]}]"),
                manifestOf("manifest.json: RepoTags is not", "[{\"RepoTags\":[1],\"Layers\":[\"l.tar\"]}]"),
                manifestOf("manifest.json: number of layers exceeds 16", manifest(TAG, seventeen)),
                manifestOf("manifest.json lists 2 images, expected 1", "[{},{}]"),
                manifestOf("manifest.json lists 0 images, expected 1", "[]"),
                manifestOf("layer 'nope.tar' is missing", manifest(TAG, "nope.tar")),
                manifestOf("layer '../x' is missing", manifest(TAG, "../x")),
                manifestOf("no image name", manifest(null, "l.tar")),
                manifestOf("illegal image name 'a b'", manifest("a b:1", "l.tar")),
                manifestOf("illegal image name '\\u001b", manifest("\\u001b:1", "l.tar")),
                manifestOf("illegal image name '<none>'", manifest("<none>:<none>", "l.tar")),
                manifestOf("illegal image version '1\\u000a2'", manifest("a:1\\n2", "l.tar")),
                image(
                        "manifest.json: not a regular file",
                        new TarBuilder().entry("manifest.json", TarBuilder.DIRECTORY)),
                image("layer 'l.tar': not a tar archive", layered("no tar".getBytes(UTF_8))),
                image("layer 'l.tar': not a tar archive", layered(gzip(gzip(layer)))),
                image("layer 'l.tar': corrupt tar header at offset 0", layered(broken)),
                image("layer 'l.tar': corrupt gzip stream", layered(Arrays.copyOf(gzip(layer), 60))),
                image(
                        "layer 'l.tar': not a regular file",
                        new TarBuilder()
                                .entry("l.tar", TarBuilder.DIRECTORY)
                                .file("manifest.json", manifest(TAG, "l.tar"))));
    }

    private static Arguments manifestOf(String text, String manifest) {
        byte[] layer = new TarBuilder().file("index.js", PROGRAM).bytes();
        return image(text, new TarBuilder().file("l.tar", layer).file("manifest.json", manifest));
    }

    static Stream<Arguments> programs() {
        byte[] both = new TarBuilder()
                .file("index.js", PROGRAM)
                .file("index.wasm", PROGRAM)
                .bytes();
        return Stream.of(
                image(
                        "no index.js or index.wasm in the image",
                        layered(new TarBuilder().file("x", "").bytes())),
                image("both index.js and index.wasm present", both),
                image("both index.js and index.wasm present", layered(both)),
                image("index.js is empty", new TarBuilder().file("index.js", "")),
                image("index.js is empty", new TarBuilder().file("index.js", "\ufeff")),
                image("index.wasm is empty", new TarBuilder().file("index.wasm", "")),
                image("index.js is not valid UTF-8", javaScript(0xc3, '(')),
                image("index.js is not valid UTF-8", javaScript('a', 0xe2, 0x82)),
                image("index.js is not valid UTF-8", javaScript(0xed, 0xa0, 0x80)),
                image("index.wasm is not a WebAssembly module", new TarBuilder().file("index.wasm", "\0asm\2\0\0\0")),
                image("index.wasm is not a WebAssembly module", new TarBuilder().file("index.wasm", "\0as")));
    }

    private static TarBuilder javaScript(int... program) {
        byte[] bytes = new byte[program.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) program[i];
        }
        return new TarBuilder().file("index.js", bytes);
    }

    static Stream<Arguments> descriptors() {
        return Stream.of(
                with("mim.json: not JSON", "mim.json", "{"),
                with("mim.json: not a JSON object", "mim.json", "[]"),
                with("package.json: not a JSON object", "package.json", "1"),
                with("config.json: not a JSON object", "config.json", "\"x\""),
                with("mim.json: name is not a string", "mim.json", "{\"name\":1}"),
                with("package.json: version is not a string", "package.json", "{\"version\":[]}"),
                with("mim.json: env is not an object", "mim.json", "{\"env\":[]}"),
                with("mim.json: env value 'A' is not", "mim.json", "{\"name\":\"x\",\"env\":{\"A\":{}}}"),
                with("config.json: env value 'A' is not", "config.json", "{\"env\":{\"A\":[1]}}"),
                with("config.json: env value 'A' is not", "config.json", "{\"env\":{\"A\":1e999}}"),
                with("config.json: enable_websocket is neither", "config.json", "{\"enable_websocket\":1}"),
                with("illegal image name '../x'", "mim.json", "{\"name\":\"../x\"}"),
                with("no image name", "mim.json", "{}"),
                with("mim.json: not a regular file", "mim.json/", ""));
    }

    private static Arguments with(String text, String file, String content) {
        TarBuilder builder = new TarBuilder().file("index.js", PROGRAM).file(file, content);
        return image(text, file.equals("mim.json") || file.endsWith("/") ? builder : builder.file("x", ""));
    }

    static Stream<Arguments> limits() {
        return Stream.of(
                image("index.js exceeds 5000 bytes", new TarBuilder().file("index.js", new byte[5001])),
                image(
                        "index.wasm exceeds 5000 bytes",
                        layered(new TarBuilder()
                                .file("index.wasm", new byte[5001])
                                .bytes())),
                image("index.js.map exceeds 5000 bytes", flat().file("index.js.map", new byte[5001])),
                image("manifest.json exceeds 1048576 bytes", new TarBuilder().file("manifest.json", new byte[1 << 21])),
                image(
                        "extended tar header at offset 2048 exceeds 65536 bytes",
                        flat().entry("x", 'L', new byte[70_000])));
    }
}
