package mimosa.engine.wasm;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import mimosa.api.MimosaException;
import mimosa.api.http.Exchange;
import mimosa.api.storage.StoredFile;
import mimosa.work.Effects;
import mimosa.work.FileAnswer;
import mimosa.work.Unsent;

/**
 * The answer of one instance as its program has shaped it so far, and its way to the exchange. Used by the thread that
 * runs the instance, except {@link #lost}.
 */
final class Answer {
    private final Exchange exchange;
    private final Effects effects;
    private final long maxBytes;
    private final Unsent unsent = new Unsent();
    private State state = new State(200, Map.of(), false, false, false, 0);
    private State beforeLock;

    /** @param touched whether the program has said anything about the answer */
    private record State(
            int status, Map<String, Field> fields, boolean touched, boolean begun, boolean ended, long bytes) {
        State shaped(int newStatus, Map<String, Field> newFields) {
            return new State(newStatus, newFields, true, begun, ended, bytes);
        }

        State sent(boolean last, long newBytes) {
            return new State(status, fields, true, true, last, newBytes);
        }
    }

    private record Field(String name, List<String> values) {}

    Answer(Exchange exchange, Effects effects, long maxBytes) {
        this.exchange = exchange;
        this.effects = effects;
        this.maxBytes = maxBytes;
    }

    boolean isTouched() {
        return state.touched;
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

    void status(int status) {
        state = state.shaped(status, state.fields);
    }

    /** @param adds whether earlier values of this field stay */
    void header(String name, String value, boolean adds) {
        String key = name.toLowerCase(Locale.ROOT);
        Map<String, Field> fields = new LinkedHashMap<>(state.fields);
        Field earlier = adds ? fields.get(key) : null;
        List<String> values = earlier == null
                ? List.of(value)
                : Stream.concat(earlier.values.stream(), Stream.of(value)).toList();
        fields.put(key, new Field(name, values));
        state = state.shaped(state.status, fields);
    }

    /** Sends a chunk. */
    void write(byte[] chunk) throws Code {
        expect(chunk.length);
        begin(chunk, chunk.length, false);
        effects.add(() -> unsent.send(chunk.length, () -> exchange.write(ByteBuffer.wrap(chunk))));
    }

    /** Sends the last chunk. */
    void end(byte[] chunk) throws Code {
        expect(chunk.length);
        begin(chunk, chunk.length, true);
        effects.add(() -> exchange.end(ByteBuffer.wrap(chunk)));
    }

    /** Sends a stored file as all, or the rest, of the answer; its bytes do not count. Closes it. */
    void end(String mimeType, StoredFile file) {
        if (state.begun) {
            effects.add(FileAnswer.rest(exchange, file));
            state = state.sent(true, state.bytes);
            return;
        }
        FileAnswer body = FileAnswer.of(exchange, file, state.status);
        status(body.status());
        header("Content-Type", mimeType, false);
        header("Accept-Ranges", "bytes", false);
        if (body.contentRange() != null) {
            header("Content-Range", body.contentRange(), false);
        }
        begin(new byte[0], 0, true);
        effects.add(body);
    }

    /** Ends the answer with an error of the runtime instead. */
    void fail(MimosaException failure) {
        state = state.sent(true, state.bytes);
        effects.add(() -> exchange.fail(failure));
    }

    /** @throws Code when the lock cannot hold back so many bytes of output besides the others */
    void expect(int bytes) throws Code {
        if (!effects.admits(bytes)) {
            throw Code.limit(
                    "inside the storage lock at most " + Effects.MAX_HELD_BYTES + " bytes of output are held back");
        }
    }

    private void begin(byte[] chunk, int length, boolean last) {
        long bytes = state.bytes + length;
        if (bytes > maxBytes) {
            throw new MimosaException(
                    MimosaException.Kind.QUOTA, "response size limit exceeded (" + maxBytes + " bytes)");
        }
        if (!state.begun) {
            guessType(chunk);
            int status = state.status;
            Map<String, Field> fields = state.fields; // never changed, but replaced
            effects.add(() -> {
                exchange.status(status);
                fields.values().forEach(field -> exchange.setHeader(field.name, field.values.toArray(String[]::new)));
            });
        }
        state = state.sent(last, bytes);
    }

    private void guessType(byte[] chunk) {
        boolean bodiless = chunk.length == 0 || state.status == 204 || state.status == 304;
        if (bodiless || state.fields.containsKey("content-type")) {
            return;
        }
        String text = Utf8.strict(chunk);
        String start = text == null ? "" : text.stripLeading();
        boolean json = start.startsWith("{") || start.startsWith("[");
        String type =
                text == null ? "application/octet-stream" : json ? "application/json" : "text/plain; charset=utf-8";
        header("Content-Type", type, false);
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
