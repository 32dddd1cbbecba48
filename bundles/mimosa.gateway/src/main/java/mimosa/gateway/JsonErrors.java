package mimosa.gateway;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/** Gives the errors that Jetty answers by itself, mostly malformed requests, the shape of all others. */
final class JsonErrors implements Request.Handler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = request.getAttribute(ErrorHandler.ERROR_STATUS) instanceof Integer code ? code : 500;
        String requestId = RequestIds.of(request.getHeaders());
        byte[] json = ErrorBody.of(status, message(request, status), requestId);
        response.setStatus(status);
        response.getHeaders().put(RequestIds.HEADER, requestId);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, ErrorBody.CONTENT_TYPE);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, json.length);
        if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_2) {
            // Where the next request begins is in doubt.
            response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
        }
        boolean head = HttpMethod.HEAD.is(request.getMethod());
        response.write(true, head ? BufferUtil.EMPTY_BUFFER : ByteBuffer.wrap(json), callback);
        return true;
    }

    private static String message(Request request, int status) {
        if (status >= 500 && status != HttpStatus.HTTP_VERSION_NOT_SUPPORTED_505) {
            return "internal error";
        }
        String reason = request.getAttribute(ErrorHandler.ERROR_MESSAGE) instanceof String text && !text.isBlank()
                ? text
                : HttpStatus.getMessage(status);
        return status == 400 ? "malformed request: " + reason : reason;
    }
}
