package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A file that is larger than the whole memory of the node goes in by a form and out again, byte for byte. */
class LargeFileTest {
    private static final long SIZE = 200L << 20;
    private static final String BOUNDARY = "mimosa-large-file";

    @Test
    void anUploadLargerThanTheHeapIsStoredAndSentBack() throws Exception {
        try (Node node = Node.create("large-file", Map.of(), "-Xmx128m")) {
            node.run();
            node.serve(
                    "files",
                    Node.handler(
                            """
                    if (request.method === 'GET') { response.writeMimeFile('big.bin', 'application/x-big'); return; }
                    request.handleFormRequest({
                      found: function () { return { action: 'store', path: 'big.bin' }; },
                      store: function (path, size) { response.end(path + ' ' + size); }
                    });"""));
            MessageDigest sent = MessageDigest.getInstance("SHA-256");
            HttpResponse<String> stored = node.send(HttpRequest.newBuilder(node.uri("/api/files/v1/"))
                    .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                    .POST(HttpRequest.BodyPublishers.concat(
                            text("--" + BOUNDARY
                                    + "\r\nContent-Disposition: form-data; name=\"f\"; filename=\"big.bin\"\r\n\r\n"),
                            HttpRequest.BodyPublishers.ofInputStream(() -> new DigestInputStream(new Noise(), sent)),
                            text("\r\n--" + BOUNDARY + "--\r\n"))));
            assertEquals("big.bin " + SIZE, stored.body(), node::console);

            MessageDigest received = MessageDigest.getInstance("SHA-256");
            HttpResponse<InputStream> file = node.http.send(
                    HttpRequest.newBuilder(node.uri("/api/files/v1/")).build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = new DigestInputStream(file.body(), received)) {
                assertEquals(SIZE, body.transferTo(OutputStream.nullOutputStream()));
            }
            assertEquals(hex(sent), hex(received));
        }
    }

    private static HttpRequest.BodyPublisher text(String text) {
        return HttpRequest.BodyPublishers.ofString(text, StandardCharsets.UTF_8);
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** As many bytes as the file has, the same in each run, that no compression could make small. */
    private static final class Noise extends InputStream {
        private final Random random = new Random(11);
        private long left = SIZE;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            byte[] some = new byte[(int) Math.min(length, left)];
            random.nextBytes(some);
            System.arraycopy(some, 0, target, offset, some.length);
            left -= some.length;
            return some.length;
        }
    }
}
