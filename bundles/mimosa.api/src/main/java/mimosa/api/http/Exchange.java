package mimosa.api.http;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One HTTP request and the answer to it. Used by one thread at a time.
 *
 * <pre>
 *   receive(cap) -> body()            status, setHeader ... -> write* -> end     (or fail, at any time)
 * </pre>
 *
 * Names of header fields ignore case on both sides.
 */
@ProviderType
public interface Exchange {
    /** Identifies this request in logs and in the answer's {@code X-Request-Id}; {@code [A-Za-z0-9._-]{1,64}}. */
    String requestId();

    /** As received, upper case by convention. */
    String method();

    /** The raw path, still percent-encoded, beginning with a slash; without query. */
    String path();

    /** The raw query without the question mark; {@code null} when there is none. */
    String query();

    /** The {@link HttpHandler#PATH} that this request matched; empty for {@code /}. */
    String matchedPath();

    /** What follows {@link #matchedPath()} in {@link #path()}: empty, or beginning with a slash. */
    default String remainingPath() {
        return path().substring(matchedPath().length());
    }

    /** The request's header fields in the order received, names in lower case; unmodifiable. */
    List<HeaderField> headers();

    /** The value of a request header field, repeated fields joined by {@code ", "}; {@code null} when absent. */
    default String header(String name) {
        String joined = null;
        for (HeaderField field : headers()) {
            if (field.name().equalsIgnoreCase(name)) {
                joined = joined == null ? field.value() : joined + ", " + field.value();
            }
        }
        return joined;
    }

    /**
     * Runs the work on the calling thread, if that can be spared: it is just bringing this exchange to its handler, other
     * threads take its place where it stays away too long, and this handler's work has mostly been short. Saves a
     * hand-over to a thread of the caller's own. Once for each exchange.
     *
     * @param stackBytes that the work needs
     * @return whether the work has been done; otherwise it has not been begun
     */
    default boolean runHere(Runnable work, long stackBytes) {
        return false;
    }

    /** Address and port of the client, for logs. */
    String remote();

    /**
     * Reads the whole request body without holding a thread. The first call sends {@code 100 Continue} where the
     * client asked for it. To be called once; the body is released when the exchange ends.
     *
     * @param maxBytes completes exceptionally with kind {@code TOO_LARGE} when the body is longer
     * @return the body, which is also {@link #body()} from then on; fails with kind {@code GONE} when the client left
     */
    CompletionStage<Body> receive(long maxBytes);

    /** The body once {@link #receive} has completed; an empty body before. */
    Body body();

    /** Sets the status of the answer, 200 to 599; 200 at first. No effect once {@linkplain #isCommitted committed}. */
    void status(int status);

    /**
     * Sets a header field of the answer to the given values, one field each, replacing earlier ones; no values removes
     * it. {@code Content-Length}, {@code Connection}, {@code Keep-Alive}, {@code Transfer-Encoding}, {@code Upgrade}
     * and {@code Date} belong to the gateway and are ignored. No effect once committed.
     *
     * @throws mimosa.api.MimosaException of kind {@code INVALID} for an illegal name, or CR, LF or NUL in a value
     */
    void setHeader(String name, String... values);

    /**
     * Declares how many bytes {@link #write} and {@link #end} are going to send, so that an answer in several pieces
     * leaves with this {@code Content-Length}. An answer that turns out longer or shorter fails; one to {@code HEAD} may
     * leave its body out. No effect once committed, nor where an answer has no framing.
     *
     * @param bytes 0 and up
     */
    default void contentLength(long bytes) {}

    /** Whether the first byte of the answer has left. */
    boolean isCommitted();

    /**
     * Sends status and headers if they have not left yet, then the chunk, flushed. Chunks are sent in the order of the
     * calls; a caller that does not await the returned stage lets them pile up in memory.
     *
     * @param chunk not to be changed until the stage completes; may be empty
     * @return completes when the chunk has been handed to the network, so that awaiting it gives back-pressure; fails
     *     with kind {@code GONE} when the client has left. Ignored after {@link #end} and {@link #fail}.
     */
    CompletionStage<Void> write(ByteBuffer chunk);

    /**
     * Sends the last chunk and finishes the answer; with no earlier {@link #write} and no {@link #contentLength} its
     * length is sent as {@code Content-Length}. A second call is ignored. The body of an answer to {@code HEAD}, and of 204 and 304, is
     * dropped.
     */
    CompletionStage<Void> end(ByteBuffer chunk);

    /**
     * Ends the exchange with a failure. Nothing sent yet: status by the gateway's table and a JSON error
     * {@code {"error":{"code","message","requestId"}}}; headers and status set before are forgotten, except those set
     * by {@link #setHeader} for {@code WWW-Authenticate} and {@code Allow}. Otherwise the connection (HTTP/2: the
     * stream) is aborted, so that the client sees a truncated message. Ignored after {@link #end}.
     */
    void fail(Throwable failure);

    /**
     * Answers a WebSocket handshake. Instead of everything else; {@link #done} completes when the connection has closed.
     *
     * @param onClose run once when the connection has closed; data frames of the client are read and dropped
     * @return completes with the open connection; fails with kind {@code UPGRADE_REQUIRED} when the request is no
     *     handshake (nothing has been answered then)
     */
    CompletionStage<WebSocket> upgrade(Runnable onClose);

    /** Completes (never exceptionally) when the answer has been sent, has failed or has lost its client. */
    CompletionStage<Outcome> done();

    /** How an exchange ended. */
    enum Outcome {
        /** Sent completely. */
        SENT,
        /** Answered with an error or aborted by {@link Exchange#fail}. */
        FAILED,
        /** The client left before the end. */
        CLIENT_GONE
    }
}
