package mimosa.api.storage;

import java.util.concurrent.CompletionStage;

/** How a caller waits when a call cannot go on at once, so that its quota and its thread pool know of it. */
@FunctionalInterface
public interface Waiting {
    /**
     * Returns when the stage has completed.
     *
     * @throws mimosa.api.MimosaException when the caller may wait no longer; the turn is then given up
     */
    void until(CompletionStage<?> turn);
}
