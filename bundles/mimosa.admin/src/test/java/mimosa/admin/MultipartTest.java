package mimosa.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import mimosa.admin.Multipart.Part;
import mimosa.api.MimosaException;
import org.junit.jupiter.api.Test;

class MultipartTest {
    private static List<Part> scan(String body) throws IOException {
        return Multipart.scan(new ByteArrayInputStream(body.getBytes(StandardCharsets.ISO_8859_1)), "XX");
    }

    private static String content(String body, Part part) {
        return body.substring((int) part.offset(), (int) (part.offset() + part.length()));
    }

    @Test
    void partsArePlacesInTheBody() throws IOException {
        String body = "preamble\r\n--XX  \r\n"
                + "Content-Disposition: form-data; name=\"a\"\r\nX-Other: 1\r\n\r\n"
                + "\r\r\n--X\r\n-\r\n--X"
                + "\r\n--XX\r\ncontent-disposition:form-data; name=b; filename=\"q\\\"; name=z\"\r\n\r\n"
                + "\r\n--XX\r\n\r\nbare\r\n--XX--epilogue";
        List<Part> parts = scan(body);
        assertEquals(3, parts.size());
        assertEquals("\r\r\n--X\r\n-\r\n--X", content(body, parts.get(0)));
        assertEquals("a", parts.get(0).name());
        assertNull(parts.get(0).fileName());
        assertEquals("", content(body, parts.get(1)));
        assertEquals("b", parts.get(1).name());
        assertEquals("q\"; name=z", parts.get(1).fileName());
        assertEquals("bare", content(body, parts.get(2)));
        assertEquals("", parts.get(2).name());
        assertEquals(List.of(), scan("--XX--"));
    }

    @Test
    void whatIsNotWellFormedIsRefused() {
        String head = "--XX\r\nContent-Disposition: form-data; name=image\r\n\r\n";
        for (String body : List.of(
                "",
                "nothing",
                "--XX",
                "--XXY\r\n",
                "--XX-\r\n",
                "--XX\r\nheader",
                head + "data",
                head + "data\r\n--XX",
                "--XX\r\n" + "h".repeat(9000) + "\r\n\r\n\r\n--XX--",
                (head + "\r\n").repeat(65) + "--XX--")) {
            assertThrows(MimosaException.class, () -> scan(body), body);
        }
        assertThrows(
                MimosaException.class,
                () -> Multipart.scan(new ByteArrayInputStream(new byte[0]), null),
                "no boundary");
    }

    @Test
    void damagedBodiesAreRefusedOrReadButNeverBreakTheScan() throws IOException {
        String body = "--XX\r\nContent-Disposition: form-data; name=\"image\"; filename=\"" + "\\\"".repeat(3000)
                + "\"\r\n\r\ndata\r\n--XX--\r\n";
        assertEquals(3000, scan(body).get(0).fileName().length());
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            StringBuilder damaged = new StringBuilder(body);
            damaged.setCharAt(random.nextInt(body.length()), (char) random.nextInt(256));
            damaged.setLength(body.length() - random.nextInt(40));
            try {
                scan(damaged.toString());
            } catch (MimosaException refused) {
                assertEquals(MimosaException.Kind.INVALID, refused.kind());
            }
        }
    }
}
