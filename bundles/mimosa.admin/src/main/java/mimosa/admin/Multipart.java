package mimosa.admin;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import mimosa.api.MimosaException;

/**
 * Finds the parts of a {@code multipart/form-data} body (RFC 7578, RFC 2046) in one pass over its bytes, and keeps
 * none of them: a part is a place in the body. Strict, because whoever uploads an image is a program.
 */
final class Multipart {
    /**
     * One part.
     *
     * @param name of the form field; empty when the part has none
     * @param fileName {@code null} when the part is no file
     * @param offset of its first byte in the body
     */
    record Part(String name, String fileName, long offset, long length) {}

    private static final int MAX_PARTS = 64;
    private static final int MAX_HEADER_BYTES = 8192;
    private static final int MAX_BOUNDARY = 70;
    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream in;
    private final byte[] delimiter;
    private long position;

    private Multipart(InputStream in, String boundary) {
        this.in = new BufferedInputStream(in, BUFFER_BYTES);
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * @param boundary as in the content type; {@code null} when it is missing there
     * @throws MimosaException of kind {@code INVALID} for a body that is not well-formed
     */
    static List<Part> scan(InputStream body, String boundary) throws IOException {
        if (boundary == null || boundary.isEmpty() || boundary.length() > MAX_BOUNDARY) {
            throw MimosaException.invalid(
                    "multipart/form-data: expected a boundary of 1 to " + MAX_BOUNDARY + " characters");
        }
        return new Multipart(body, boundary).parts();
    }

    private List<Part> parts() throws IOException {
        List<Part> parts = new ArrayList<>();
        // The very first delimiter has no line before it: as if its line end had been read already.
        skipToDelimiter(2);
        while (!isClosed()) {
            if (parts.size() == MAX_PARTS) {
                throw MimosaException.invalid("multipart/form-data: more than " + MAX_PARTS + " parts");
            }
            HeaderValue disposition = disposition();
            long offset = position;
            skipToDelimiter(0);
            String name = disposition.parameters().getOrDefault("name", "");
            String fileName = disposition.parameters().get("filename");
            parts.add(new Part(name, fileName, offset, position - delimiter.length - offset));
        }
        return parts;
    }

    /**
     * Reads up to and including the next delimiter. A carriage return occurs only at its beginning, so that a mismatch
     * needs no going back.
     *
     * @param matched how much of the delimiter counts as read
     */
    private void skipToDelimiter(int matched) throws IOException {
        int state = matched;
        while (state < delimiter.length) {
            int next = next();
            if (next == (delimiter[state] & 0xff)) {
                state++;
            } else {
                state = next == '\r' ? 1 : 0;
            }
        }
    }

    /** What follows a delimiter: two dashes after the last part, else the end of the line. */
    private boolean isClosed() throws IOException {
        int first = next();
        if (first == '-') {
            if (next() == '-') {
                return true;
            }
            throw malformed();
        }
        while (first == ' ' || first == '\t') {
            first = next();
        }
        if (first != '\r' || next() != '\n') {
            throw malformed();
        }
        return false;
    }

    /** Reads the header of a part, of which only this one field matters. */
    private HeaderValue disposition() throws IOException {
        HeaderValue found = HeaderValue.parse("");
        long end = position + MAX_HEADER_BYTES;
        for (String line = line(end); !line.isEmpty(); line = line(end)) {
            int colon = line.indexOf(':');
            if (colon > 0
                    && line.substring(0, colon).trim().toLowerCase(Locale.ROOT).equals("content-disposition")) {
                found = HeaderValue.parse(line.substring(colon + 1));
            }
        }
        return found;
    }

    private String line(long end) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = next(); next != '\r'; next = next()) {
            if (position > end) {
                throw MimosaException.invalid(
                        "multipart/form-data: the header of a part exceeds " + MAX_HEADER_BYTES + " bytes");
            }
            line.write(next);
        }
        if (next() != '\n') {
            throw malformed();
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private int next() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw MimosaException.invalid("multipart/form-data: the body ends before its closing boundary");
        }
        position++;
        return next;
    }

    private MimosaException malformed() {
        return MimosaException.invalid("multipart/form-data: malformed at byte " + position);
    }
}
