package mimosa.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.client.HttpClient;
import mimosa.api.client.OutboundRequest;
import mimosa.api.client.ResponseListener;
import mimosa.api.http.Gateway;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The node's HTTP client. Bytes are passed on as they come: no cookies are kept, no compression is asked for or undone,
 * no proxy is used. A changed configuration applies from the next request on and ends no call. One for all bundles: a
 * bundle that gives it back keeps its calls, which end with the instances that made them. Immediate, because otherwise
 * it would be stopped, and with it every call, when the last bundle gives it back.
 */
@Component(service = HttpClient.class, immediate = true, configurationPid = JettyHttpClient.PID)
@Designate(ocd = JettyHttpClient.Config.class)
public final class JettyHttpClient implements HttpClient {
    static final String PID = "mimosa.client";

    /** Looking up names blocks, so a slow name must not hold up the others. */
    private static final int LOOKUP_THREADS = 32;

    /** Also the longest that a caller may ask for: a dial given up by its caller goes on that long. */
    static final long LONGEST_CONNECT_MILLIS = 30_000;

    private static final int MOST_HEADER_BYTES = 32 * 1024;

    /** How mims call other servers. */
    @ObjectClassDefinition(
            id = JettyHttpClient.PID,
            name = "Mimosa client",
            description = "Outbound HTTP calls of mims.")
    public @interface Config {
        @AttributeDefinition(
                name = "Allowed addresses",
                description = "Exceptions from the rule that only public addresses may be called: CIDR blocks, hosts"
                        + " or host:port, separated by commas, such as 10.1.0.0/16, db.local, 127.0.0.1:9000.")
        String allow() default "";

        @AttributeDefinition(
                name = "Connect timeout",
                description = "Until a connection stands, in milliseconds, 1 to 30000, for calls that do not say.")
        int connectTimeoutMs() default 5000;

        @AttributeDefinition(
                name = "Idle timeout",
                description = "Longest time without a byte during a call, in milliseconds, 1 to 3600000, for calls"
                        + " that do not say.")
        int idleTimeoutMs() default 30_000;

        @AttributeDefinition(
                name = "Keep alive",
                description = "How long an unused connection is kept for the next call, in milliseconds, 1 to 600000.")
        int keepAliveMs() default 15_000;

        @AttributeDefinition(
                name = "Connections per destination",
                description = "Connections to one host and port at a time, 1 to 10000; further calls wait. Mims that"
                        + " call each other use one each, so too few of them could make a chain of calls wait for"
                        + " itself.")
        int maxConnectionsPerDestination() default 256;
    }

    private final String version;
    private final GuardedResolver.Lookup lookup;
    private final ThreadPoolExecutor lookups;
    private final Set<JettyCall> open = ConcurrentHashMap.newKeySet();
    private volatile ClientSettings settings;

    /** {@code null} until the first call. */
    private volatile org.eclipse.jetty.client.HttpClient jetty;

    private boolean stopped;

    /** Dynamic and optional: mims may call the world before the port is open and after it has closed. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile Gateway gateway;

    @Activate
    public JettyHttpClient(Config config, Map<String, Object> raw, BundleContext bundle) {
        this(ClientSettings.of(config, raw), version(bundle), InetAddress::getAllByName);
    }

    JettyHttpClient(ClientSettings settings, String version, GuardedResolver.Lookup lookup) {
        this.settings = settings;
        this.version = version;
        this.lookup = lookup;
        lookups = new ThreadPoolExecutor(
                LOOKUP_THREADS,
                LOOKUP_THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("mimosa-client-lookup-", 0).factory());
        lookups.allowCoreThreadTimeOut(true);
    }

    private static String version(BundleContext bundle) {
        String version = bundle.getProperty("mimosa.version");
        return version == null ? bundle.getBundle().getVersion().toString() : version;
    }

    /**
     * Started by the first call: it takes a tenth of a node's start, most of that for TLS, and many nodes call nobody. On
     * another thread than the caller's, which may be a mim's: at the end of its stack, metered, about to be interrupted.
     *
     * @throws MimosaException when it cannot be started, or has been stopped
     */
    private org.eclipse.jetty.client.HttpClient jetty() {
        org.eclipse.jetty.client.HttpClient known = jetty;
        if (known != null) {
            return known;
        }
        try {
            return CompletableFuture.supplyAsync(this::start, JettyHttpClient::onThreadOfItsOwn)
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof MimosaException told
                    ? told
                    : new MimosaException(
                            Kind.UNAVAILABLE,
                            "the node's HTTP client cannot be started: " + e.getCause(),
                            e.getCause());
        }
    }

    private static void onThreadOfItsOwn(Runnable task) {
        Thread.ofPlatform().daemon().name("mimosa-client-start").start(task);
    }

