package mimosa.engine.wasm;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import mimosa.api.client.OutboundRequest;
import mimosa.api.storage.NewFile;
import mimosa.api.storage.StoredFile;

/** The outbound calls of one instance, one at a time, and the answer to the last one. */
final class OutboundCalls implements AutoCloseable {
    private static final int MAX_PIECE = 64 * 1024;
    private static final byte[] NOTHING = new byte[0];

    private final Execution execution;
    private final Conversation conversation;
    private int status = Code.ABSENT;
    private Map<String, String> headers = Map.of();
    private OutboundCall stream;
    private byte[] rest = NOTHING;

    OutboundCalls(Execution execution, Conversation conversation) {
        this.execution = execution;
        this.conversation = conversation;
    }

    /** Of the last answer; {@link Code#ABSENT} when there is none. */
    int status() {
        return status;
    }

    /** Of the last answer, names in lower case. */
    Map<String, String> headers() {
        return headers;
    }

    /** A new call begins: the answer to the one before is gone. */
    void forget() {
        close();
        status = Code.ABSENT;
        headers = Map.of();
    }

    /**
     * Sends a request and waits for the answer.
     *
     * @param inPieces whether the body is to be {@link #read} later
     * @param outputFile where the body of a success goes; empty for memory
     * @return the body, or what stands for it
     */
    byte[] call(OutboundRequest request, boolean inPieces, String outputFile) throws Code {
        if (!outputFile.isEmpty()) {
            // An illegal path is found before anything is sent.
            StoredFile earlier = conversation.storage().file(outputFile);
            if (earlier != null) {
                earlier.close();
            }
        }
        StackRoom.forService();
        OutboundCall call = new OutboundCall(execution);
        boolean keep = false;
        try {
            call.send(conversation.host().client(), request);
            OutboundCall.Head head = call.head();
            byte[] body = NOTHING;
            if (inPieces && outputFile.isEmpty()) {
                stream = call;
                keep = true;
            } else {
                body = outputFile.isEmpty() || head.status() >= 400 ? collect(call) : store(call, outputFile);
            }
            status = head.status();
            headers = Conversation.joined(head.fields());
            return body;
        } finally {
            if (!keep) {
                call.abort();
            }
        }
    }

    private byte[] collect(OutboundCall call) throws Code {
        long most = Math.min(
                execution.limits().outboundBytes(),
                execution.blueprint().settings().resultBytes());
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece = call.piece(); piece != null; piece = call.piece()) {
            if (all.size() + (long) piece.length > most) {
                throw Code.limit("the answer has more than " + most + " bytes (outboundBytes, resultBytes)");
            }
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }

    private byte[] store(OutboundCall call, String path) throws Code {
        try (NewFile file = conversation.storage().newFile(path)) {
            for (byte[] piece = call.piece(); piece != null; piece = call.piece()) {
                file.write(ByteBuffer.wrap(piece));
            }
            long size = file.size();
            file.commit();
            return Utf8.bytes("{\"size\":" + size + ",\"totalSize\":" + size + "}");
        }
    }

    /** The next piece of the open stream, never empty. */
    byte[] read() throws Code {
        if (stream == null) {
            throw Code.denied("no stream is open");
        }
        while (rest.length == 0) {
            byte[] piece = piece();
            if (piece == null) {
                close();
                throw Code.absent("the stream has ended");
            }
            rest = piece;
        }
        byte[] part = Arrays.copyOf(rest, Math.min(rest.length, MAX_PIECE));
        rest = Arrays.copyOfRange(rest, part.length, rest.length);
        return part;
    }

    private byte[] piece() throws Code {
        try {
            return stream.piece();
        } catch (Code | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Closes the open stream. */
    @Override
    public void close() {
        rest = NOTHING;
        if (stream != null) {
            stream.abort();
            stream = null;
        }
    }
}
