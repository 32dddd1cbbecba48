package mimosa.work;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What part of a file a client asks for (RFC 9110, 14.2).
 *
 * @param from first byte
 * @param length 0 when no byte of the file is in the range
 */
record ByteRange(long from, long length) {
    private static final Pattern SINGLE = Pattern.compile("\\s*bytes\\s*=\\s*(\\d{0,18})\\s*-\\s*(\\d{0,18})\\s*");

    /** The range that is asked for; {@code null} when none is, or several, or in a form that is to be ignored. */
    static ByteRange of(String header, long size) {
        Matcher matcher = header == null ? null : SINGLE.matcher(header);
        if (matcher == null || !matcher.matches()) {
            return null;
        }
        String first = matcher.group(1);
        String last = matcher.group(2);
        if (first.isEmpty()) {
            return last.isEmpty() ? null : suffix(Math.min(Long.parseLong(last), size), size);
        }
        long from = Long.parseLong(first);
        long to = last.isEmpty() ? Long.MAX_VALUE : Long.parseLong(last);
        if (to < from) {
            return null;
        }
        return from >= size ? new ByteRange(0, 0) : new ByteRange(from, Math.min(to, size - 1) - from + 1);
    }

    private static ByteRange suffix(long length, long size) {
        return new ByteRange(size - length, length);
    }

    /** The {@code Content-Range} of the answer. */
    String contentRange(long size) {
        return length == 0 ? "bytes */" + size : "bytes " + from + "-" + (from + length - 1) + "/" + size;
    }
}
