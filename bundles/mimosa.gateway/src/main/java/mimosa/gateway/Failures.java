package mimosa.gateway;

import java.time.Duration;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one table from what went wrong to what the client is answered. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /** How the failure is answered; {@code null} when nobody is left who could be answered. */
    static Refusal refusal(Throwable failure) {
        if (!(failure instanceof MimosaException known)) {
            return new Refusal(500, "internal error");
        }
        if (known.kind() == Kind.GONE) {
            return null;
        }
        String message = known.getMessage() == null ? "no message" : known.getMessage();
        long retryAfter = known.retryAfter().map(Failures::wholeSeconds).orElse(0L);
        return new Refusal(status(known.kind()), message, null, retryAfter, false);
    }

    static int status(Kind kind) {
        return switch (kind) {
            case INVALID -> 400;
            case UNAUTHENTICATED -> 401;
            case FORBIDDEN -> 403;
            case NOT_FOUND -> 404;
            case METHOD_NOT_ALLOWED -> 405;
            case CONFLICT -> 409;
            case TOO_LARGE -> 413;
            case UNSUPPORTED_MEDIA_TYPE -> 415;
            case UPGRADE_REQUIRED -> 426;
            case CALL_LIMIT -> 429;
            case GUEST, INTERNAL -> 500;
            case UNAVAILABLE, NOT_DURABLE, STORAGE -> 503;
            case QUOTA -> 504;
            case STORAGE_LIMIT -> 507;
            case LOOP -> 508;
            case GONE -> throw new IllegalArgumentException("GONE has no status: nobody is left to be answered");
        };
    }

    /** Logs what an operator has to know: failures of Mimosa itself, not those of clients and mims. */
    static void log(Throwable failure, String requestId, String method, String path) {
        boolean ours = !(failure instanceof MimosaException known) || known.kind() == Kind.INTERNAL;
        if (ours) {
            LOG.error("request {} failed: {} {}", requestId, method, ErrorBody.cut(path, 200), failure);
        }
    }

    private static long wholeSeconds(Duration delay) {
        return Math.max(1, (delay.toMillis() + 999) / 1000);
    }
}
