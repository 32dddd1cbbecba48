package mimosa.engine.wasm;

import mimosa.api.MimosaException;

/** Ends an instance in the middle of its program. An {@link Error}: nothing on the way takes it for a failure. */
final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    /** @param reason {@code null} when there is no client any more */
    Killed(MimosaException reason) {
        super(reason == null ? "the client has gone" : reason.getMessage());
    }
}
