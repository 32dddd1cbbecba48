package mimosa.gateway;

import java.util.HexFormat;
import java.util.Iterator;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;

/** Ids of requests: the client's own where it is well-formed, otherwise 32 random hex digits. */
final class RequestIds {
    static final String HEADER = "X-Request-Id";

    private static final int LONGEST = 64;

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
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    }
}
