package mimosa.api.mim;

import java.time.Instant;

/**
 * One record of a mim's log; control characters have been made harmless.
 *
 * @param level {@code debug}, {@code info}, {@code warn} or {@code error}
 */
public record LogRecord(Instant time, String level, String requestId, String text) {}