    private synchronized org.eclipse.jetty.client.HttpClient start() {
        if (jetty == null) {
            if (stopped) {
                throw new MimosaException(Kind.UNAVAILABLE, "the node's HTTP client has been stopped");
            }
            org.eclipse.jetty.client.HttpClient started = configured();
            try {
                started.start();
            } catch (Exception e) { // whatever Jetty throws
                throw new CompletionException(e);
            }
            withoutHelp(started);
            jetty = started;
        }
        return jetty;
    }

    private org.eclipse.jetty.client.HttpClient configured() {
        org.eclipse.jetty.client.HttpClient client =
                new org.eclipse.jetty.client.HttpClient(new HttpClientTransportOverHTTP(connector()));
        client.setSocketAddressResolver(new GuardedResolver(lookup, lookups, this::permits));
        client.setUserAgentField(new HttpField(HttpHeader.USER_AGENT, "Mimosa/" + version));
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setFollowRedirects(false);
        client.setDefaultRequestContentType(null);
        client.setMaxResponseHeadersSize(MOST_HEADER_BYTES);
        client.setConnectTimeout(LONGEST_CONNECT_MILLIS);
        client.setDestinationIdleTimeout(60_000); // otherwise each host ever called would be remembered
        apply(settings, client);
        return client;
    }

    private static void apply(ClientSettings settings, org.eclipse.jetty.client.HttpClient client) {
        client.setIdleTimeout(settings.keepAliveMillis());
        client.setMaxConnectionsPerDestination(settings.maxConnectionsPerDestination());
    }

    private static ClientConnector connector() {
        QueuedThreadPool threads = new QueuedThreadPool(16, 2, 30_000);
        threads.setName("mimosa-client");
        threads.setDaemon(true);
        ClientConnector connector = new ClientConnector();
        connector.setExecutor(threads);
        connector.setScheduler(new ScheduledExecutorScheduler("mimosa-client-timer", true));
        connector.setSelectors(1);
        return connector;
    }

    /** Switches off what Jetty would do by itself with an answer: decompress it, log in, switch protocols. */
    private static void withoutHelp(org.eclipse.jetty.client.HttpClient client) {
        client.getContentDecoderFactories().clear();
        for (String handler : new String[] {"redirect", "www-authenticate", "proxy-authenticate", "upgrade"}) {
            client.getProtocolHandlers().remove(handler);
        }
    }

    /** @throws IllegalArgumentException for a wrong value; it is logged, and everything stays as it was */
    @Modified
    void reconfigure(Config config, Map<String, Object> raw) {
        reconfigure(ClientSettings.of(config, raw));
    }

    synchronized void reconfigure(ClientSettings changed) {
        settings = changed;
        if (jetty != null) {
            apply(changed, jetty);
        }
    }

    @Deactivate
    void stop() throws Exception {
        open.forEach(JettyCall::stop);
        synchronized (this) {
            stopped = true;
        }
        if (jetty != null) {
            jetty.stop();
        }
        lookups.shutdownNow();
    }

    /** For a node of which the port is known otherwise. */
    void gateway(Gateway known) {
        gateway = known;
    }

    @Override
    public Call send(OutboundRequest request, ResponseListener listener) {
        JettyCall call = new JettyCall(this, request, listener);
        open.add(call);
        try {
            call.start();
        } catch (RuntimeException | Error e) { // a mim's stack may end anywhere
            ended(call);
            throw e;
        }
        return call;
    }

    void ended(JettyCall call) {
        open.remove(call);
    }

    long connectMillis() {
        return settings.connectMillis();
    }

    long idleMillis() {
        return settings.idleMillis();
    }

    Request newRequest(Target target) {
        // The host is set apart because java.net.URI refuses some that exist, such as names with an underscore.
        URI elsewhere = URI.create(target.scheme() + "://host" + target.pathAndQuery());
        return jetty().newRequest(elsewhere).host(target.host()).port(target.port());
    }

    Scheduler.Task after(long millis, Runnable task) {
        return jetty().getScheduler().schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    void execute(Runnable task) {
        try {
            jetty().getExecutor().execute(task);
        } catch (RejectedExecutionException stopped) { // the call it is for has failed, or will
        }
    }

    boolean permits(String host, InetSocketAddress address) {
        return settings.policy().permits(host, address.getAddress(), address.getPort(), ownPort());
    }

    private int ownPort() {
        Gateway known = gateway;
        return known == null ? 0 : known.port();
    }

    /** Whether an address is this node's own port, by loopback or by an address of this machine. */
    boolean isOwnNode(InetSocketAddress address) {
        try {
            return address.getPort() == ownPort()
                    && (address.getAddress().isLoopbackAddress()
                            || NetworkInterface.getByInetAddress(address.getAddress()) != null);
        } catch (SocketException unknown) { // then rather count one hop too many
            return true;
        }
    }
}
