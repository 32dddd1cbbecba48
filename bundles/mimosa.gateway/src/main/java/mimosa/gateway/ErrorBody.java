package mimosa.gateway;

import java.nio.charset.StandardCharsets;

/** The one shape of an error: {@code {"error":{"code":404,"message":"...","requestId":"..."}}}. */
final class ErrorBody {
    static final String CONTENT_TYPE = "application/json";

    private static final int LONGEST_MESSAGE = 512;

    private ErrorBody() {}

    static byte[] of(int status, String message, String requestId) {
        StringBuilder json = new StringBuilder(128);
        json.append("{\"error\":{\"code\":").append(status).append(",\"message\":\"");
        quote(cut(message == null ? "" : message, LONGEST_MESSAGE), json);
        json.append("\",\"requestId\":\"").append(requestId).append("\"}}");
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The text, or its beginning and an ellipsis; at most {@code longest} characters, none of them half. */
    static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = longest - 1;
        if (Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end) + '…';
    }

    private static void quote(String text, StringBuilder json) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    // Surrogates are escaped too: an unpaired one has no encoding in UTF-8.
                    if (c < 0x20 || c == 0x7f || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
    }
}
