package mimosa.api.engine;

import java.util.Map;
import mimosa.api.http.Exchange;
import mimosa.api.quota.Budget;
import org.osgi.annotation.versioning.ConsumerType;

/** A loaded program. Thread-safe: instances run side by side and share nothing that a guest could see. */
@ConsumerType
public interface Program extends AutoCloseable {
    /**
     * Starts one fresh instance for one request, whose body has been received, and returns at once; the instance goes on
     * on the engine's own threads. No state survives it.
     *
     * <p>From here on the engine owns exchange, host and budget: it answers the exchange or fails it, and when the
     * instance has closed (idle, quota, cancelled) it closes the host, then the budget, each exactly once, whatever
     * happened.
     */
    void start(Exchange exchange, Host host, Budget budget);

    /** What an operator may want to know of the program (sizes, times, ABI); values are short texts. */
    Map<String, String> facts();

    /** No further instance is started; those that run go on until their budget ends. Releases compiled code. */
    @Override
    void close();
}
