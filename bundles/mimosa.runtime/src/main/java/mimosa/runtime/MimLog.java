package mimosa.runtime;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import mimosa.api.engine.Host;
import mimosa.api.mim.LogRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of one mim: a logger named after it, and the last records in memory for whoever asks. Thread-safe. */
final class MimLog {
    private static final int KEPT_RECORDS = 500;
    private static final int MAX_CHARS = 8 * 1024;

    private final String name;
    private final Deque<LogRecord> last = new ArrayDeque<>(1);
    private final List<Consumer<LogRecord>> followers = new CopyOnWriteArrayList<>();
    /** Made when it is first needed: most mims say nothing, and a logger is not small. */
    private volatile Logger logger;

    MimLog(String clientId, String name) {
        this.name = "mim." + clientId + "." + name;
    }

    private Logger logger() {
        Logger made = logger;
        if (made == null) {
            made = LoggerFactory.getLogger(name);
            logger = made;
        }
        return made;
    }

    /** Adds a record; how many characters it took. */
    int add(Host.Level level, String requestId, String text) {
        String cut = text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) + "…" : text;
        String harmless = Texts.harmless(cut);
        LogRecord record =
                new LogRecord(Instant.now(), level.name().toLowerCase(java.util.Locale.ROOT), requestId, harmless);
        synchronized (last) {
            if (last.size() == KEPT_RECORDS) {
                last.removeFirst();
            }
            last.addLast(record);
        }
        switch (level) {
            case DEBUG -> logger().debug("[{}] {}", requestId, harmless);
            case INFO -> logger().info("[{}] {}", requestId, harmless);
            case WARN -> logger().warn("[{}] {}", requestId, harmless);
            case ERROR -> logger().error("[{}] {}", requestId, harmless);
        }
        followers.forEach(follower -> follower.accept(record));
        return harmless.length();
    }

    List<LogRecord> last(int limit) {
        synchronized (last) {
            List<LogRecord> all = new ArrayList<>(last);
            return List.copyOf(all.subList(Math.max(0, all.size() - Math.max(0, limit)), all.size()));
        }
    }

    AutoCloseable follow(Consumer<LogRecord> follower) {
        followers.add(follower);
        return () -> followers.remove(follower);
    }
}
