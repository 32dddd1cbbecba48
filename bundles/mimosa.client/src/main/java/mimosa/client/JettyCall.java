package mimosa.client;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import mimosa.api.MimosaException;
import mimosa.api.client.HttpClient;
import mimosa.api.client.OutboundRequest;
import mimosa.api.client.ResponseListener;
import mimosa.api.http.HeaderField;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call and the redirects it follows. Jetty tells of one request one event after the other, and the next request is
 * sent from the last event of the one before, so what the listener hears is in order without a lock.
 */
final class JettyCall implements HttpClient.Call {
    private static final Logger LOG = LoggerFactory.getLogger(JettyCall.class);
    private static final int MOST_REDIRECTS = 5;
    private static final int MOST_REPEATS = 3;
    private static final Set<String> REPEATABLE = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    /** The body of a redirect is read to keep the connection, unless that costs more than a new one. */
    private static final int MOST_REDIRECT_BYTES = 65_536;

    private final JettyHttpClient client;
    private final OutboundRequest request;
    private final ResponseListener listener;
    private final long connectMillis;
    private final long idleMillis;

    /** Ended, failed or aborted: the listener hears nothing more. */
    private final AtomicBoolean over = new AtomicBoolean();

    private volatile Request underWay;
    private int redirects;
    private int repeats;

    /** What is sent next, or under way. */
    private record Hop(Target target, String method, List<HeaderField> headers, byte[] body) {}

    JettyCall(JettyHttpClient client, OutboundRequest request, ResponseListener listener) {
        this.client = client;
        this.request = request;
        this.listener = listener;
        connectMillis = Math.min(
                JettyHttpClient.LONGEST_CONNECT_MILLIS, millis(request.connectTimeout(), client.connectMillis()));
        idleMillis = millis(request.idleTimeout(), client.idleMillis());
    }

    private static long millis(Duration wanted, long otherwise) {
        return wanted == null ? otherwise : Math.max(1, wanted.toMillis());
    }

    void start() {
        try {
            String method = request.method().toUpperCase(Locale.ROOT);
            if (!method.matches("[A-Z][A-Z0-9_-]*") || method.equals("CONNECT") || method.equals("TRACE")) {
                throw MimosaException.invalid("method '" + request.method() + "' cannot be sent");
            }
            List<HeaderField> headers = RequestHeaders.checked(request.headers());
            send(new Hop(Target.parse(request.url()), method, headers, request.body()));
        } catch (MimosaException refused) {
            fail(refused);
        }
    }

    private void send(Hop hop) {
        try {
            new Exchange(hop).send();
        } catch (RuntimeException refused) { // boundary to Jetty, which refuses some requests by throwing
            fail(describe(refused, hop));
        }
    }

    private MimosaException describe(Throwable failure, Hop hop) {
        return Failures.describe(failure, hop.target(), connectMillis, idleMillis);
    }

    @Override
    public void abort() {
        if (finish()) {
            drop(new CancellationException("aborted"));
        }
    }

    /** The client is being stopped. */
    void stop() {
        drop(new MimosaException(MimosaException.Kind.UNAVAILABLE, "the node's HTTP client is being stopped"));
    }

    private void drop(Throwable cause) {
        Request current = underWay;
        if (current != null) {
            current.abort(cause);
        }
    }

    private boolean finish() {
        boolean first = over.compareAndSet(false, true);
        if (first) {
            client.ended(this);
        }
        return first;
    }

    private void fail(MimosaException failure) {
        if (finish()) {
            tell(() -> listener.failed(failure));
        }
    }

    /** Tells the listener; one that throws loses the call. */
    private void tell(Runnable event) {
        try {
            event.run();
        } catch (RuntimeException failure) { // boundary to the code of other bundles
            LOG.error("the listener of an outbound call failed; the call is aborted", failure);
            abort();
        }
    }

    private void follow(Hop from, int status, String location) {
        if (++redirects > MOST_REDIRECTS) {
            fail(new MimosaException(
                    MimosaException.Kind.UNAVAILABLE,
                    "too many redirects: followed " + MOST_REDIRECTS + ", and "
                            + from.target().place() + " answered with another"));
            return;
        }
        try {
            send(redirected(from, status, location));
        } catch (MimosaException refused) {
            fail(refused);
        }
    }

    private static Hop redirected(Hop from, int status, String location) {
        Target target = from.target().redirectedTo(location);
        boolean toGet = from.method().equals("POST") && status <= 303
                || status == 303 && !from.method().equals("HEAD");
        List<HeaderField> headers = toGet ? RequestHeaders.withoutBody(from.headers()) : from.headers();
        if (!target.origin().equals(from.target().origin())) {
            headers = RequestHeaders.withoutCredentials(headers);
        }
        return new Hop(target, toGet ? "GET" : from.method(), headers, toGet ? null : from.body());
    }

