package mimosa.engine.wasm;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import mimosa.api.engine.Host.Level;

/** What a program writes to its standard output and error: one log record for each line. */
final class WasiStreams {
    /** A longer line becomes several records. */
    private static final int MAX_LINE_BYTES = 64 * 1024;

    private final Execution execution;
    private final ByteArrayOutputStream[] unfinished = {new ByteArrayOutputStream(), new ByteArrayOutputStream()};

    WasiStreams(Execution execution) {
        this.execution = execution;
    }

    /** @param descriptor 1 or 2 */
    void write(int descriptor, byte[] bytes) {
        execution.notRepeatable();
        ByteArrayOutputStream line = unfinished[descriptor - 1];
        List<byte[]> lines = new ArrayList<>();
        for (byte each : bytes) {
            if (each != '\n') {
                line.write(each);
            }
            if (each == '\n' || line.size() == MAX_LINE_BYTES) {
                lines.add(line.toByteArray());
                line.reset();
            }
        }
        lines.forEach(text -> log(descriptor, text));
    }

    /** The instance closes: what has no end yet is a line, too. */
    void flush() {
        for (int descriptor = 1; descriptor <= 2; descriptor++) {
            ByteArrayOutputStream line = unfinished[descriptor - 1];
            if (line.size() > 0) {
                log(descriptor, line.toByteArray());
                line.reset();
            }
        }
    }

    private void log(int descriptor, byte[] line) {
        try {
            execution.log(descriptor == 1 ? Level.INFO : Level.ERROR, Utf8.lenient(line));
        } catch (Code e) {
            // Past the log's limit, which the log itself tells: a program that prints need not know.
            return;
        }
    }
}
