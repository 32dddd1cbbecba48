package mimosa.gateway;

import java.io.IOException;
import java.net.BindException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.EnumSet;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.util.thread.strategy.AdaptiveExecutionStrategy;

/** The Jetty server behind the gateway: one port that speaks HTTP/1.1 and clear-text HTTP/2. */
final class GatewayServer {
    private static final int LONGEST_ANSWER_HEADER = 65_536;

    /** The request line and what Jetty counts on top; a request that is longer is refused before it is looked at. */
    private static final int HEADER_SLACK = 1_024;

    private final Settings settings;
    private final Server server;
    private final ServerConnector connector;
    private final HangUps hangUps;
    private final WebSockets webSockets;
    private final Relief relief;
    private final AtomicInteger lent = new AtomicInteger();

    /** Exchanges that have begun and are not over. */
    private final AtomicInteger inside = new AtomicInteger();

    /** Where the one who closes waits until nobody is inside. */
    private final Object empty = new Object();

    private volatile boolean closing;

    GatewayServer(Settings settings, Supplier<RouteTable> routes, BooleanSupplier starting) {
        this.settings = settings;
        // Before anything of Jetty is made that could look for the encoders.
        JettyEncoders.load();
        QueuedThreadPool threads = new DeepThreads(settings);
        server = new Server(threads);
        relief = new Relief(threads);
        connector = new StrictConnector(server, httpConfiguration(settings));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(settings.idleTimeoutMs());
        connector.setAcceptorPriorityDelta(0); // Where priorities count nobody would get in under load.
        hangUps = new HangUps(server.getScheduler(), threads);
        webSockets = new WebSockets(server, settings.webSocketPingMs());
        server.addConnector(connector);
        server.setErrorHandler(new JsonErrors());
        server.setHandler(new FrontDoor(this, routes, starting));
    }

    private static HttpConfiguration httpConfiguration(Settings settings) {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(settings.maxUrlBytes() + settings.maxHeaderBytes() + HEADER_SLACK);
        http.setMaxResponseHeaderSize(LONGEST_ANSWER_HEADER);
        http.setHttpCompliance(HttpCompliance.STRICT);
        // What concerns the path is left to RequestPath, which has the rules of this project and says why.
        http.setUriCompliance(UriCompliance.from(EnumSet.of(
                UriCompliance.Violation.AMBIGUOUS_PATH_SEGMENT,
                UriCompliance.Violation.AMBIGUOUS_EMPTY_SEGMENT,
                UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
                UriCompliance.Violation.AMBIGUOUS_PATH_PARAMETER,
                UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
                UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS,
                UriCompliance.Violation.BAD_UTF8_ENCODING,
                UriCompliance.Violation.TRUNCATED_UTF8_ENCODING)));
        return http;
    }

    Settings settings() {
        return settings;
    }

    HangUps hangUps() {
        return hangUps;
    }

    WebSockets webSockets() {
        return webSockets;
    }

    int port() {
        return connector.getLocalPort();
    }

    /**
     * Opens the port.
     *
     * @throws IllegalStateException with one sentence that says what to change
     */
    void start() {
        try {
            relief.start();
            server.start();
            hangUps.start();
            webSockets.start();
        } catch (Exception e) {
            // The boundary to Jetty, whose start declares nothing more precise.
            stop();
            throw new IllegalStateException(explain(e), e);
        }
    }

