package mimosa.engine.js;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import mimosa.api.MimosaException;
import mimosa.api.http.Exchange;
import mimosa.api.storage.StoredFile;
import mimosa.work.Effects;
import mimosa.work.FileAnswer;
import mimosa.work.Unsent;

/**
 * The answer of one instance as its script has shaped it so far, and its way to the exchange. Used by the thread that
 * runs the instance, except {@link #lost}.
 */
final class Answer {
    private final Exchange exchange;
    private final Effects effects;
    private final long maxBytes;
    private final Unsent unsent = new Unsent();
    private State state = new State(Map.of(), false, false, 0);
    private State beforeLock;
    private boolean warned;

    private record State(Map<String, Field> fields, boolean begun, boolean ended, long bytes) {}

    private record Field(String name, String[] values) {}

    Answer(Exchange exchange, Effects effects, long maxBytes) {
        this.exchange = exchange;
        this.effects = effects;
        this.maxBytes = maxBytes;
    }

    boolean isEnded() {
        return state.ended;
    }

    /** Whether status and header fields are fixed. */
    boolean isBegun() {
        return state.begun;
    }

    /** Whether nobody reads the answer any more. */
    boolean isLost() {
        return unsent.isLost();
    }

    /** The client has gone, or the exchange has failed: writers need not wait. */
    void lost() {
        unsent.lost();
    }

    /** True the first time: an ignored call is worth one warning. */
    boolean warnOnce() {
        boolean first = !warned;
        warned = true;
        return first;
    }

    void setHeader(String name, String... values) {
        Map<String, Field> fields = new LinkedHashMap<>(state.fields);
        fields.put(name.toLowerCase(Locale.ROOT), new Field(name, values));
        state = new State(fields, state.begun, state.ended, state.bytes);
    }

    /** The first value of a header field that the script has set; {@code null} when it has not. */
    String header(String lowerCaseName) {
        Field field = state.fields.get(lowerCaseName);
        return field == null || field.values.length == 0 ? null : field.values[0];
    }

    /**
     * Sends a chunk.
     *
     * @param status used when this is the first one
     */
    void write(int status, byte[] chunk) {
        begin(status, chunk.length);
        effects.add(() -> unsent.send(chunk.length, () -> exchange.write(ByteBuffer.wrap(chunk))));
    }

    /** Sends the last chunk. */
    void end(int status, byte[] chunk) {
        begin(status, chunk.length);
        state = new State(state.fields, true, true, state.bytes);
        effects.add(() -> exchange.end(ByteBuffer.wrap(chunk)));
    }

    /** Sends a stored file as all, or the rest, of the answer; its bytes do not count. Closes it. */
    void end(int status, String mimeType, StoredFile file) {
        FileAnswer body = state.begun ? FileAnswer.rest(exchange, file) : FileAnswer.of(exchange, file, status);
        if (!state.begun) {
            setHeader("Content-Type", mimeType);
            setHeader("Accept-Ranges", "bytes");
            if (body.contentRange() != null) {
                setHeader("Content-Range", body.contentRange());
            }
        }
        begin(body.status(), 0);
        state = new State(state.fields, true, true, state.bytes);
        effects.add(body);
    }

    /** Ends the answer with an error of the runtime instead. */
    void fail(MimosaException failure) {
        state = new State(state.fields, true, true, state.bytes);
        effects.add(() -> exchange.fail(failure));
    }

    private void begin(int status, int length) {
        long bytes = state.bytes + length;
        if (bytes > maxBytes) {
            throw new Stopped(new MimosaException(
                    MimosaException.Kind.QUOTA, "response size limit exceeded (" + maxBytes + " bytes)"));
        }
        if (!state.begun) {
            List<Field> fields = List.copyOf(state.fields.values());
            effects.add(() -> {
                exchange.status(status);
                fields.forEach(field -> exchange.setHeader(field.name, field.values));
            });
        }
        state = new State(state.fields, true, state.ended, bytes);
    }

    /** Output is held back: what happens from here on can be undone. */
    void enterLock() {
        beforeLock = state;
    }

    /** Forgets what was done since {@link #enterLock}. */
    void undo() {
        state = beforeLock;
    }

    /** Completes when the network has taken enough of what was written; {@code null} when a writer need not wait. */
    CompletableFuture<Void> room() {
        return effects.isHolding() ? null : unsent.room();
    }
}
