package mimosa.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The root of what Mimosa throws. Its {@linkplain #kind() kind} alone decides which status a client is answered; its
 * message says what failed, on what, and what was expected, and may be shown to the client. A stack trace never is.
 */
public class MimosaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong, in the terms of whoever has to do something about it. The gateway maps it to an HTTP status. */
    public enum Kind {
        /** The input is wrong: 400. */
        INVALID,
        /** No credentials: 401. */
        UNAUTHENTICATED,
        /** Wrong credentials, or not allowed: 403. */
        FORBIDDEN,
        /** There is no such thing: 404. */
        NOT_FOUND,
        /** The path exists, the method does not: 405. */
        METHOD_NOT_ALLOWED,
        /** Taken, or managed by somebody else: 409. */
        CONFLICT,
        /** The input is over a limit: 413. */
        TOO_LARGE,
        /** The input is in a form that is not understood: 415. */
        UNSUPPORTED_MEDIA_TYPE,
        /** A WebSocket handshake was expected: 426. */
        UPGRADE_REQUIRED,
        /** The program of a mim failed: 500. */
        GUEST,
        /** Mimosa failed: 500. */
        INTERNAL,
        /** Not now, but soon; {@link MimosaException#retryAfter()} says when: 503. */
        UNAVAILABLE,
        /** A storage change could not be made durable: 503. */
        NOT_DURABLE,
        /** The store cannot be read or written: 503. */
        STORAGE,
        /** A limit of the mim's own storage would be passed; nothing was changed: 507. */
        STORAGE_LIMIT,
        /** A quota of the mim is used up: 504. */
        QUOTA,
        /** The limit of outbound calls or of their size is used up: 429. */
        CALL_LIMIT,
        /** Too many mims call each other: 508. */
        LOOP,
        /** The other side has gone; nobody can be answered. */
        GONE
    }

    private final Kind kind;
    private final transient Duration retryAfter;

    /**
     * @param kind what went wrong
     * @param message what failed, on what, what was expected; a lower-case fact without a full stop
     */
    public MimosaException(Kind kind, String message) {
        this(kind, message, null, null);
    }

    /** As above, with the cause for the log. */
    public MimosaException(Kind kind, String message, Throwable cause) {
        this(kind, message, null, cause);
    }

    private MimosaException(Kind kind, String message, Duration retryAfter, Throwable cause) {
        super(message, cause);
        this.kind = Objects.requireNonNull(kind);
        this.retryAfter = retryAfter;
    }

    /** A failure of kind {@link Kind#UNAVAILABLE} that is worth another try after the given time. */
    public static MimosaException retryAfter(Duration delay, String message) {
        return new MimosaException(Kind.UNAVAILABLE, message, Objects.requireNonNull(delay), null);
    }

    /** Shorthand for the most frequent kind, {@link Kind#INVALID}. */
    public static MimosaException invalid(String message) {
        return new MimosaException(Kind.INVALID, message);
    }

    public final Kind kind() {
        return kind;
    }

    /** When to try again; empty when trying again will not help by itself. */
    public final Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
