package mimosa.engine.js;

import mimosa.api.MimosaException;

/**
 * Ends an instance in the middle of its script. An {@link Error}, because that is what no {@code catch}, {@code finally}
 * or promise handler of the script gets to see.
 */
final class Stopped extends Error {
    private static final long serialVersionUID = 1L;

    private final transient MimosaException failure;

    /** @param failure what the client is answered; {@code null} when there is no client any more */
    Stopped(MimosaException failure) {
        super(failure == null ? "the client has gone" : failure.getMessage(), failure, false, false);
        this.failure = failure;
    }

    MimosaException failure() {
        return failure;
    }
}
