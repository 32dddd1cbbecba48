package mimosa.api.mim;

import java.time.Instant;
import java.util.Map;

/**
 * A deployed mim as it is at the moment of asking.
 *
 * @param id {@code <clientId>-<name>}
 * @param image tag of its image, {@code name:version}
 * @param imageId id of its image, which may have been replaced or deleted since
 * @param digest of the image it was made from; empty when its bundle was made elsewhere and does not say
 * @param engine {@code js} or {@code wasm}
 * @param path effective path, {@code /<clientId><base path>}
 * @param alias a second path; {@code null} when there is none
 * @param env normalised variables as the mim sees them, with {@code MCM.BASE_API_PATH} being {@code path}
 * @param reason why it should run but does not; {@code null} otherwise
 * @param origin see {@link Deployment#origin}
 * @param generation counts up with each redeploy, from 1
 * @param requests received since the start of the node
 * @param errors of those, how many were answered with an error by the runtime or broken off
 * @param active instances at work
 */
public record Mim(
        String id,
        String clientId,
        String name,
        String image,
        String imageId,
        String version,
        String digest,
        String engine,
        String path,
        String alias,
        Map<String, String> env,
        State state,
        String reason,
        Source source,
        String origin,
        Instant created,
        long generation,
        long requests,
        long errors,
        int active) {

    /** Whether requests are answered. */
    public boolean isUp() {
        return state == State.STARTED && reason == null;
    }

    /** What a mim is meant to do and does. */
    public enum State {
        /** Running and routed. */
        STARTED,
        /** Stopped by an operator. */
        STOPPED,
        /** Should run, but cannot; {@link Mim#reason} says why. */
        CREATED
    }
}
