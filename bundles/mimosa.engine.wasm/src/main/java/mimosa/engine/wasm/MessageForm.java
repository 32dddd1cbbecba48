package mimosa.engine.wasm;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import mimosa.api.MimosaException;
import mimosa.work.MultipartReader;

/** Walks the parts of a multipart body, asking the program about each what to do with it. */
final class MessageForm {
    /** What a program may write the path of a file into. */
    static final int PATH_BYTES = 1024;

    private static final int PART = 101;
    private static final int VALUE = 102;
    private static final int STORED = 103;
    private static final int SKIP = 100;
    private static final int GET = 101;
    private static final int STORE = 102;
    private static final int ABORT = 200;
    private static final byte[] NOTHING = new byte[0];

    private final Execution execution;
    private final Messages messages;
    private final Messages.Request request;

    MessageForm(Execution execution, Messages messages, Messages.Request request) {
        this.execution = execution;
        this.messages = messages;
        this.request = request;
    }

    void walk(boolean first) throws Code {
        if (!first) {
            throw Code.denied("the form has been handled");
        }
        FormParts form = messages.conversation().form();
        for (MultipartReader.Part part = form.advance(); part != null; part = form.advance()) {
            execution.gate().check();
            long path = messages.open(null, true);
            int action;
            byte[] wanted;
            try {
                action = messages.succeed(request, PART, head(part, path), NOTHING);
            } finally {
                wanted = messages.close(path);
            }
            if (action == ABORT) {
                return;
            }
            act(form, part, action, wanted);
        }
    }

    private static Map<String, String> head(MultipartReader.Part part, long path) {
        Map<String, String> head = new LinkedHashMap<>();
        head.put("key", part.name());
        head.put("filename", part.fileName());
        head.put("path_ref", String.valueOf(path));
        head.put("path_len", String.valueOf(PATH_BYTES));
        return head;
    }

    private void act(FormParts form, MultipartReader.Part part, int action, byte[] wanted) throws Code {
        switch (action) {
            case SKIP -> {}
            case GET -> {
                Map<String, Object> value = new LinkedHashMap<>();
                value.put("key", part.name());
                value.put("value", form.value(execution));
                messages.succeed(request, VALUE, value, NOTHING);
            }
            case STORE -> store(form, wanted);
            default -> messages.warn("request.handle_form_upload: " + action + " is no action, the part was skipped");
        }
    }

    /** A path that is none, or no room, is told; the walk goes on. */
    private void store(FormParts form, byte[] wanted) throws Code {
        long size;
        String path;
        try {
            path = wanted == null ? "uploads/" + UUID.randomUUID() : Params.text(wanted, "path");
            size = form.store(execution, path);
        } catch (Code e) {
            if (form.isBroken()) {
                throw e;
            }
            messages.fail(request, e.getMessage());
            return;
        } catch (MimosaException e) {
            messages.fail(request, messages.text(e));
            return;
        }
        Map<String, String> stored = new LinkedHashMap<>();
        stored.put("path", path);
        stored.put("file_size", String.valueOf(size));
        messages.succeed(request, STORED, stored, NOTHING);
    }
}
