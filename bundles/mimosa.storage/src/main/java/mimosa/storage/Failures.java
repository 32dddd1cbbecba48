package mimosa.storage;

import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;

/** The failures of this bundle, each with its kind. */
final class Failures {
    private Failures() {}

    static MimosaException storage(String message) {
        return new MimosaException(Kind.STORAGE, message);
    }

    static MimosaException storage(String message, Throwable cause) {
        return new MimosaException(Kind.STORAGE, message + ": " + reason(cause), cause);
    }

    static MimosaException overLimit(String message) {
        return new MimosaException(Kind.STORAGE_LIMIT, message);
    }

    static MimosaException notDurable(Throwable cause) {
        return new MimosaException(Kind.NOT_DURABLE, "storage write could not be made durable", cause);
    }

    /** The innermost message: the outer ones only say that something failed. */
    private static String reason(Throwable failure) {
        String reason = failure.getClass().getSimpleName();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null) {
                reason = cause.getMessage();
            }
        }
        return reason;
    }
}