    /** One request on the wire and the answer to it. */
    private final class Exchange implements Response.AsyncContentListener {
        private final Hop hop;
        /** Set by whichever comes first: the connection, or the end of the time for it. */
        private final AtomicBoolean connected = new AtomicBoolean();

        private Scheduler.Task connectTimeout;
        private boolean pooled;
        private int status;
        private String location;
        private long dropped;

        Exchange(Hop hop) {
            this.hop = hop;
        }

        void send() {
            Request outgoing = client.newRequest(hop.target())
                    .method(hop.method())
                    .followRedirects(false)
                    .idleTimeout(idleMillis, TimeUnit.MILLISECONDS)
                    .headers(this::addTo)
                    .onRequestBegin(this::connected)
                    .onResponseHeaders(this::head)
                    .onResponseContentAsync(this);
            if (hop.body() != null) {
                outgoing.body(new BytesRequestContent((String) null, hop.body()));
            }
            connectTimeout = client.after(connectMillis, () -> noConnection(outgoing));
            underWay = outgoing;
            if (over.get()) { // aborted while a redirect was followed
                connectTimeout.cancel();
            } else {
                outgoing.send(this::complete);
            }
        }

        private void addTo(HttpFields.Mutable fields) {
            if (hop.headers().stream().anyMatch(field -> field.name().equalsIgnoreCase("User-Agent"))) {
                fields.remove(HttpHeader.USER_AGENT);
            }
            hop.headers().forEach(field -> fields.add(field.name(), field.value()));
        }

        private void noConnection(Request outgoing) {
            if (connected.compareAndSet(false, true)) {
                outgoing.abort(new NoConnectionException());
            }
        }

        /** The last moment before the first byte leaves, with the connection known, be it new or pooled. */
        private void connected(Request outgoing) {
            connectTimeout.cancel();
            connected.set(true);
            Connection connection = outgoing.getConnection();
            pooled = connection instanceof org.eclipse.jetty.io.Connection used && used.getMessagesIn() > 0;
            if (connection.getRemoteSocketAddress() instanceof InetSocketAddress address) {
                if (!client.permits(hop.target().host(), address)) {
                    outgoing.abort(new DeniedAddressException(address.toString()));
                } else if (client.isOwnNode(address)) {
                    outgoing.headers(
                            fields -> fields.put(OutboundRequest.HOPS_HEADER, Integer.toString(request.hops())));
                }
            }
        }

        private void head(Response response) {
            if (response.getStatus() < 200) {
                return;
            }
            status = response.getStatus();
            location = request.followRedirects() && REDIRECTS.contains(status)
                    ? response.getHeaders().get(HttpHeader.LOCATION)
                    : null;
            if (location == null && !over.get()) {
                List<HeaderField> headers =
                        response.getHeaders().stream().map(Exchange::lowerCase).toList();
                tell(() -> listener.head(status, headers));
            }
        }

        private static HeaderField lowerCase(HttpField field) {
            String value = field.getValue();
            return new HeaderField(field.getLowerCaseName(), value == null ? "" : value);
        }

        @Override
        public void onContent(Response response, Content.Chunk chunk, Runnable demander) {
            ByteBuffer bytes = chunk.getByteBuffer();
            if (location != null) {
                dropped += bytes.remaining();
                if (dropped > MOST_REDIRECT_BYTES) {
                    response.abort(new CancellationException("the body of the redirect is too long to be read"));
                } else {
                    demander.run();
                }
            } else if (!bytes.hasRemaining()) {
                demander.run();
            } else if (!over.get()) {
                // A copy, since Jetty takes its buffer back when the call is aborted, even under a reader's eyes.
                ByteBuffer copy =
                        ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
                tell(() -> listener.data(copy, more(demander)));
            }
        }

        /** Goes on with a thread of the client, not with that of the listener's owner. */
        private Runnable more(Runnable demander) {
            AtomicBoolean asked = new AtomicBoolean();
            return () -> {
                if (asked.compareAndSet(false, true) && !over.get()) {
                    client.execute(demander);
                }
            };
        }

        /**
         * A server may close a pooled connection just when the next request is sent on it. That says nothing about the
         * request, so one that is safe to repeat gets another connection.
         */
        private void failed(Throwable failure) {
            boolean unheard = pooled && status == 0 && Failures.isDisconnect(failure);
            if (unheard && hop.body() == null && REPEATABLE.contains(hop.method()) && repeats++ < MOST_REPEATS) {
                JettyCall.this.send(hop);
            } else {
                fail(describe(failure, hop));
            }
        }

        private void complete(Result result) {
            connectTimeout.cancel();
            if (over.get()) {
                return;
            }
            if (location != null) {
                follow(hop, status, location);
            } else if (result.isFailed()) {
                failed(result.getFailure());
            } else if (status == 0) { // 101, although nothing of that kind was asked for
                fail(new MimosaException(
                        MimosaException.Kind.UNAVAILABLE, hop.target().place() + " sent no final answer"));
            } else if (finish()) {
                tell(listener::end);
            }
        }
    }
}
