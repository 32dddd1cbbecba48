package mimosa.work;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Walks the parts of a {@code multipart/form-data} body (RFC 7578, RFC 2046) in one pass, with one buffer in memory.
 *
 * <pre>
 *   next() -> Part ; read()* -> null ; next() -> Part ... next() -> null
 * </pre>
 */
public final class MultipartReader {
    /**
     * The head of a part.
     *
     * @param fileName empty for a plain field
     * @param type of its content; {@code null} when the part does not say
     */
    public record Part(String name, String fileName, String type) {}

    /** The body is not well-formed. */
    public static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int MAX_HEADER_BYTES = 8192;
    private static final int MAX_BOUNDARY = 70;
    private static final Pattern PARAMETER =
            Pattern.compile(";\\s*([^\\s=;\"]+)\\s*=\\s*(?:\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"|([^;\"]*))");
    /** Only these are escaped by those who send forms; other backslashes belong to the text. */
    private static final Pattern ESCAPED = Pattern.compile("\\\\([\"\\\\])");

    private final InputStream in;
    private final byte[] delimiter;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private boolean atDelimiter;

    /**
     * @param contentType of the body, which names the boundary
     * @throws Malformed when it does not
     */
    public MultipartReader(InputStream in, String contentType) throws Malformed {
        String boundary = parameters(contentType).getOrDefault("boundary", "");
        if (boundary.isEmpty() || boundary.length() > MAX_BOUNDARY || boundary.indexOf('\r') >= 0) {
            throw new Malformed();
        }
        this.in = in;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        // The very first delimiter has no line before it: as if its line end were there.
        buffer[limit++] = '\r';
        buffer[limit++] = '\n';
    }

    /** The next part, what is left of the one before passed over; {@code null} after the last one. */
    public Part next() throws IOException, Malformed {
        while (!atDelimiter) {
            read();
        }
        position += delimiter.length;
        atDelimiter = false;
        int first = nextByte();
        if (first == '-' && nextByte() == '-') {
            return null;
        }
        while (first == ' ' || first == '\t') {
            first = nextByte();
        }
        if (first != '\r' || nextByte() != '\n') {
            throw new Malformed();
        }
        return head();
    }

    /**
     * The next bytes of the part, valid until the next call; {@code null} at its end. A carriage return occurs in a
     * delimiter only at its beginning, so that the search need not go back.
     */
    public ByteBuffer read() throws IOException, Malformed {
        if (atDelimiter) {
            return null;
        }
        fill(delimiter.length);
        int from = position;
        for (int i = from; i < limit; i++) {
            if (buffer[i] != '\r') {
                continue;
            }
            int matched = matched(i);
            if (matched == delimiter.length || i + matched == limit) {
                position = i;
                atDelimiter = matched == delimiter.length;
                return i == from && atDelimiter ? null : ByteBuffer.wrap(buffer, from, i - from);
            }
        }
        position = limit;
        return ByteBuffer.wrap(buffer, from, limit - from);
    }

    /** How much of the delimiter there is at this place of the buffer. */
    private int matched(int at) {
        int length = 0;
        while (length < delimiter.length && at + length < limit && buffer[at + length] == delimiter[length]) {
            length++;
        }
        return length;
    }

    /** Sees to it that so many bytes can be looked at; a body never ends before its last delimiter. */
    private void fill(int wanted) throws IOException, Malformed {
        if (limit - position >= wanted) {
            return;
        }
        System.arraycopy(buffer, position, buffer, 0, limit - position);
        limit -= position;
        position = 0;
        while (limit < wanted) {
            int count = in.read(buffer, limit, buffer.length - limit);
            if (count < 0) {
                throw new Malformed();
            }
            limit += count;
        }
    }

    private int nextByte() throws IOException, Malformed {
        fill(1);
        return buffer[position++] & 0xff;
    }

    private Part head() throws IOException, Malformed {
        String disposition = "";
        String type = null;
        int left = MAX_HEADER_BYTES;
        for (String line = line(left); !line.isEmpty(); line = line(left)) {
            left -= line.length();
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new Malformed();
            }
            String field = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            if (field.equals("content-disposition")) {
                disposition = line.substring(colon + 1).strip();
            } else if (field.equals("content-type")) {
                type = line.substring(colon + 1).strip();
            }
        }
        Map<String, String> parameters = parameters(disposition);
        if (!disposition.toLowerCase(Locale.ROOT).startsWith("form-data") || !parameters.containsKey("name")) {
            throw new Malformed();
        }
        return new Part(parameters.get("name"), parameters.getOrDefault("filename", ""), type);
    }

    private String line(int maxBytes) throws IOException, Malformed {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = nextByte(); next != '\r'; next = nextByte()) {
            if (line.size() >= maxBytes) {
                throw new Malformed();
            }
            line.write(next);
        }
        if (nextByte() != '\n') {
            throw new Malformed();
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** The parameters of a header value, by name in lower case; of a repeated one the first. */
    private static Map<String, String> parameters(String header) {
        Map<String, String> parameters = new LinkedHashMap<>();
        Matcher matcher = PARAMETER.matcher(header);
        while (matcher.find()) {
            String quoted = matcher.group(2);
            String value = quoted == null
                    ? matcher.group(3).strip()
                    : ESCAPED.matcher(quoted).replaceAll("$1");
            parameters.putIfAbsent(matcher.group(1).toLowerCase(Locale.ROOT), value);
        }
        return parameters;
    }
}
