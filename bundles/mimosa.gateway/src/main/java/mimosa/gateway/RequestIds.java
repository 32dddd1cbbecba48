package mimosa.gateway;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;

/** Ids of requests: the client's own where it is well-formed, otherwise 32 random hex digits. */
final class RequestIds {
    static final String HEADER = "X-Request-Id";

    private static final int LONGEST = 64;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

    private RequestIds() {}

    /** The id for a request with these header fields. Several ids are none: nobody could tell which one counts. */
    static String of(HttpFields fields) {
        String given = null;
        Iterator<HttpField> all = fields.iterator();
        while (all.hasNext()) {
            HttpField field = all.next();
            if (HEADER.equalsIgnoreCase(field.getName())) {
                if (given != null) {
                    return make();
                }
                given = field.getValue();
            }
        }
        return isValid(given) ? given : make();
    }

    /** The header field with an id, without looking the name up among those of the standards. */
    static HttpField field(String id) {
        return new HttpField(null, HEADER, id);
    }

    private static boolean isValid(String id) {
        if (id == null || id.isEmpty() || id.length() > LONGEST) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean allowed = c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '.'
                    || c == '_'
                    || c == '-';
            if (!allowed) {
                return false;
            }
        }
        return true;
    }

    private static String make() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        byte[] digits = new byte[32];
        put(random.nextLong(), digits, 0);
        put(random.nextLong(), digits, 16);
        return new String(digits, StandardCharsets.ISO_8859_1);
    }

    private static void put(long bits, byte[] digits, int at) {
        for (int i = 0; i < 16; i++) {
            digits[at + i] = HEX[(int) (bits >>> 4 * i) & 0xf];
        }
    }
}