    private String explain(Exception failure) {
        String address = settings.host() + ":" + settings.port();
        String file = "config/" + Settings.PID + ".cfg";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException
                    || cause instanceof BindException
                            && String.valueOf(cause.getMessage()).contains("assign")) {
                return Settings.PID + ": cannot listen on " + address + ", because this machine has no such address;"
                        + " change host in " + file;
            }
            if (cause instanceof BindException) {
                return Settings.PID + ": cannot listen on " + address + ", because the port is taken or not permitted ("
                        + cause.getMessage() + "); stop the program that uses it, or change port in " + file;
            }
        }
        return Settings.PID + ": cannot listen on " + address + ": " + failure.getMessage();
    }

    /** Closes the port, lets those inside finish for the configured time, then closes all connections. */
    void stop() {
        closing = true;
        webSockets.stop();
        connector.shutdown();
        awaitEmpty();
        hangUps.stop();
        try {
            server.stop();
        } catch (Exception e) {
            // The boundary to Jetty; the port is closed already, and there is nobody to tell.
            throw new IllegalStateException("the HTTP server did not stop cleanly: " + e.getMessage(), e);
        } finally {
            relief.stop();
        }
    }

    private void awaitEmpty() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.drainMs());
        synchronized (empty) {
            try {
                long left = settings.drainMs();
                while (inside.get() > 0 && left > 0) {
                    empty.wait(left);
                    left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Counts an exchange in; whether it may begin. */
    boolean entered() {
        inside.incrementAndGet(); // before the look at closing, or nobody would wait for it
        return !closing;
    }

    void left() {
        if (inside.decrementAndGet() == 0 && closing) {
            synchronized (empty) {
                empty.notifyAll();
            }
        }
    }

    /** Lends the calling thread, until {@link #lent}, unless half of all threads are lent or its stack is too small. */
    boolean lend(long stackBytes) {
        if (stackBytes > settings.stackKiB() * 1024L) {
            return false;
        }
        if (lent.incrementAndGet() <= settings.maxThreads() / 2) {
            return true;
        }
        lent();
        return false;
    }

    void lent() {
        lent.decrementAndGet();
    }

    /** Threads that programs can run on. */
    private static final class DeepThreads extends QueuedThreadPool {
        /** What is on the stack when a handler is called takes some 10 KiB. */
        private static final int OWN_KIB = 128;

        private final long stackBytes;

        DeepThreads(Settings settings) {
            super(settings.maxThreads());
            stackBytes = settings.stackKiB() == 0 ? 0 : (settings.stackKiB() + OWN_KIB) * 1024L;
            setName("gateway");
        }

        @Override
        public Thread newThread(Runnable work) {
            Thread thread = new Thread(null, work, "", stackBytes);
            thread.setName(getName() + "-" + thread.threadId());
            thread.setPriority(getThreadsPriority()); // not that of who happens to need it
            thread.setContextClassLoader(GatewayServer.class.getClassLoader());
            return thread;
        }
    }

    private final class StrictConnector extends ServerConnector {
        StrictConnector(Server server, HttpConfiguration http) {
            super(server, null, null, null, 1, Runtime.getRuntime().availableProcessors(), factories(http));
        }

        @Override
        protected SelectorManager newSelectorManager(Executor executor, Scheduler scheduler, int selectors) {
            return new ServerConnectorManager(relief, scheduler, selectors) {
                @Override
                protected ManagedSelector newSelector(int id) {
                    return new RelievedSelector(this, id, relief);
                }
            };
        }

        private static ConnectionFactory[] factories(HttpConfiguration http) {
            Http2Factory http2 = new Http2Factory(http);
            http2.setConnectProtocolEnabled(false);
            // The first idle time that an exchange declines would be its last: Jetty resets the stream after the
            // second.
            http2.setStreamIdleTimeout(-1);
            return new ConnectionFactory[] {new HttpConnectionFactory(http), http2};
        }

        @Override
        protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key)
                throws IOException {
            GatewayEndPoint endPoint = new GatewayEndPoint(channel, selector, key, getScheduler(), getExecutor());
            endPoint.setIdleTimeout(getIdleTimeout());
            return endPoint;
        }
    }

    /** Tells when its thread is there. */
    private static final class RelievedSelector extends ManagedSelector {
        private final Relief.Post post;

        RelievedSelector(SelectorManager manager, int id, Relief relief) {
            super(manager, id);
            post = relief.post(getBean(AdaptiveExecutionStrategy.class));
        }

        @Override
        protected int nioSelect(Selector selector, boolean now) throws IOException {
            post.manned();
            return super.nioSelect(selector, now);
        }
    }

    private static final class Http2Factory extends HTTP2CServerConnectionFactory {
        Http2Factory(HttpConfiguration http) {
            super(http);
        }

        @Override
        public Connection upgradeConnection(
                Connector connector, EndPoint endPoint, MetaData.Request request, HttpFields.Mutable response101) {
            // A chunked body would be taken for HTTP/2 frames; Jetty looks for Content-Length only. The request is
            // answered in HTTP/1.1 instead, which the client has to expect.
            return request.getHttpFields().contains(HttpHeader.TRANSFER_ENCODING)
                    ? null
                    : super.upgradeConnection(connector, endPoint, request, response101);
        }
    }
}
