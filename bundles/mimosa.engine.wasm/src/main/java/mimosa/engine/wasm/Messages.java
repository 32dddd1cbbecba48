package mimosa.engine.wasm;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import mimosa.api.MimosaException;
import mimosa.api.engine.Host.Level;
import mimosa.api.http.Exchange;

/**
 * The instance of a program that speaks in messages.
 *
 * <pre>
 *   event -> mk_module_on_event ( request -> answer* ) ; { queued answer -> mk_module_on_api_response ( request* ) }*
 * </pre>
 *
 * Answers of the store come inside the request, those of the network later; never two guest functions at a time. Used by
 * the thread that runs the instance, except {@link #later} and {@link #wake}; a different one may do so after a wait.
 */
final class Messages {
    /** Deeper than this, answers are queued, so that a long chain of them does not eat the stack. */
    private static final int MAX_NESTED = 32;

    private final Execution execution;
    private final Wire wire;
    private final MessageMethods methods;
    private final Map<Long, Buffer> buffers = new HashMap<>();
    private final Queue<Request> early = new ArrayDeque<>();
    private final Queue<Runnable> queue = new ArrayDeque<>();
    /** Set while the instance waits for {@link #later}, and holds no thread. */
    private Runnable sleeper;

    private long lastReference;
    private int nested;
    private int outstanding;

    /** A message of the program. */
    record Request(int id, String method, Params params) {}

    /** What the program may pull, or write to. */
    private static final class Buffer {
        private byte[] bytes;
        private final boolean writable;

        Buffer(byte[] bytes, boolean writable) {
            this.bytes = bytes;
            this.writable = writable;
        }
    }

    Messages(Execution execution, Protocol protocol) {
        this.execution = execution;
        this.wire = protocol.wire();
        this.methods = new MessageMethods(execution, this);
    }

    Conversation conversation() {
        return execution.conversation();
    }

    // From the program.

    /**
     * The program has posted a message.
     *
     * @param id the call's, when it is not the message's own
     */
    void posted(byte[] bytes, Integer id) {
        if (bytes.length > execution.blueprint().settings().resultBytes()) {
            throw Wire.broken();
        }
        Map<String, Object> message = wire.decode(bytes);
        if (!(message.get("method") instanceof byte[] method)) {
            throw Wire.broken();
        }
        long own = message.get("id") instanceof Long number ? number : 0;
        Request request =
                new Request(id == null ? (int) own : id, Utf8.lenient(method), new Params(message.get("params")));
        execution.notRepeatable();
        if (execution.isInitialising()) {
            early.add(request);
        } else {
            methods.run(request);
        }
    }

    byte[] read(long reference, int length) {
        Buffer buffer = buffers.get(reference);
        if (buffer == null || buffer.bytes == null || Integer.compareUnsigned(length, buffer.bytes.length) > 0) {
            throw Wire.broken();
        }
        return buffer.bytes;
    }

    void write(long reference, byte[] bytes) {
        Buffer buffer = buffers.get(reference);
        if (buffer == null || !buffer.writable || bytes.length > MessageForm.PATH_BYTES) {
            throw Wire.broken();
        }
        buffer.bytes = bytes;
    }

    // To the program.

    /** Tells the program of the request, after the answers to what it has posted before. */
    void begin() {
        for (Request request = early.poll(); request != null; request = early.poll()) {
            methods.run(request);
        }
        byte[] event = wire.encode(event());
        long reference = open(event, false);
        execution.call(execution.blueprint().handler(), reference, event.length);
        close(reference);
    }

    /**
     * Hands out the answers that are there.
     *
     * @param wake run once, by any thread, when there is more to do
     * @return whether that was all, and nothing is under way
     */
    boolean proceed(Runnable wake) {
        for (Runnable next = next(wake); next != null; next = next(wake)) {
            next.run();
        }
        synchronized (this) {
            return sleeper == null;
        }
    }

    /** The next answer; {@code null} when there is none now, and the sleeper is set if there will be. */
    private synchronized Runnable next(Runnable wake) {
        Runnable work = queue.poll();
        sleeper = work == null && outstanding > 0 ? wake : null;
        return work;
    }

