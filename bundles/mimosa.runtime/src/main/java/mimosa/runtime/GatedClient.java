package mimosa.runtime;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mimosa.api.MimosaException;
import mimosa.api.client.HttpClient;
import mimosa.api.client.OutboundRequest;
import mimosa.api.client.ResponseListener;
import mimosa.api.http.HeaderField;
import mimosa.api.quota.Limits;
import mimosa.api.storage.Session;

/**
 * One instance's outbound calls: counted, at most so many at a time, sent only when the storage changes made before them
 * are durable, and aborted when the instance closes. Thread-safe.
 */
final class GatedClient implements HttpClient {
    private final HttpClient client;
    private final Session session;
    private final Limits limits;
    private final Deque<GatedCall> waiting = new ArrayDeque<>();
    private final Set<GatedCall> open = new HashSet<>();
    private int calls;
    private int running;
    private boolean closed;

    GatedClient(HttpClient client, Session session, Limits limits) {
        this.client = client;
        this.session = session;
        this.limits = limits;
    }

    @Override
    public Call send(OutboundRequest request, ResponseListener listener) {
        GatedCall call = new GatedCall(request, listener);
        MimosaException refusal = null;
        synchronized (this) {
            if (closed) {
                call.aborted = true;
            } else if (++calls > limits.outboundCalls()) {
                refusal = new MimosaException(
                        MimosaException.Kind.CALL_LIMIT,
                        "more than " + limits.outboundCalls() + " outbound calls (mimosa.limits: outboundCalls)");
            } else {
                open.add(call);
            }
        }
        if (refusal != null) {
            listener.failed(refusal);
        } else {
            session.durable().whenComplete((done, failure) -> {
                if (failure == null) {
                    admit(call);
                } else {
                    call.failed(asMimosa(Failures.unwrapped(failure)));
                }
            });
        }
        return call;
    }

    /** Aborts what is under way; the instance hears of nothing more. */
    void close() {
        List<GatedCall> rest;
        synchronized (this) {
            closed = true;
            waiting.clear();
            rest = List.copyOf(open);
        }
        rest.forEach(GatedCall::abort);
    }

    private static MimosaException asMimosa(Throwable failure) {
        return failure instanceof MimosaException known
                ? known
                : new MimosaException(MimosaException.Kind.INTERNAL, "internal error", failure);
    }

    private void admit(GatedCall call) {
        synchronized (this) {
            if (closed || call.aborted) {
                return;
            }
            if (running >= limits.outboundParallel()) {
                waiting.add(call);
                return;
            }
            running++;
            call.admitted = true;
        }
        call.dial();
    }

    private void left(GatedCall call) {
        GatedCall next = null;
        synchronized (this) {
            if (!open.remove(call)) {
                return;
            }
            if (call.admitted) {
                running--;
            }
            waiting.remove(call);
            if (!closed && running < limits.outboundParallel()) {
                next = waiting.poll();
                if (next != null) {
                    running++;
                    next.admitted = true;
                }
            }
        }
        if (next != null) {
            next.dial();
        }
    }

    private final class GatedCall implements Call, ResponseListener {
        private final OutboundRequest request;
        private final ResponseListener listener;
        private boolean admitted;
        private boolean aborted;
        private Call real;

        private GatedCall(OutboundRequest request, ResponseListener listener) {
            this.request = request;
            this.listener = listener;
        }

        private void dial() {
            Call dialled = client.send(request, this);
            boolean late;
            synchronized (GatedClient.this) {
                real = dialled;
                late = aborted;
            }
            if (late) {
                dialled.abort();
            }
        }

        @Override
        public void abort() {
            Call dialled;
            synchronized (GatedClient.this) {
                aborted = true;
                dialled = real;
            }
            if (dialled != null) {
                dialled.abort();
            }
            left(this);
        }

        private boolean silent() {
            synchronized (GatedClient.this) {
                return aborted;
            }
        }

        @Override
        public void head(int status, List<HeaderField> headers) {
            if (!silent()) {
                listener.head(status, headers);
            }
        }

        @Override
        public void data(ByteBuffer chunk, Runnable more) {
            if (!silent()) {
                listener.data(chunk, more);
            }
        }

        @Override
        public void end() {
            left(this);
            if (!silent()) {
                listener.end();
            }
        }

        @Override
        public void failed(MimosaException failure) {
            left(this);
            if (!silent()) {
                listener.failed(failure);
            }
        }
    }
}
