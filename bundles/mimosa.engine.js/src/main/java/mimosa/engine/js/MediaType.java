package mimosa.engine.js;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import mimosa.api.MimosaException;

/**
 * What a {@code Content-Type} says about turning bytes into a string.
 *
 * @param type lower case, without parameters; empty when there is none
 * @param charset lower case; empty when not given
 */
record MediaType(String type, String charset) {
    private static final Set<String> TEXT = Set.of(
            "",
            "application/json",
            "application/xml",
            "application/x-www-form-urlencoded",
            "application/javascript",
            "application/x-ndjson",
            "application/yaml",
            "application/graphql");

    /** @param header may be {@code null} */
    static MediaType of(String header) {
        if (header == null) {
            return new MediaType("", "");
        }
        if (header.indexOf(';') < 0) {
            return new MediaType(header.strip().toLowerCase(Locale.ROOT), "");
        }
        String[] parts = header.split(";");
        String charset = "";
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.regionMatches(true, 0, "charset=", 0, 8)) {
                charset = parameter.substring(8).replace("\"", "").strip().toLowerCase(Locale.ROOT);
            }
        }
        return new MediaType(parts.length == 0 ? "" : parts[0].strip().toLowerCase(Locale.ROOT), charset);
    }

    boolean isMultipart() {
        return type.equals("multipart/form-data");
    }

    /** Whether the bytes are characters; otherwise a string has one character for each byte. */
    boolean isText() {
        return type.startsWith("text/") || TEXT.contains(type) || type.endsWith("+json") || type.endsWith("+xml");
    }

    /**
     * Malformed input becomes U+FFFD.
     *
     * @throws MimosaException of kind {@code UNSUPPORTED_MEDIA_TYPE} for text in an unknown charset
     */
    String decode(byte[] bytes) {
        if (isMultipart() || bytes.length == 0) {
            return "";
        }
        return new String(bytes, isText() ? textCharset() : StandardCharsets.ISO_8859_1);
    }

    /** The charset of text, and latin-1 for binary data and for what nobody knows. */
    Charset charsetOrLatin1() {
        try {
            return isText() || isMultipart() ? textCharset() : StandardCharsets.ISO_8859_1;
        } catch (MimosaException e) {
            return StandardCharsets.ISO_8859_1;
        }
    }

    private Charset textCharset() {
        return switch (charset) {
            case "", "utf-8", "utf8" -> StandardCharsets.UTF_8;
            case "iso-8859-1", "latin1" -> StandardCharsets.ISO_8859_1;
            case "us-ascii", "ascii" -> StandardCharsets.US_ASCII;
            case "utf-16" -> StandardCharsets.UTF_16;
            case "utf-16le" -> StandardCharsets.UTF_16LE;
            case "utf-16be" -> StandardCharsets.UTF_16BE;
            default ->
                throw new MimosaException(
                        MimosaException.Kind.UNSUPPORTED_MEDIA_TYPE,
                        "unknown charset " + charset + ", expected utf-8, iso-8859-1, us-ascii or utf-16");
        };
    }
}
