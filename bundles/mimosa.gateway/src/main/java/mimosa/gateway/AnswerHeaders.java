package mimosa.gateway;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import mimosa.api.MimosaException;
import mimosa.api.http.HeaderField;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;

/** What handlers may put into the header of an answer, and what becomes of it. */
final class AnswerHeaders {
    /** These describe the connection and the framing, which are the gateway's. */
    private static final Set<HttpHeader> OURS = EnumSet.of(
            HttpHeader.CONTENT_LENGTH,
            HttpHeader.CONNECTION,
            HttpHeader.KEEP_ALIVE,
            HttpHeader.TRANSFER_ENCODING,
            HttpHeader.UPGRADE,
            HttpHeader.DATE);

    private static final int MOST_TYPES = 64;
    private static final int LONGEST_TYPE = 80;

    /** Other characters have HPACK codes longer than themselves, for which Jetty's encoder makes no room. */
    private static final Alphabet TYPE = new Alphabet(" -./;=_");

    /** Fields for the media types that handlers name, again and again, as they are written. Kept for good. */
    private static final Map<String, HttpField> TYPES = new ConcurrentHashMap<>();

    private AnswerHeaders() {}

    /** Refuses names that are no token, and values that would end the line. */
    static void check(String name, String... values) {
        if (name == null || !HeaderField.isName(name)) {
            throw MimosaException.invalid("illegal header name '" + printable(name) + "', expected a token");
        }
        for (String value : values) {
            if (value == null || value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0 || value.indexOf(0) >= 0) {
                throw MimosaException.invalid(
                        "illegal value of header '" + name + "', expected text without CR, LF and NUL");
            }
        }
    }

    private static String printable(String name) {
        return name == null ? "null" : ErrorBody.cut(name.replaceAll("\\p{Cntrl}", "?"), 100);
    }

    static void set(HttpFields.Mutable fields, String name, String... values) {
        // The one that nearly all answers have need not be looked up.
        HttpHeader known = HttpHeader.CONTENT_TYPE.is(name) ? HttpHeader.CONTENT_TYPE : HttpHeader.CACHE.get(name);
        if (known != null && OURS.contains(known)) {
            return;
        }
        fields.remove(name);
        for (String value : values) {
            fields.add(known == HttpHeader.CONTENT_TYPE ? type(value) : new HttpField(known, name, value));
        }
    }

    private static HttpField type(String value) {
        HttpField made = TYPES.get(value);
        if (made == null) {
            if (TYPES.size() >= MOST_TYPES || value.length() > LONGEST_TYPE || !TYPE.spells(value)) {
                return new HttpField(HttpHeader.CONTENT_TYPE, value);
            }
            made = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, value);
            TYPES.put(value, made);
        }
        return made;
    }

    /** Whether answers with this status have no body (RFC 9110, 6.4.1). */
    static boolean isBodiless(int status) {
        return status == 204 || status == 304;
    }

    static void removeContent(HttpFields.Mutable fields) {
        fields.remove(HttpHeader.CONTENT_TYPE);
        fields.remove(HttpHeader.CONTENT_ENCODING);
        fields.remove(HttpHeader.CONTENT_LANGUAGE);
        fields.remove(HttpHeader.CONTENT_RANGE);
    }

    /** Says what a client that is to come back as a WebSocket has to ask for (RFC 9110, 15.5.22; RFC 6455, 4.4). */
    static void inviteUpgrade(HttpFields.Mutable fields) {
        fields.put(HttpHeader.UPGRADE, "websocket");
        fields.put(HttpHeader.SEC_WEBSOCKET_VERSION, "13");
        if (!fields.contains(HttpHeader.CONNECTION)) {
            fields.put(HttpHeader.CONNECTION, "Upgrade");
        }
    }

    /** Forgets what a handler has set, except what belongs to an error answer, and adds what that needs. */
    static void keepForError(HttpFields.Mutable fields, Refusal refusal) {
        List<HttpField> kept = new ArrayList<>();
        for (HttpField field : fields) {
            if (field.getHeader() == HttpHeader.WWW_AUTHENTICATE || field.getHeader() == HttpHeader.ALLOW) {
                kept.add(field);
            }
        }
        // The date stays: Jetty puts it back.
        fields.clear();
        kept.forEach(fields::add);
        if (refusal.allow() != null) {
            fields.put(HttpHeader.ALLOW, refusal.allow());
        }
        if (refusal.retryAfterSeconds() > 0) {
            fields.put(HttpHeader.RETRY_AFTER, refusal.retryAfterSeconds());
        }
        fields.put(HttpHeader.CONTENT_TYPE, ErrorBody.CONTENT_TYPE);
    }
}
