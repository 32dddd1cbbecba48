package mimosa.admin;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import mimosa.api.MimosaException;
import mimosa.api.http.Body;

/**
 * The image in a request body: a file part of a form, or the whole body. Only its place is kept; the bytes stay where
 * the gateway put them.
 *
 * @param name the form's field {@code name}; {@code null} when there is none
 * @param fileName as sent with the file part, without folders; {@code null} when there is none
 */
record ReceivedImage(Body body, long offset, long length, String name, String fileName) {
    private static final String NO_IMAGE =
            "no image received: expected the file part 'image' of multipart/form-data, or a tar with a type like application/x-tar";
    private static final int MAX_NAME_BYTES = 1024;

    /** @throws MimosaException of kind {@code INVALID} when there is no image, or no telling which part it is */
    static ReceivedImage in(Body body, String contentType) throws IOException {
        HeaderValue type = HeaderValue.parse(contentType == null ? "application/octet-stream" : contentType);
        String bare = type.value().toLowerCase(Locale.ROOT);
        if (bare.equals("multipart/form-data")) {
            return in(body, parts(body, type.parameters().get("boundary")));
        }
        boolean nothing = contentType == null && body.size() == 0;
        if (!bare.startsWith("application/") || bare.equals("application/json") || nothing) {
            throw MimosaException.invalid(NO_IMAGE);
        }
        return new ReceivedImage(body, 0, body.size(), null, null);
    }

    private static List<Multipart.Part> parts(Body body, String boundary) throws IOException {
        try (InputStream in = body.open()) {
            return Multipart.scan(in, boundary);
        }
    }

    private static ReceivedImage in(Body body, List<Multipart.Part> parts) throws IOException {
        List<Multipart.Part> candidates = named(parts, "image").toList();
        if (candidates.isEmpty()) {
            candidates = parts.stream().filter(part -> part.fileName() != null).toList();
        }
        if (candidates.size() != 1) {
            throw MimosaException.invalid(
                    candidates.isEmpty() ? NO_IMAGE : "several files received: expected one file part, named 'image'");
        }
        Multipart.Part file = candidates.get(0);
        Multipart.Part name = named(parts, "name")
                .filter(part -> part != file && part.fileName() == null)
                .findFirst()
                .orElse(null);
        return new ReceivedImage(body, file.offset(), file.length(), text(body, name), baseName(file.fileName()));
    }

    private static Stream<Multipart.Part> named(List<Multipart.Part> parts, String name) {
        return parts.stream().filter(part -> part.name().equals(name));
    }

    private static String text(Body body, Multipart.Part part) throws IOException {
        if (part == null || part.length() == 0) {
            return null;
        }
        if (part.length() > MAX_NAME_BYTES) {
            throw MimosaException.invalid("form field 'name' exceeds " + MAX_NAME_BYTES + " bytes");
        }
        try (InputStream in = body.open()) {
            in.skipNBytes(part.offset());
            return new String(in.readNBytes((int) part.length()), StandardCharsets.UTF_8);
        }
    }

    private static String baseName(String fileName) {
        if (fileName == null) {
            return null;
        }
        String base = fileName.substring(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1);
        return base.isEmpty() ? null : base;
    }

    /** The image's bytes; the caller closes the stream. */
    InputStream open() throws IOException {
        InputStream in = body.open();
        try {
            in.skipNBytes(offset);
        } catch (IOException e) {
            in.close();
            throw e;
        }
        return new Slice(in, length);
    }

    /** Ends after so many bytes. */
    private static final class Slice extends FilterInputStream {
        private long left;

        Slice(InputStream in, long length) {
            super(in);
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            if (left <= 0) {
                return -1;
            }
            int read = in.read();
            left -= read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] target, int from, int count) throws IOException {
            if (left <= 0 && count > 0) {
                return -1;
            }
            int read = in.read(target, from, (int) Math.min(count, left));
            left -= Math.max(read, 0);
            return read;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = in.skip(Math.min(count, left));
            left -= skipped;
            return skipped;
        }

        @Override
        public int available() throws IOException {
            return (int) Math.min(in.available(), left);
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
