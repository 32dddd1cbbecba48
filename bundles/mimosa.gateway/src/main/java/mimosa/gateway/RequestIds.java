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
    private static final Alphabet ALPHABET = new Alphabet("._-");

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
        return id != null && !id.isEmpty() && id.length() <= LONGEST && ALPHABET.spells(id);
    }

    private static String make() {
        byte[] bytes = new byte[16];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
