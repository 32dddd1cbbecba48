package mimosa.engine.wasm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import mimosa.api.http.Exchange;
import mimosa.api.storage.NewFile;
import mimosa.work.MultipartReader;

/**
 * The parts of a multipart body, one after the other. The body is released with the answer, so that a call after the
 * response's end is refused: whether the bytes were still there would depend on the network.
 */
final class FormParts implements AutoCloseable {
    private final Conversation conversation;
    private InputStream body;
    private MultipartReader reader;
    private boolean readable;
    private boolean over;

    FormParts(Conversation conversation) {
        this.conversation = conversation;
    }

    static boolean isMultipart(Exchange exchange) {
        String type = exchange.header("content-type");
        return type != null
                && type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("multipart/form-data");
    }

    /** The head of the next part, as JSON. */
    String next() throws Code {
        MultipartReader.Part part = advance();
        if (part == null) {
            throw Code.absent("there are no more parts");
        }
        ObjectNode head = Json.object();
        head.put("key", part.name());
        head.put("filename", part.fileName());
        head.put("contentType", part.type() == null ? "" : part.type());
        return head.toString();
    }

    /** The head of the next part; {@code null} when there are no more. */
    MultipartReader.Part advance() throws Code {
        Exchange exchange = conversation.exchange();
        if (!isMultipart(exchange)) {
            throw Code.denied("the body is not multipart/form-data");
        }
        if (conversation.answer().isEnded()) {
            throw Code.denied("the body is gone, the response has ended");
        }
        readable = false;
        MultipartReader.Part part = over ? null : nextPart(exchange);
        over = part == null;
        readable = !over;
        return part;
    }

    /** Whether nothing more can be read, because the end has come or cannot be found. */
    boolean isBroken() {
        return over;
    }

    private MultipartReader.Part nextPart(Exchange exchange) throws Code {
        try {
            if (reader == null) {
                body = exchange.body().open();
                reader = new MultipartReader(body, exchange.header("content-type"));
            }
            return reader.next();
        } catch (MultipartReader.Malformed e) {
            over = true;
            throw malformed();
        } catch (IOException e) {
            throw gone();
        }
    }

    private static Code malformed() {
        return Code.invalid("malformed multipart body");
    }

    private static Code gone() {
        return Code.io("the body is gone, the client has left");
    }

    private void take() throws Code {
        if (!readable || conversation.answer().isEnded()) {
            throw Code.denied("there is no part, or it has been taken");
        }
        readable = false;
    }

    /** The bytes of the part. */
    byte[] value(Execution execution) throws Code {
        take();
        int most = execution.blueprint().settings().resultBytes();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer piece = read(); piece != null; piece = read()) {
            if (all.size() + (long) piece.remaining() > most) {
                throw Code.limit("the part has more than " + most + " bytes (resultBytes)");
            }
            all.write(piece.array(), piece.position(), piece.remaining());
        }
        return all.toByteArray();
    }

    /** Writes the part to a file; its size. */
    long store(Execution execution, String path) throws Code {
        if (!readable) {
            take();
        }
        try (NewFile file = conversation.storage().newFile(path)) {
            take();
            for (ByteBuffer piece = read(); piece != null; piece = read()) {
                file.write(piece);
                execution.gate().check();
            }
            long size = file.size();
            file.commit();
            return size;
        }
    }

    private ByteBuffer read() throws Code {
        try {
            return reader.read();
        } catch (MultipartReader.Malformed e) {
            over = true;
            throw malformed();
        } catch (IOException e) {
            throw gone();
        }
    }

    @Override
    public void close() {
        if (body != null) {
            try {
                body.close();
            } catch (IOException e) {
                throw new IllegalStateException("cannot be: nothing is written to a request body", e);
            }
        }
    }
}
