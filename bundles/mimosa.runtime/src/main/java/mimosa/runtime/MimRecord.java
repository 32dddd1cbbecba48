package mimosa.runtime;

import java.time.Instant;
import java.util.Map;
import mimosa.api.mim.Mim;
import mimosa.api.mim.Source;

/**
 * The desired state of one mim, as it is kept on disk.
 *
 * @param imageVersion as in the image's tag
 * @param digest of the image whose bytes the mim is made of; {@code null} for a bundle that does not say
 * @param env normalised variables
 * @param stopped whether an operator stopped it
 * @param removing whether its removal was begun; finished at the next start of the node
 * @param keepData whether that removal keeps the data
 * @param checkedBy the version of Mimosa whose engine checked the program; {@code null} when none has
 */
record MimRecord(
        String id,
        String clientId,
        String name,
        String imageName,
        String imageVersion,
        String digest,
        String engine,
        String path,
        String alias,
        Map<String, String> env,
        boolean stopped,
        boolean removing,
        boolean keepData,
        Source source,
        String origin,
        Instant created,
        long generation,
        String checkedBy) {

    /** Whether nothing is missing that a mim cannot be without. */
    boolean isComplete() {
        return id != null
                && clientId != null
                && name != null
                && imageName != null
                && imageVersion != null
                && digest != null
                && engine != null
                && path != null
                && env != null
                && source != null
                && created != null;
    }

    /** Location of its bundle: ours, or where somebody else installed it. */
    String location() {
        return source == Source.BUNDLE ? origin : "mim:" + clientId + "/" + name;
    }

    MimEnv mimEnv() {
        return new MimEnv(env, path, alias);
    }

    MimRecord withStopped(boolean nowStopped) {
        return copy(nowStopped, removing, keepData, checkedBy);
    }

    MimRecord withRemoving(boolean keepDataThen) {
        return copy(stopped, true, keepDataThen, checkedBy);
    }

    MimRecord withCheckedBy(String version) {
        return copy(stopped, removing, keepData, version);
    }

    private MimRecord copy(boolean nowStopped, boolean nowRemoving, boolean nowKeepData, String nowCheckedBy) {
        return new MimRecord(
                id,
                clientId,
                name,
                imageName,
                imageVersion,
                digest,
                engine,
                path,
                alias,
                env,
                nowStopped,
                nowRemoving,
                nowKeepData,
                source,
                origin,
                created,
                generation,
                nowCheckedBy);
    }

    Mim shown(Mim.State state, String reason, long requests, long errors, int active) {
        return new Mim(
                id,
                clientId,
                name,
                imageName + ":" + imageVersion,
                clientId + "-" + imageName,
                imageVersion,
                digest == null ? "" : digest,
                engine,
                path,
                alias,
                env,
                state,
                reason,
                source,
                origin,
                created,
                generation,
                requests,
                errors,
                active);
    }
}
