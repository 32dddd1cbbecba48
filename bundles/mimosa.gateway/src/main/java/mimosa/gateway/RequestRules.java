package mimosa.gateway;

import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;

/** Refuses requests that no handler shall see, where the HTTP parser has let them pass. */
final class RequestRules {
    private static final String ALLOWED = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

    private final Settings settings;

    RequestRules(Settings settings) {
        this.settings = settings;
    }

    /** Why the request is refused; {@code null} when it is not. */
    Refusal check(Request request, String path, String query) {
        int urlLength = path.length() + (query == null ? 0 : query.length() + 1);
        if (urlLength > settings.maxUrlBytes()) {
            return new Refusal(414, "request URL is longer than " + settings.maxUrlBytes() + " bytes");
        }
        Refusal refusal = checkFields(request.getHeaders());
        if (refusal == null) {
            refusal = checkMethod(request.getMethod());
        }
        if (refusal == null) {
            refusal = checkFraming(request);
        }
        if (refusal == null && path.startsWith("/")) {
            String problem = RequestPath.problem(path, settings.ambiguousPaths());
            refusal = problem == null ? null : new Refusal(400, problem);
        }
        return refusal;
    }

    private Refusal checkFields(HttpFields fields) {
        if (fields.size() > settings.maxHeaderFields()) {
            return new Refusal(431, "request has more than " + settings.maxHeaderFields() + " header fields");
        }
        long bytes = 0;
        for (HttpField field : fields) {
            String value = field.getValue();
            bytes += field.getName().length() + (value == null ? 0 : value.length()) + ": \r\n".length();
        }
        return bytes > settings.maxHeaderBytes()
                ? new Refusal(431, "request header is larger than " + settings.maxHeaderBytes() + " bytes")
                : null;
    }

    private static Refusal checkMethod(String method) {
        return "TRACE".equals(method) || "CONNECT".equals(method)
                ? new Refusal(405, "method " + method + " is not supported", ALLOWED, 0, true)
                : null;
    }

    /** Messages whose end a proxy before us could see elsewhere (RFC 9112, 6.1). */
    private static Refusal checkFraming(Request request) {
        HttpVersion version = request.getConnectionMetaData().getHttpVersion();
        if (version.getVersion() > HttpVersion.HTTP_1_1.getVersion()) {
            return null;
        }
        List<String> codings = request.getHeaders().getValuesList(HttpHeader.TRANSFER_ENCODING);
        if (codings.isEmpty()) {
            return null;
        }
        if (version != HttpVersion.HTTP_1_1) {
            return Refusal.closing(400, "Transfer-Encoding is not allowed in HTTP/1.0");
        }
        return codings.size() == 1 && HttpHeaderValue.CHUNKED.is(codings.get(0))
                ? null
                : Refusal.closing(501, "transfer coding is not supported, expected chunked alone");
    }
}
