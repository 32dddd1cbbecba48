package mimosa.runtime.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import mimosa.api.MimosaException;
import mimosa.api.mim.Image;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageStoreTest {
    @TempDir
    Path root;

    private static Image put(ImageStore store, String clientId, String tag, String program) {
        byte[] bytes =
                TarBuilder.docker(tag, "index.js", program.getBytes(UTF_8)).bytes();
        ImageReader reader = new ImageReader(store.incoming(), ImageLimits.DEFAULT);
        try (ReadImage read = reader.receive(new ByteArrayInputStream(bytes), null, null)) {
            return store.put(clientId, read).image();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path folder() {
        return root.resolve("data/images");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static List<String> ids(List<Image> images) {
        return images.stream().map(Image::id).toList();
    }

    private static List<Image> images(ImageStore store, String clientId) {
        return store.list(clientId).stream().map(StoredImage::image).toList();
    }

    @Test
    void keepsImagesAcrossOpening() throws Exception {
        ImageStore store = ImageStore.open(folder());
        Image c = put(store, "c1", "b-v1:1.0.0", "1");
        Image a = put(store, "api", "hello-v1:latest", "2");
        ImageStore again = ImageStore.open(folder());
        assertEquals(List.of(a, c), images(again, null));
        assertEquals(List.of(c), images(again, "c1"));
        assertEquals(a.size(), Files.size(again.blob(a.digest())));
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(again.blob(a.digest())));
        assertEquals("sha256:" + HexFormat.of().formatHex(sha256), a.digest());
        assertEquals("api-hello-v1", a.id());
        assertEquals("latest", a.version());
        assertEquals("js", a.engine());
    }

    @Test
    void findsByIdAndByClientAndName() throws IOException {
        ImageStore store = ImageStore.open(folder());
        Image image = put(store, "a", "b-c:1.2.0", "1");
        assertEquals(image, store.get("a-b-c").orElseThrow().image());
        assertEquals(image, store.get("a", "b-c").orElseThrow().image());
        assertEquals(Optional.empty(), store.get("a-b", "c"));
        assertEquals(Optional.empty(), store.get("b-c"));
    }

    @Test
    void keepsDefaultsOfVariables() throws IOException {
        byte[] bytes = new TarBuilder()
                .file("index.js", "hi")
                .file("mim.json", "{\"name\":\"h\",\"env\":{\"A\":\"1\",\"B\":2,\"C\":2.5,\"D\":true}}")
                .bytes();
        ImageStore store = ImageStore.open(folder());
        ImageReader reader = new ImageReader(store.incoming(), ImageLimits.DEFAULT);
        try (ReadImage read = reader.receive(new ByteArrayInputStream(bytes), null, null)) {
            store.put("api", read);
            assertEquals(
                    read.content().env(),
                    ImageStore.open(folder()).get("api-h").orElseThrow().env());
        }
    }

    @Test
    @Tag("M1.3")
    void refusesAnIdThatAnotherPairHas() {
        ImageStore store = ImageStore.open(folder());
        Image first = put(store, "a-b", "c:1", "1");
        MimosaException clash = assertThrows(MimosaException.class, () -> put(store, "a", "b-c:1", "2"));
        assertEquals(MimosaException.Kind.CONFLICT, clash.kind());
        assertEquals("id 'a-b-c' is already used by client 'a-b'", clash.getMessage());
        assertEquals(List.of(first), images(store, null));
        assertEquals(0, store.collect(Set.of()), "bytes of the refused image");
    }

    @Test
    void replacesAndDeletesButKeepsBytesThatAreInUse() throws IOException {
        ImageStore store = ImageStore.open(folder());
        Image old = put(store, "api", "h:1", "1");
        Image same = put(store, "api", "other:1", "3");
        Image now = put(store, "api", "h:2", "2");
        assertEquals(List.of("api-h", "api-other"), ids(images(store, "api")));
        assertEquals(now, store.get("api", "h").orElseThrow().image());
        assertEquals(0, store.collect(Set.of(old.digest())));
        assertTrue(Files.exists(store.blob(old.digest())));
        assertEquals(1, store.collect(Set.of()));
        assertFalse(Files.exists(store.blob(old.digest())));
        assertTrue(store.delete(same.id()).isPresent());
        assertTrue(store.delete(same.id()).isEmpty());
        assertEquals(List.of("api-h"), ids(images(ImageStore.open(folder()), null)));
        assertEquals(1, store.collect(Set.of()));
        assertEquals(Set.of("api-h.json", now.digest().substring(7) + ".tar", "incoming"), Set.copyOf(files()));
    }

    @Test
    void sharesEqualBytes() throws IOException {
        ImageStore store = ImageStore.open(folder());
        Image one = put(store, "c1", "h:1", "1");
        Image two = put(store, "c2", "h:1", "1");
        assertEquals(one.digest(), two.digest());
        assertNotEquals(one.id(), two.id());
        store.delete(one.id());
        assertEquals(0, store.collect(Set.of()));
        assertTrue(Files.exists(store.blob(two.digest())));
    }

    @Test
    void clearsWhatCrashLeft() throws IOException {
        Files.createDirectories(folder().resolve("incoming"));
        Files.writeString(folder().resolve("incoming/new-1.tmp"), "half");
        Files.writeString(folder().resolve("api-h.json.2.tmp"), "half");
        assertEquals(List.of(), ImageStore.open(folder()).list(null));
        assertEquals(List.of("incoming"), files());
        try (Stream<Path> uploads = Files.list(folder().resolve("incoming"))) {
            assertEquals(0, uploads.count());
        }
    }

    @Test
    void reportsUnreadableRecordAndLeavesItAlone() throws IOException {
        ImageStore store = ImageStore.open(folder());
        Image good = put(store, "api", "good:1", "1");
        Image bad = put(store, "api", "bad:1", "2");
        Path record = folder().resolve("api-bad.json");
        byte[] half = Arrays.copyOf(Files.readAllBytes(record), 20);
        Files.write(record, half);
        String log = errors(() -> {
            ImageStore again = ImageStore.open(folder());
            assertEquals(List.of(good), images(again, null));
            assertEquals(0, again.collect(Set.of()));
        });
        assertTrue(log.contains("ERROR") && log.contains("api-bad.json"), log);
        assertArrayEquals(half, Files.readAllBytes(record));
        assertTrue(Files.exists(store.blob(bad.digest())));
    }

    @Test
    void reportsMissingBytes() throws IOException {
        ImageStore store = ImageStore.open(folder());
        Image image = put(store, "api", "h:1", "1");
        Files.delete(store.blob(image.digest()));
        String log =
                errors(() -> assertEquals(List.of(), ImageStore.open(folder()).list(null)));
        assertTrue(log.contains(image.digest().substring(7) + ".tar is missing"), log);
    }

    private static String errors(Runnable action) {
        PrintStream standardError = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(standardError);
        }
        return log.toString(UTF_8);
    }

    @Test
    @Tag("M5.17")
    void keepsWhatItAcknowledgedWhenTheProcessIsKilled() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path").replace("file:", ""),
                        Uploader.class.getName(),
                        folder().toString())
                .redirectError(new File(root.toFile(), "errors"))
                .start();
        List<String> acknowledged = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            while (acknowledged.size() < 25) {
                String line = lines.readLine();
                assertTrue(line != null, "the uploading process ended: " + Files.readString(root.resolve("errors")));
                acknowledged.add(line);
            }
            // Through the handle, which leaves the process's output open.
            process.toHandle().destroyForcibly();
            process.waitFor();
            // What it still said before it died counts as well; the last line may be cut.
            lines.lines().filter(line -> line.endsWith(".")).forEach(acknowledged::add);
        }
        ImageStore store = ImageStore.open(folder());
        List<String> kept = ids(images(store, null));
        for (String line : acknowledged) {
            assertTrue(kept.contains(line.substring(0, line.length() - 1)), line);
        }
        ImageReader reader = new ImageReader(store.incoming(), ImageLimits.DEFAULT);
        for (Image image : images(store, null)) {
            assertEquals(
                    "js",
                    reader.content(store.blob(image.digest()), image.digest()).engine());
        }
    }

    /** Uploads images until it is killed, and says so after each. */
    static final class Uploader {
        private Uploader() {}

        public static void main(String[] arguments) {
            Path folder = Path.of(arguments[0]);
            ImageStore store = ImageStore.open(folder);
            for (int i = 0; i < 100_000; i++) {
                System.out.println(
                        put(store, "api", "m" + i + ":1", "program " + i).id() + ".");
            }
        }
    }
}
