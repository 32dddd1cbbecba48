package mimosa.gateway;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.core.Configuration;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.WebSocketExtensionRegistry;
import org.eclipse.jetty.websocket.core.exception.WebSocketException;
import org.eclipse.jetty.websocket.core.server.Handshaker;

/**
 * The WebSocket connections: opens them, pings them, so that a client that has died without a word is noticed, and closes
 * them with the gateway.
 */
final class WebSockets {
    private static final Handshaker HANDSHAKER = Handshaker.newInstance();
    /** Of data, to read at a time; clients have little to say. */
    private static final int INPUT_BUFFER_BYTES = 1024;

    private final Set<JettyWebSocket> open = ConcurrentHashMap.newKeySet();
    private final Server server;
    private final Scheduler scheduler;
    private final WebSocketComponents components;
    private final Configuration.ConfigurationCustomizer configuration = new Configuration.ConfigurationCustomizer();
    private final long pingMs;
    private volatile boolean stopped;

    WebSockets(Server server, long pingMs) {
        this.server = server;
        this.scheduler = server.getScheduler();
        this.pingMs = pingMs;
        components = new WebSocketComponents(
                withoutExtensions(), null, server.getByteBufferPool(), null, null, server.getThreadPool());
        // Quiet connections stay: the pings tell who is dead.
        configuration.setIdleTimeout(Duration.ZERO);
        configuration.setInputBufferSize(INPUT_BUFFER_BYTES);
        // A large frame is read in pieces, so that it takes no memory; a limit here would cut up what is sent as well.
        configuration.setAutoFragment(true);
        configuration.setMaxFrameSize(0);
    }

    /** Above all without permessage-deflate, which would cost each connection two large buffers. */
    private static WebSocketExtensionRegistry withoutExtensions() {
        WebSocketExtensionRegistry registry = new WebSocketExtensionRegistry();
        Set.copyOf(registry.getAvailableExtensionNames()).forEach(registry::unregister);
        return registry;
    }

    /** Whether the request asks for a WebSocket (RFC 6455, 4.2.1). */
    static boolean isHandshake(Request request) {
        HttpFields fields = request.getHeaders();
        return HANDSHAKER.isWebSocketUpgradeRequest(request)
                && "websocket".equalsIgnoreCase(fields.get(HttpHeader.UPGRADE))
                && fields.contains(HttpHeader.CONNECTION, "Upgrade")
                && fields.getLongField(HttpHeader.CONTENT_LENGTH) <= 0
                && !fields.contains(HttpHeader.TRANSFER_ENCODING);
    }

    /**
     * Answers a handshake.
     *
     * @throws MimosaException of kind {@code INVALID} when it is malformed; nothing has been answered then
     */
    void upgrade(Request request, Response response, Callback callback, JettyWebSocket socket) {
        Callback answered = Callback.from(callback::succeeded, failure -> {
            callback.failed(failure);
            socket.notOpened(failure);
        });
        try {
            if (!HANDSHAKER.upgradeRequest(
                    (asked, answer, ignored) -> socket, request, response, answered, components, configuration)) {
                throw MimosaException.invalid("malformed WebSocket handshake");
            }
        } catch (HttpException.RuntimeException e) {
            throw MimosaException.invalid("malformed WebSocket handshake: " + e.getReason());
        } catch (WebSocketException e) {
            throw MimosaException.invalid("malformed WebSocket handshake: " + e.getMessage());
        }
    }

    void start() {
        scheduler.schedule(this::ping, pingMs, TimeUnit.MILLISECONDS);
    }

    private void ping() {
        open.forEach(JettyWebSocket::ping);
        if (!stopped) {
            start();
        }
    }

    /** Begins to close all connections, also those that are about to open. */
    void stop() {
        stopped = true;
        open.forEach(JettyWebSocket::goAway);
    }

    void opened(JettyWebSocket socket) {
        open.add(socket);
        if (stopped) {
            socket.goAway();
        }
    }

    void closed(JettyWebSocket socket) {
        open.remove(socket);
    }

    /** Has something done in a while, unless the gateway has stopped by then. */
    Scheduler.Task later(Runnable action, long delayMs) {
        return scheduler.schedule(() -> server.getThreadPool().execute(action), delayMs, TimeUnit.MILLISECONDS);
    }
}
