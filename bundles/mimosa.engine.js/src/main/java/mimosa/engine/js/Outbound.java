package mimosa.engine.js;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import mimosa.api.MimosaException;
import mimosa.api.client.HttpClient;
import mimosa.api.client.OutboundRequest;
import mimosa.api.client.ResponseListener;
import mimosa.api.http.HeaderField;
import mimosa.work.Effects;
import org.mozilla.javascript.Callable;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;

/**
 * One outbound call of an instance, from the script's request to its one final callback. What the client tells it, on
 * the client's threads, it hands to the instance's event loop.
 */
final class Outbound implements Effects.Effect, ResponseListener {
    private final Instance instance;
    private final boolean stream;
    private final OutputFile output;
    private final Callable success;
    private final Callable error;
    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
    private OutboundRequest request;
    private volatile HttpClient.Call call;
    private volatile boolean over;
    private volatile boolean aborted;

    /** Set with the head of the answer. */
    private int status;

    private List<HeaderField> headers = List.of();
    private MediaType type = MediaType.of(null);
    private boolean inPieces;
    private boolean intoFile;
    private PieceDecoder decoder;

    /** Whether the script has seen the first piece. Used by the instance's thread. */
    private boolean headSeen;

    /** Whether the final callback has been, or is being, called. Used by the instance's thread. */
    private boolean concluded;

    /**
     * @param stream whether the script wants the pieces as they come
     * @param output where a successful answer goes instead of memory; may be {@code null}
     * @param success may be {@code null}
     * @param error may be {@code null}
     */
    Outbound(Instance instance, boolean stream, OutputFile output, Callable success, Callable error) {
        this.instance = instance;
        this.stream = stream;
        this.output = output;
        this.success = success;
        this.error = error;
    }

    /** Sends the request, or keeps it until the lock that the script holds is committed. */
    void send(OutboundRequest toSend) {
        request = toSend;
        instance.began(this);
        instance.effects().add(this);
    }

    /** Fails without sending anything. */
    void refuse(String message) {
        instance.began(this);
        finish(guest -> fail(guest, message, false));
    }

    @Override
    public void happen() {
        try {
            call = instance.host().client().send(request, this);
            if (aborted) {
                call.abort();
            }
        } catch (MimosaException e) {
            failed(e);
        }
    }

    @Override
    public void discarded() {
        over = true;
        instance.finished(this);
    }

    /** Drops the connection; nothing more is heard of the call. */
    void abort() {
        over = true;
        aborted = true;
        HttpClient.Call known = call;
        if (known != null) {
            known.abort();
        }
    }

    /** Ends the call with its instance. */
    void close() {
        abort();
        if (output != null) {
            output.close();
        }
    }

    @Override
    public void head(int answered, List<HeaderField> fields) {
        status = answered;
        headers = List.copyOf(fields);
        type = MediaType.of(field("content-type"));
        inPieces = stream
                && answered < 400
                && (output != null
                        || field("content-length") == null
                        || type.type().equals("text/event-stream"));
        intoFile = output != null && answered < 400;
        decoder = inPieces ? new PieceDecoder(type) : null;
    }

    private String field(String name) {
        return headers.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(HeaderField::value)
                .findFirst()
                .orElse(null);
    }

    @Override
    public void data(ByteBuffer chunk, Runnable more) {
        if (over) {
            return;
        }
        if (intoFile) {
            instance.post(guest -> store(guest, chunk, more));
            return;
        }
        if (inPieces) {
            String piece = decoder.decode(chunk, false);
            instance.post(guest -> {
                if (!piece.isEmpty()) {
                    invoke(guest, success, piece(guest, piece, false));
                }
                more.run();
            });
            return;
        }
        long limit = instance.limits().outboundBytes();
        if (collected.size() + (long) chunk.remaining() > limit) {
            abort();
            finish(guest -> fail(guest, "outbound answer limit exceeded (" + limit + " bytes, outboundBytes)", false));
            return;
        }
        byte[] bytes = new byte[chunk.remaining()];
        chunk.get(bytes);
        collected.writeBytes(bytes);
        more.run();
    }

