package mimosa.gateway;

import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.http.Body;
import mimosa.api.http.Exchange;
import mimosa.api.http.HeaderField;
import mimosa.api.http.WebSocket;
import mimosa.gateway.RouteTable.Route;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * One request and the answer to it, on a Jetty request.
 *
 * <pre>
 *   OPEN --write--> COMMITTED --end--> ENDING --last byte sent--> OVER
 *     `------------ end, fail ---------^                           ^
 *     any of them ----- fail after commit, client gone ------------'
 * </pre>
 *
 * <p>After an {@link #upgrade} it is over at once as far as HTTP is concerned; done it is when the WebSocket has closed.
 *
 * <p>Locking: the state is guarded by this object's monitor. Nothing of Jetty that could call back, and no stage, is
 * ever completed while it is held.
 */
final class JettyExchange implements Exchange {
    private enum State {
        OPEN,
        COMMITTED,
        ENDING,
        OVER
    }

    private record Piece(ByteBuffer bytes, boolean last, CompletableFuture<Void> sent) {}

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final GatewayServer gateway;
    private final String requestId;
    private final String path;
    private final String query;
    private final CompletableFuture<Outcome> done = new CompletableFuture<>();
    private final Queue<Piece> queue = new ArrayDeque<>(2);
    private final Sender sender = new Sender();
    private Route route;

    /** The thread that brings the request to its handler, as long as it does; to be asked by that thread only. */
    private Thread lender;

    private List<HeaderField> headers;
    private BodyReceiver receiver;
    private ReceivedBody body = ReceivedBody.EMPTY;
    private boolean nothingUnread;
    private int status = 200;
    private long declared = -1;
    private long offered;
    private State state = State.OPEN;
    private Outcome outcome = Outcome.SENT;

    JettyExchange(Request request, Response response, Callback callback, GatewayServer gateway) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.gateway = gateway;
        requestId = RequestIds.of(request.getHeaders());
        String rawPath = request.getHttpURI().getPath();
        path = rawPath == null ? "" : rawPath;
        query = request.getHttpURI().getQuery();
        request.addFailureListener(this::broken);
        // An exchange that waits is bounded by quotas, not by the connection's idle time.
        request.addIdleTimeoutListener(timeout -> false);
    }

    void matched(Route found) {
        route = found;
    }

    /** @param thread that may be lent to the handler from now on; {@code null} for none */
    void lender(Thread thread) {
        lender = thread;
    }

    @Override
    public String requestId() {
        return requestId;
    }

    @Override
    public String method() {
        return request.getMethod();
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String query() {
        return query;
    }

    @Override
    public String matchedPath() {
        return route == null ? "" : route.path();
    }

    @Override
    public boolean runHere(Runnable work, long stackBytes) {
        if (lender != Thread.currentThread() || !route.pace().isShort() || !gateway.lend(stackBytes)) {
            return false;
        }
        lender = null;
        long began = System.nanoTime();
        try {
            work.run();
        } finally {
            gateway.lent();
            route.pace().took(System.nanoTime() - began);
        }
        return true;
    }

    @Override
    public synchronized List<HeaderField> headers() {
        if (headers == null) {
            headers = copyHeaders();
        }
        return headers;
    }

    /** Does not copy all for one that nearly no request has. */
    @Override
    public String header(String name) {
        return isAdded(name) || request.getHeaders().contains(name) ? Exchange.super.header(name) : null;
    }

    /** Whether {@link #copyHeaders} adds a field of that name. */
    private static boolean isAdded(String name) {
        return RequestIds.HEADER.equalsIgnoreCase(name) || HttpHeader.HOST.is(name);
    }

    private List<HeaderField> copyHeaders() {
        HttpFields fields = request.getHeaders();
        List<HeaderField> copy = new ArrayList<>(fields.size() + 2);
        String authority = request.getHttpURI().getAuthority();
        if (authority != null && !fields.contains(HttpHeader.HOST)) {
            // HTTP/2 has a pseudo header field instead.
            copy.add(new HeaderField("host", authority));
        }
        for (HttpField field : fields) {
            String name = field.getLowerCaseName();
            if (!name.equalsIgnoreCase(RequestIds.HEADER)) {
                copy.add(new HeaderField(name, field.getValue() == null ? "" : field.getValue()));
            }
        }
        copy.add(new HeaderField("x-request-id", requestId));
        return List.copyOf(copy);
    }

    @Override
    public String remote() {
        return Request.getRemoteAddr(request) + ':' + Request.getRemotePort(request);
    }

    @Override
    public CompletionStage<Body> receive(long maxBytes) {
        long announced = request.getLength();
        if (announced > maxBytes) {
            return CompletableFuture.failedStage(BodyReceiver.tooLarge(maxBytes));
        }
        BodyReceiver first;
        synchronized (this) {
            if (receiver != null || state != State.OPEN) {
                return CompletableFuture.failedStage(new MimosaException(
                        Kind.INTERNAL,
                        "the body of request " + requestId + " can be received once, before the answer"));
            }
            body = new ReceivedBody(
                    announced,
                    gateway.settings().spoolBytes(),
                    gateway.settings().spoolFolder());
            first = receiver = new BodyReceiver(request, body, maxBytes);
        }
        first.run();
        return first.received();
    }

    @Override
    public synchronized Body body() {
        return receiver != null && receiver.isComplete() ? body : ReceivedBody.EMPTY;
    }

    @Override
    public synchronized void status(int code) {
        if (code < 200 || code > 599) {
            throw MimosaException.invalid("status " + code + " is not one of an answer, expected 200 to 599");
        }
        if (state == State.OPEN) {
            status = code;
        }
    }

    @Override
    public synchronized void setHeader(String name, String... values) {
        AnswerHeaders.check(name, values);
        if (state == State.OPEN) {
            AnswerHeaders.set(response.getHeaders(), name, values);
        }
    }

    @Override
    public synchronized void contentLength(long bytes) {
        if (bytes < 0) {
            throw MimosaException.invalid("content length " + bytes + " is not possible, expected 0 or more");
        }
        if (state == State.OPEN) {
            declared = bytes;
        }
    }

    @Override
    public synchronized boolean isCommitted() {
        return state != State.OPEN;
    }

    @Override
    public CompletionStage<Void> write(ByteBuffer chunk) {
        return send(chunk, false);
    }

    @Override
    public CompletionStage<Void> end(ByteBuffer chunk) {
        return send(chunk, true);
    }

    private CompletionStage<Void> send(ByteBuffer chunk, boolean last) {
        Piece piece = new Piece(chunk, last, new CompletableFuture<>());
        MimosaException wrongLength;
        synchronized (this) {
            if (state == State.OVER && outcome == Outcome.CLIENT_GONE) {
                return CompletableFuture.failedStage(gone(null));
            }
            if (state == State.ENDING || state == State.OVER) {
                return CompletableFuture.completedStage(null);
            }
            offered += chunk.remaining();
            wrongLength = wrongLength(last);
            if (wrongLength == null) {
                accept(hasNoBody() ? new Piece(BufferUtil.EMPTY_BUFFER, last, piece.sent()) : piece, chunk.remaining());
            }
        }
        if (wrongLength != null) {
            fail(wrongLength);
            return CompletableFuture.failedStage(wrongLength);
        }
        sender.iterate();
        return piece.sent();
    }

    private void accept(Piece piece, int length) {
        if (state == State.OPEN) {
            commit(declared >= 0 ? declared : piece.last() ? length : -1, false);
            if (piece.last() && AnswerHeaders.isBodiless(status)) {
                // In one piece Jetty would add a length of 0.
                queue.add(new Piece(BufferUtil.EMPTY_BUFFER, false, new CompletableFuture<>()));
            }
        }
        state = piece.last() ? State.ENDING : State.COMMITTED;
        queue.add(piece);
    }

    /** What is wrong with the bytes so far; {@code null} while they can be, or are, as many as were declared. */
    private MimosaException wrongLength(boolean last) {
        boolean wrong = declared >= 0 && !hasNoBody() && (offered > declared || last && offered < declared);
        return wrong
                ? new MimosaException(
                        Kind.INTERNAL, "the answer has " + offered + " bytes, but " + declared + " were declared")
                : null;
    }

    private boolean hasNoBody() {
        return HttpMethod.HEAD.is(method()) || AnswerHeaders.isBodiless(status);
    }

    /** From here on status and headers are fixed. */
    private void commit(long length, boolean closing) {
        HttpFields.Mutable fields = response.getHeaders();
        response.setStatus(status);
        fields.put(RequestIds.field(requestId));
        if (AnswerHeaders.isBodiless(status)) {
            AnswerHeaders.removeContent(fields);
        } else if (length >= 0) {
            fields.put(HttpHeader.CONTENT_LENGTH, length);
        } else if (version() == HttpVersion.HTTP_1_1) {
            // Jetty would do without chunks if the connection is to be closed, and a truncated body would look
            // complete.
            fields.put(HttpHeader.TRANSFER_ENCODING, HttpHeaderValue.CHUNKED.asString());
        }
        boolean unread = leavesBodyUnread();
        if (isHttp1() && (unread || closing)) {
            fields.put(HttpFields.CONNECTION_CLOSE);
        }
    }

    private HttpVersion version() {
        return request.getConnectionMetaData().getHttpVersion();
    }

    private boolean isHttp1() {
        return version().getVersion() <= HttpVersion.HTTP_1_1.getVersion();
    }

    /** Whether bytes of the request body may still come; what has come already is thrown away. */
    private boolean leavesBodyUnread() {
        if (receiver != null && receiver.isComplete()) {
            nothingUnread = true;
        } else if (receiver == null || !receiver.isWaiting()) {
            nothingUnread = Lingering.discard(request);
        }
        return !nothingUnread;
    }

    @Override
    public void fail(Throwable failure) {
        Refusal refusal = Failures.refusal(failure);
        boolean wasOpen;
        synchronized (this) {
            if (state == State.ENDING || state == State.OVER) {
                return;
            }
            wasOpen = state == State.OPEN;
        }
        Failures.log(failure, requestId, method(), path);
        if (wasOpen && refusal != null) {
            refuse(refusal);
        } else {
            over(Outcome.FAILED, new Request.Handler.AbortException("the exchange failed after its answer had begun"));
        }
    }

    /** Answers with an error, unless an answer has begun. */
    void refuse(Refusal refusal) {
        Piece piece;
        synchronized (this) {
            if (state != State.OPEN) {
                return;
            }
            AnswerHeaders.keepForError(response.getHeaders(), refusal);
            status = refusal.status();
            outcome = Outcome.FAILED;
            byte[] json = ErrorBody.of(status, refusal.message(), requestId);
            commit(json.length, refusal.closing());
            if (status == HttpStatus.UPGRADE_REQUIRED_426 && isHttp1()) {
                AnswerHeaders.inviteUpgrade(response.getHeaders());
            }
            state = State.ENDING;
            ByteBuffer bytes = hasNoBody() ? BufferUtil.EMPTY_BUFFER : ByteBuffer.wrap(json);
            piece = new Piece(bytes, true, new CompletableFuture<>());
            queue.add(piece);
        }
        sender.iterate();
    }

    @Override
    public CompletionStage<WebSocket> upgrade(Runnable onClose) {
        if (!WebSockets.isHandshake(request)) {
            return CompletableFuture.failedStage(
                    new MimosaException(Kind.UPGRADE_REQUIRED, "this is a WebSocket, expected its handshake"));
        }
        synchronized (this) {
            if (receiver != null || state != State.OPEN) {
                return CompletableFuture.failedStage(new MimosaException(
                        Kind.INTERNAL, "request " + requestId + " can be upgraded instead of an answer only"));
            }
            state = State.OVER;
            response.getHeaders().put(RequestIds.field(requestId));
        }
        JettyWebSocket socket = new JettyWebSocket(gateway.webSockets(), how -> {
            synchronized (this) {
                outcome = how;
            }
            finished();
            if (how != Outcome.CLIENT_GONE) {
                onClose.run();
            }
        });
        try {
            gateway.webSockets().upgrade(request, response, callback, socket);
            return socket.opened();
        } catch (MimosaException e) {
            synchronized (this) {
                state = State.OPEN;
            }
            return CompletableFuture.failedStage(e);
        }
    }

    @Override
    public CompletionStage<Outcome> done() {
        return done.minimalCompletionStage();
    }

    /** Called when the client of a streamed HTTP/1.1 answer has closed its side. */
    void hungUp() {
        lost(new Request.Handler.AbortException("the client has closed the connection"));
    }

    /** Called by Jetty when the connection or the stream fails, for the client's or the network's fault. */
    private void broken(Throwable cause) {
        if (isMalformed(cause) && !isCommitted()) {
            refuse(Refusal.closing(400, "malformed request: " + ((HttpException) cause).getReason()));
        } else {
            lost(cause);
        }
    }

    private static boolean isMalformed(Throwable cause) {
        return cause instanceof HttpException && !(cause instanceof EOFException);
    }

    private void lost(Throwable cause) {
        over(Outcome.CLIENT_GONE, cause);
    }

    /** Ends the exchange before its answer is complete. */
    private void over(Outcome how, Throwable cause) {
        synchronized (this) {
            if (state == State.OVER) {
                return;
            }
            state = State.OVER;
            outcome = how;
        }
        gateway.hangUps().forget(this);
        if (how == Outcome.FAILED && version() == HttpVersion.HTTP_1_0 && endPoint() instanceof GatewayEndPoint known) {
            known.resetOnClose();
        }
        // Anything but an abort would have Jetty answer, if nothing has left yet.
        boolean answerable = how == Outcome.FAILED && cause instanceof HttpException;
        callback.failed(answerable ? cause : new Request.Handler.AbortException(cause));
        failQueued(cause);
        finished();
    }

    private void failQueued(Throwable cause) {
        List<Piece> unsent;
        synchronized (this) {
            unsent = new ArrayList<>(queue);
            queue.clear();
        }
        unsent.forEach(piece -> piece.sent().completeExceptionally(gone(cause)));
    }

    /** The last byte has been handed to the network. */
    private void sent() {
        boolean linger;
        synchronized (this) {
            if (state == State.OVER) {
                return;
            }
            state = State.OVER;
            linger = !nothingUnread && isReadable();
        }
        gateway.hangUps().forget(this);
        if (linger) {
            new Lingering(request, callback).start();
        } else {
            callback.succeeded();
        }
        finished();
    }

    /** Whether reading on is possible, and not an invitation to a client that waits for {@code 100 Continue}. */
    private boolean isReadable() {
        boolean invited = receiver != null
                || !request.getHeaders().contains(HttpHeader.EXPECT, HttpHeaderValue.CONTINUE.asString());
        return invited && (receiver == null || !receiver.isWaiting());
    }

    private void finished() {
        gateway.left();
        body.close();
        done.complete(outcome);
    }

    private synchronized void watchForHangUp() {
        if (state == State.COMMITTED && isHttp1() && endPoint() instanceof GatewayEndPoint known) {
            gateway.hangUps().watch(this, known);
        }
    }

    /** The connection that the request came by. */
    EndPoint endPoint() {
        return request.getConnectionMetaData().getConnection().getEndPoint();
    }

    private static MimosaException gone(Throwable cause) {
        return new MimosaException(Kind.GONE, "the client has left", cause);
    }

    /** Hands the queued pieces to Jetty, one after the other. */
    private final class Sender extends IteratingCallback {
        private Piece current;
        private boolean watching;

        @Override
        protected Action process() {
            synchronized (JettyExchange.this) {
                current = queue.poll();
            }
            if (current == null) {
                return Action.IDLE;
            }
            // A stream of HTTP/2 has no idle time, and its connection asks the streams before it closes.
            if (isHttp1() && endPoint() instanceof GatewayEndPoint known) {
                known.sending();
            }
            response.write(current.last(), current.bytes(), this);
            return Action.SCHEDULED;
        }

        @Override
        protected void onSuccess() {
            Piece piece = current;
            current = null;
            if (piece.last()) {
                sent();
            } else if (!watching) {
                watching = true;
                watchForHangUp();
            }
            piece.sent().complete(null);
        }

        @Override
        protected void onCompleteFailure(Throwable cause) {
            Piece piece = current;
            if (isMalformed(cause)) {
                // Not the client's doing: the header was too large, say. Jetty answers if nothing has left yet.
                over(Outcome.FAILED, cause);
            } else {
                lost(cause);
            }
            failQueued(cause);
            if (piece != null) {
                piece.sent().completeExceptionally(gone(cause));
            }
        }
    }
}
