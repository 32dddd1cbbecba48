package mimosa.engine.wasm;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.client.HttpClient;
import mimosa.api.client.OutboundRequest;
import mimosa.api.client.ResponseListener;
import mimosa.api.http.HeaderField;

/** One outbound call of a program that goes on meanwhile; its answer is queued. */
final class MessageFetch implements ResponseListener {
    private final Execution execution;
    private final Messages messages;
    private final Messages.Request request;
    private final long most;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int status;
    private Map<String, String> headers = Map.of();
    private volatile HttpClient.Call call;
    private boolean over;

    MessageFetch(Execution execution, Messages messages, Messages.Request request) {
        this.execution = execution;
        this.messages = messages;
        this.request = request;
        this.most = Math.min(
                execution.limits().outboundBytes(),
                execution.blueprint().settings().resultBytes());
    }

    void send(OutboundRequest outbound) {
        try {
            call = execution.host().client().send(outbound, this);
        } catch (MimosaException e) {
            failed(e);
        }
    }

    @Override
    public void head(int answered, List<HeaderField> fields) {
        status = answered;
        headers = Conversation.joined(fields);
    }

    @Override
    public void data(ByteBuffer chunk, Runnable more) {
        if (body.size() + (long) chunk.remaining() > most) {
            HttpClient.Call known = call;
            if (known != null) {
                known.abort();
            }
            failed(new MimosaException(
                    MimosaException.Kind.CALL_LIMIT, "outbound answer limit exceeded (" + most + " bytes)"));
            return;
        }
        byte[] piece = new byte[chunk.remaining()];
        chunk.get(piece);
        body.writeBytes(piece);
        more.run();
    }

    @Override
    public void end() {
        conclude(() -> {
            if (status < 400) {
                messages.succeed(request, status, headers, body.toByteArray());
            } else {
                messages.fail(
                        request, "the server answered with status " + status, status, headers, body.toByteArray());
            }
        });
    }

    @Override
    public void failed(MimosaException failure) {
        conclude(() -> messages.fail(request, messages.text(failure)));
    }

    private void conclude(Runnable answer) {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
        }
        messages.later(answer);
    }
}
