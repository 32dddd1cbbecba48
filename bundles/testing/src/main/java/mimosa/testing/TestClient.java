package mimosa.testing;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import mimosa.api.MimosaException;
import mimosa.api.client.HttpClient;
import mimosa.api.client.OutboundRequest;
import mimosa.api.client.ResponseListener;
import mimosa.api.http.HeaderField;

/** Answers outbound calls from another thread, as it was told to. */
public final class TestClient implements HttpClient {
    public final List<OutboundRequest> sent = new CopyOnWriteArrayList<>();
    public int aborted;
    public int status = 200;
    public int maxCalls = 50;
    public MimosaException failure;
    public boolean silent;

    /** After so many pieces the connection breaks, or nothing more comes. */
    public int breakAfter = -1;

    public int stallAfter = -1;
    public final List<HeaderField> headers = new ArrayList<>(List.of(new HeaderField("content-type", "text/plain")));
    public List<String> pieces = List.of("hi");

    @Override
    public Call send(OutboundRequest request, ResponseListener listener) {
        if (sent.size() >= maxCalls) {
            throw new MimosaException(
                    MimosaException.Kind.CALL_LIMIT, "outbound call limit exceeded (" + maxCalls + " calls)");
        }
        sent.add(request);
        if (!silent) {
            CompletableFuture.runAsync(() -> answer(listener));
        }
        return () -> aborted++;
    }

    private void answer(ResponseListener listener) {
        if (failure != null) {
            listener.failed(failure);
            return;
        }
        listener.head(status, List.copyOf(headers));
        piece(listener, 0);
    }

    private void piece(ResponseListener listener, int index) {
        if (index == breakAfter) {
            listener.failed(new MimosaException(MimosaException.Kind.UNAVAILABLE, "the connection broke"));
        } else if (index == stallAfter) {
            return;
        } else if (index == pieces.size()) {
            listener.end();
        } else {
            listener.data(
                    ByteBuffer.wrap(pieces.get(index).getBytes(StandardCharsets.ISO_8859_1)),
                    () -> CompletableFuture.runAsync(() -> piece(listener, index + 1)));
        }
    }
}
