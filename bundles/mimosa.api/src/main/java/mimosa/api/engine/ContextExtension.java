package mimosa.api.engine;

import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Adds {@code context.<name>} to JavaScript mims: an object with functions that are answered in Java. Register it as a
 * service with the property {@link #NAME}; it appears and disappears with the service, for requests that begin
 * afterwards. With the scope bundle the service is made once for each mim, whose bundle is the using one.
 *
 * <p>Called on the thread that runs the script: quick, thread-safe (other instances call at the same time), and without
 * waiting for anything that another request has to do.
 */
@ConsumerType
public interface ContextExtension {
    /** Service property, {@code String}, required: a JavaScript identifier that {@code context} does not have yet. */
    String NAME = "mimosa.context";

    /** Names of the functions. */
    Set<String> functions();

    /**
     * Answers a call of {@code context.<name>.<function>(...)}.
     *
     * @param arguments {@code null}, {@code Boolean}, {@code Double}, {@code String}, {@code List} and {@code Map} of
     *     these, as JSON would have them; {@code undefined} is {@code null}
     * @return the same kinds; any {@code Number} will do
     * @throws mimosa.api.MimosaException becomes an {@code Error} with its message that the script can catch; anything
     *     else becomes an {@code Error} {@code internal error} and is logged
     */
    Object call(String function, List<Object> arguments);
}
