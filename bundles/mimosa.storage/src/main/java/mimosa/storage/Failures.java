package mimosa.storage;

import java.util.regex.Pattern;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;

/** The failures of this bundle, each with its kind. */
final class Failures {
    private static final Pattern PATH = Pattern.compile("(?:[a-z]+:)?/[^\\s\"',;\\[\\]]+");

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

    /**
     * The innermost message: the outer ones only say that something failed. It may reach clients of a mim, so where things
     * are on this machine is left out; that is in the cause.
     */
    private static String reason(Throwable failure) {
        String reason = failure.getClass().getSimpleName();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null) {
                reason = cause.getMessage();
            }
        }
        return PATH.matcher(reason).replaceAll("a file of the store");
    }
}
