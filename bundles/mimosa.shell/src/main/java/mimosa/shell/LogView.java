package mimosa.shell;

import java.io.IOException;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import mimosa.api.mim.LogRecord;
import mimosa.api.mim.Mims;

/** A mim's log at the prompt. */
final class LogView {
    private static final List<String> LEVELS = List.of("debug", "info", "warn", "error");
    /** More records than this may not wait for a slow terminal; the newer ones are left out. */
    private static final int MAX_WAITING = 10_000;

    private final Mims mims;
    private final int least;
    private final PrintStream out;

    /** @param level the least severe one to be shown; {@code null} for all */
    LogView(Mims mims, String level, PrintStream out) throws CommandFailure {
        this.mims = mims;
        this.least = level == null ? 0 : LEVELS.indexOf(level.toLowerCase(Locale.ROOT));
        this.out = out;
        if (least < 0) {
            throw new CommandFailure("option -l " + level + ": expected " + String.join(", ", LEVELS));
        }
    }

    /** Prints the last records, and returns them. */
    List<LogRecord> print(String id, int lines) {
        List<LogRecord> found = mims.log(null, id, least == 0 ? lines : Integer.MAX_VALUE).stream()
                .filter(this::isShown)
                .toList();
        List<LogRecord> last = found.subList(Math.max(0, found.size() - lines), found.size());
        last.forEach(this::print);
        return last;
    }

    /** Goes on with what is logged from now on, until the command is interrupted or nobody reads it any more. */
    void follow(String id, int lines) throws IOException {
        BlockingQueue<LogRecord> news = new LinkedBlockingQueue<>(MAX_WAITING);
        // Subscribed before the old records are read, so that none is lost between; what comes twice is left out.
        AutoCloseable subscription = mims.follow(null, id, news::offer);
        try {
            Set<LogRecord> printed = new HashSet<>(print(id, lines));
            while (!out.checkError()) {
                LogRecord next = news.take();
                if (isShown(next) && !printed.remove(next)) {
                    print(next);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(subscription);
        }
    }

    private static void close(AutoCloseable subscription) throws IOException {
        try {
            subscription.close();
        } catch (Exception e) { // the boundary to whoever keeps the log: it may throw anything
            throw new IOException("the log could not be left alone again", e);
        }
    }

    /** An unknown level is shown rather than lost. */
    private boolean isShown(LogRecord log) {
        int level = LEVELS.indexOf(log.level());
        return level < 0 || level >= least;
    }

    private void print(LogRecord log) {
        String request = log.requestId() == null ? "" : " [" + log.requestId() + "]";
        out.println(
                Printable.line(log.time() + " " + log.level().toUpperCase(Locale.ROOT) + request + " " + log.text()));
    }
}
