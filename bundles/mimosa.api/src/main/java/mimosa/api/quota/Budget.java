package mimosa.api.quota;

import java.time.Duration;
import java.util.function.Consumer;
import mimosa.api.MimosaException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What one instance may still use. Its wall clock runs from {@link Quotas#enter} to {@link #close}.
 *
 * <pre>
 *   enter -> Budget ; onExceeded(kill) ; { resume() ... check()* ... suspend() }* ; close()
 * </pre>
 */
@ProviderType
public interface Budget extends AutoCloseable {
    Limits limits();

    /** What is left of the wall time; zero or negative when it has run out. */
    Duration remaining();

    /**
     * Sets what to do when the wall time runs out while nobody calls {@link #check}: called at most once, on a thread
     * that must not be held up, with the failure to answer (kind {@code QUOTA}).
     */
    void onExceeded(Consumer<MimosaException> action);

    /** The current thread begins to run guest code: its processor time and allocation count from here. */
    void resume();

    /** The current thread has stopped running guest code for now. */
    void suspend();

    /**
     * Called often by the thread that runs guest code.
     *
     * @throws MimosaException of kind {@code QUOTA}, with a message that begins with the limit's name and is the same at
     *     every further call
     */
    void check();

    /** The failure that {@link #check} throws, or {@code null} while no limit has been passed. Cheap. */
    MimosaException exceeded();

    /** Ends the instance as if its time had run out: by an operator, or because its mim goes. */
    void cancel(String reason);

    /** The instance has closed: gives the slot back. Further calls have no effect. */
    @Override
    void close();
}