    private void store(Guest guest, ByteBuffer chunk, Runnable more) {
        if (concluded) {
            return;
        }
        try {
            output.write(chunk);
        } catch (MimosaException e) {
            instance.check();
            abort();
            conclude(guest, g -> fail(g, e.getMessage(), false));
            return;
        }
        if (inPieces && output.isReportDue()) {
            invoke(guest, success, piece(guest, output.progress(announced()), false));
        }
        more.run();
    }

    /** How long the body is to be; 0 when the server has not said. */
    private long announced() {
        String length = field("content-length");
        boolean plain = length != null && length.matches("\\d{1,18}") && field("content-encoding") == null;
        return plain ? Long.parseLong(length) : 0;
    }

    private void stored(Guest guest) {
        try (output) {
            output.commit();
        } catch (MimosaException e) {
            instance.check();
            fail(guest, e.getMessage(), false);
            return;
        }
        if (inPieces) {
            invoke(guest, success, piece(guest, output.result(), true));
        } else {
            succeed(guest, output.result());
        }
    }

    @Override
    public void end() {
        if (over) {
            return;
        }
        if (intoFile) {
            finish(this::stored);
        } else if (inPieces) {
            String rest = decoder.decode(ByteBuffer.allocate(0), true);
            if (!rest.isEmpty()) {
                instance.post(guest -> invoke(guest, success, piece(guest, rest, false)));
            }
            finish(guest -> invoke(guest, success, piece(guest, "", true)));
        } else if (status >= 400) {
            finish(guest -> fail(guest, "the server answered with status " + status, true));
        } else {
            finish(guest -> succeed(guest, text()));
        }
    }

    @Override
    public void failed(MimosaException failure) {
        if (!over) {
            finish(guest -> fail(guest, failure.getMessage(), false));
        }
    }

    /** The last callback, after which the call keeps the instance alive no longer. */
    private void finish(Instance.Turn last) {
        over = true;
        instance.post(guest -> conclude(guest, last));
    }

    private void conclude(Guest guest, Instance.Turn last) {
        if (!concluded) {
            concluded = true;
            instance.finished(this);
            last.run(guest);
        }
    }

    private void succeed(Guest guest, String data) {
        Scriptable result = guest.newObject(instance.global());
        ScriptableObject.putProperty(result, "status", status);
        ScriptableObject.putProperty(result, "headers", HeadersObject.of(instance.global(), headers));
        ScriptableObject.putProperty(result, "data", data);
        invoke(guest, success, result);
    }

    private void fail(Guest guest, String message, boolean answered) {
        if (output != null) {
            output.close();
        }
        Scriptable failure = guest.newObject(instance.global());
        ScriptableObject.putProperty(failure, "message", message);
        if (answered) {
            ScriptableObject.putProperty(failure, "status", status);
            ScriptableObject.putProperty(failure, "content", text());
            ScriptableObject.putProperty(failure, "headers", HeadersObject.of(instance.global(), headers));
        }
        invoke(guest, error, failure);
    }

    private Scriptable piece(Guest guest, String data, boolean done) {
        Scriptable result = guest.newObject(instance.global());
        ScriptableObject.putProperty(result, "status", status);
        if (!headSeen) {
            headSeen = true;
            ScriptableObject.putProperty(result, "headers", HeadersObject.of(instance.global(), headers));
        }
        ScriptableObject.putProperty(result, "data", data);
        ScriptableObject.putProperty(result, "done", done);
        return result;
    }

    private String text() {
        try {
            return type.decode(collected.toByteArray());
        } catch (MimosaException e) { // a charset that nobody knows: the script gets the bytes
            return collected.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private void invoke(Guest guest, Callable callback, Scriptable argument) {
        if (callback != null) {
            callback.call(guest, instance.global(), instance.global(), new Object[] {argument});
        }
    }
}