    /** Goes on with an instance that waits; nothing otherwise. May be called by any thread. */
    void wake() {
        Runnable woken;
        synchronized (this) {
            woken = sleeper;
            sleeper = null;
        }
        if (woken != null) {
            woken.run();
        }
    }

    private Map<String, Object> event() {
        Exchange exchange = conversation().exchange();
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("info", ContextFunctions.info(execution.host()));
        context.put("env", execution.host().env());
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("url", RequestFunctions.url(exchange));
        request.put("method", exchange.method());
        request.put("headers", conversation().headers());
        request.put("jsonBody", FormParts.isMultipart(exchange) ? "" : body(exchange));
        Map<String, Object> params = new LinkedHashMap<>();
        params.put("context", context);
        params.put("request", request);
        return envelope(0, "on_http_event", params);
    }

    private static byte[] body(Exchange exchange) {
        try {
            return exchange.body().bytes();
        } catch (IOException e) {
            throw new MimosaException(MimosaException.Kind.GONE, "the body is gone, the client has left", e);
        }
    }

    private static Map<String, Object> envelope(int id, String method, Map<String, Object> params) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("jsonrpc", "2.0");
        message.put("id", id);
        message.put("method", method);
        message.put("params", params);
        return message;
    }

    /** A buffer that the program may name until {@link #close}. */
    long open(byte[] bytes, boolean writable) {
        long reference = ++lastReference;
        buffers.put(reference, new Buffer(bytes, writable));
        return reference;
    }

    /** @return what is in the buffer now */
    byte[] close(long reference) {
        Buffer buffer = buffers.remove(reference);
        return buffer == null ? null : buffer.bytes;
    }

    /** Answers a call at once; what the program makes of it. Nothing for calls that want no answer. */
    int succeed(Request request, int status, Map<String, ?> headers, byte[] data) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("status", status);
        answer.put("headers", headers);
        answer.put("data", data);
        Map<String, Object> params = new LinkedHashMap<>();
        params.put("data", answer);
        return answer(request, "oncallback.success", params);
    }

    int fail(Request request, String message) {
        Map<String, Object> params = new LinkedHashMap<>();
        params.put("error", Map.of("message", message));
        return answer(request, "oncallback.error", params);
    }

    int fail(Request request, String message, int status, Map<String, String> headers, byte[] data) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("status", status);
        answer.put("headers", headers);
        answer.put("data", data);
        Map<String, Object> params = new LinkedHashMap<>();
        params.put("error", Map.of("message", message));
        params.put("data", answer);
        return answer(request, "oncallback.error_with_data", params);
    }

    private int answer(Request request, String method, Map<String, Object> params) {
        if (request.id == 0) {
            return 0;
        }
        byte[] bytes = wire.encode(envelope(request.id, method, params));
        long reference = open(bytes, false);
        nested++;
        try {
            return execution.call(execution.blueprint().answerHandler(), request.id, reference, bytes.length);
        } finally {
            nested--;
            close(reference);
        }
    }

    /** Does at once what calls the program back, or when it is not active any more. */
    void nowOrQueued(Runnable work) {
        if (nested < MAX_NESTED) {
            work.run();
        } else {
            queue(work);
        }
    }

    /** Does it when the program is not active. */
    synchronized void queue(Runnable work) {
        queue.add(work);
    }

    // What takes its time.

    /** A call is sent whose answer comes {@link #later}. */
    synchronized void expect() {
        outstanding++;
    }

    /** The answer to a call that was sent. May be called by any thread. */
    void later(Runnable answer) {
        synchronized (this) {
            outstanding--;
            queue.add(answer);
        }
        wake();
    }

    void warn(String text) {
        try {
            execution.log(Level.WARN, text);
        } catch (Code e) {
            return; // past the log's limit, which the log itself tells
        }
    }

    /** What is told to the program of a failure; some are its end. */
    String text(MimosaException failure) {
        switch (failure.kind()) {
            case QUOTA, NOT_DURABLE -> {
                execution.kill(failure);
                throw new Killed(failure);
            }
            default -> {
                execution.gate().check();
                return failure.getMessage();
            }
        }
    }
}
