package mimosa.engine.js;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.UUID;
import mimosa.api.http.Exchange;
import mimosa.api.storage.NewFile;
import mimosa.work.MultipartReader;
import org.mozilla.javascript.Callable;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.Undefined;

/**
 * {@code request.handleFormRequest}: walks the parts of a multipart body and does with each what the script says. The
 * body is released with the answer, so that a call after the response's end is an error: whether the bytes were still
 * there would depend on the network.
 */
final class FormRequest {
    private final Instance instance;
    private boolean handled;

    FormRequest(Instance instance) {
        this.instance = instance;
    }

    Object handle(Guest guest, Args args) {
        if (!(args.get(0) instanceof Scriptable callbacks) || Args.isSymbol(callbacks)) {
            throw ScriptRuntime.typeError("request.handleFormRequest: expected an object with callbacks, found "
                    + ScriptRuntime.typeof(args.get(0)));
        }
        Exchange exchange = instance.exchange();
        String contentType = exchange.header("content-type");
        boolean multipart = MediaType.of(contentType).isMultipart();
        if (handled || !multipart) {
            instance.warnOnce("request.handleFormRequest was ignored: "
                    + (multipart ? "the form has been handled" : "the body is not multipart/form-data"));
            return Undefined.instance;
        }
        if (instance.answer().isEnded()) {
            throw error(guest, args.scope(), "request.handleFormRequest: the body is gone, the response has ended");
        }
        handled = true;
        try (InputStream body = exchange.body().open()) {
            new Walk(guest, args.scope(), callbacks, new MultipartReader(body, contentType)).run();
        } catch (MultipartReader.Malformed e) {
            throw error(guest, args.scope(), "malformed multipart body");
        } catch (IOException e) {
            throw error(guest, args.scope(), "request.handleFormRequest: the body is gone, the client has left");
        }
        return Undefined.instance;
    }

    private static RuntimeException error(Guest guest, Scriptable scope, String message) {
        return JsError.named(guest, scope, "Error", message);
    }

    /** One pass over the parts. */
    private final class Walk {
        private final Guest guest;
        private final Scriptable scope;
        private final Scriptable callbacks;
        private final MultipartReader reader;

        Walk(Guest guest, Scriptable scope, Scriptable callbacks, MultipartReader reader) {
            this.guest = guest;
            this.scope = scope;
            this.callbacks = callbacks;
            this.reader = reader;
        }

        void run() throws IOException, MultipartReader.Malformed {
            for (MultipartReader.Part part = reader.next(); part != null; part = reader.next()) {
                guest.tenant().check();
                Object answer = call("found", part.name(), part.fileName());
                String action = answer instanceof Scriptable object ? text(object, "action", "skip") : "skip";
                switch (action) {
                    case "skip" -> {}
                    case "abort" -> {
                        return;
                    }
                    case "store" -> store(text((Scriptable) answer, "path", null));
                    default -> hand(action, part);
                }
            }
        }

        private void hand(String action, MultipartReader.Part part) throws IOException, MultipartReader.Malformed {
            if (callback(action) != null) {
                call(action, part.name(), MediaType.of(part.type()).decode(bytes()));
            }
        }

        private byte[] bytes() throws IOException, MultipartReader.Malformed {
            long limit = instance.limits().objectBytes();
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (ByteBuffer piece = reader.read(); piece != null; piece = reader.read()) {
                if (all.size() + (long) piece.remaining() > limit) {
                    throw ScriptRuntime.rangeError("request.handleFormRequest: a part is larger than " + limit
                            + " bytes (objectBytes), store it instead");
                }
                all.write(piece.array(), piece.position(), piece.remaining());
                guest.tenant().check();
            }
            return all.toByteArray();
        }

        private void store(String wanted) throws IOException, MultipartReader.Malformed {
            String path = wanted == null ? "uploads/" + UUID.randomUUID() : wanted;
            long size;
            try (NewFile file =
                    JsError.plain(guest, scope, () -> instance.host().storage().newFile(path))) {
                for (ByteBuffer piece = reader.read(); piece != null; piece = reader.read()) {
                    file.write(piece);
                    guest.tenant().check();
                }
                size = file.size();
                file.commit();
            }
            call("store", path, (double) size);
        }

        private Callable callback(String name) {
            return Args.asFunction(ScriptableObject.getProperty(callbacks, name));
        }

        /** What the callback returns; {@code undefined} when there is none. */
        private Object call(String name, Object... arguments) {
            Callable callback = callback(name);
            return callback == null ? Undefined.instance : callback.call(guest, scope, callbacks, arguments);
        }

        private String text(Scriptable object, String name, String otherwise) {
            Object value = ScriptableObject.getProperty(object, name);
            return value == Scriptable.NOT_FOUND || !Args.given(value) ? otherwise : Context.toString(value);
        }
    }
}
