package mimosa.gateway;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import mimosa.api.http.Gateway;
import mimosa.api.http.HttpHandler;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the port open from its activation to its deactivation. It registers its service itself: Declarative Services would
 * do so before the activation, and leave it there when that fails.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = Settings.PID)
@Designate(ocd = JettyGateway.Config.class)
public final class JettyGateway implements Gateway {
    private static final Logger LOG = LoggerFactory.getLogger(JettyGateway.class);

    @ObjectClassDefinition(
            name = "Mimosa gateway",
            description = "The one port that mims, the management API and other end points are reached at.")
    @interface Config {
        @AttributeDefinition(
                description = "Name or address of the interface to listen on; 0.0.0.0 is all of them.",
                required = false)
        String host() default "127.0.0.1";

        @AttributeDefinition(description = "Port to listen on; 0 takes any free one.", required = false)
        int port() default 8083;

        @AttributeDefinition(
                description = "Whether // and %2F in request paths are let through instead of being answered 400.",
                required = false)
        boolean ambiguousPaths() default false;

        @AttributeDefinition(description = "Most threads; a request that waits needs none.", required = false)
        int maxThreads() default 100;

        @AttributeDefinition(
                description = "Stack of each thread in KiB, 256 to 65536: the thread that reads a request runs the mim"
                        + " as well, if its engine wants no more stack; 0 never.",
                required = false)
        int stackKiB() default 4_096;

        @AttributeDefinition(
                description = "Milliseconds without a byte after which an idle or stalled connection is closed;"
                        + " an answer that is still being worked on is not.",
                required = false)
        long idleTimeoutMs() default 30_000;

        @AttributeDefinition(description = "Most bytes of path and query; longer is answered 414.", required = false)
        int maxUrlBytes() default 16_384;

        @AttributeDefinition(
                description = "Most bytes of all header fields of a request; more is answered 431.",
                required = false)
        int maxHeaderBytes() default 32_768;

        @AttributeDefinition(description = "Most header fields of a request; more is answered 431.", required = false)
        int maxHeaderFields() default 200;

        @AttributeDefinition(
                description = "Bytes of a request body that are kept in memory; a larger one goes to a temporary file.",
                required = false)
        int spoolBytes() default 1_048_576;

        @AttributeDefinition(
                description = "Milliseconds that running requests have to finish when the gateway stops.",
                required = false)
        long drainMs() default 5_000;

        @AttributeDefinition(
                description = "Milliseconds between two pings to a WebSocket client; one that has sent nothing between"
                        + " them is taken for dead.",
                required = false)
        long webSocketPingMs() default 30_000;
    }

    private final String host;
    private final int port;
    private final GatewayServer server;
    private final HandlerTracker tracker;
    private final ServiceRegistration<Gateway> registration;

    /** Opens the port. */
    @Activate
    public JettyGateway(BundleContext context, Config config) {
        Settings settings = new Settings(
                config.host(),
                config.port(),
                config.ambiguousPaths(),
                config.maxThreads(),
                config.stackKiB(),
                config.idleTimeoutMs(),
                config.maxUrlBytes(),
                config.maxHeaderBytes(),
                config.maxHeaderFields(),
                config.spoolBytes(),
                config.drainMs(),
                config.webSocketPingMs(),
                spoolFolder(context));
        Routes<ServiceReference<HttpHandler>> routes = new Routes<>();
        tracker = new HandlerTracker(context, routes);
        Bundle framework = context.getBundle(0);
        server = new GatewayServer(settings, routes::table, () -> framework.getState() != Bundle.ACTIVE);
        // Handlers that are there already answer the very first request.
        tracker.open();
        try {
            server.start();
        } catch (IllegalStateException e) {
            tracker.close();
            throw e;
        }
        host = settings.host();
        port = server.port();
        registration = context.registerService(Gateway.class, this, null);
        LOG.info("listening on http://{}:{} (HTTP/1.1 and HTTP/2)", host, port);
        if (!isLoopback(host)) {
            LOG.warn(
                    "{} is open to other machines and not encrypted: put a firewall or a TLS proxy before it, or set"
                            + " host in config/{}.cfg to 127.0.0.1",
                    host,
                    Settings.PID);
        }
    }

    private static Path spoolFolder(BundleContext context) {
        String data = context.getProperty("mimosa.data");
        if (data != null) {
            return Path.of(data, "tmp");
        }
        String home = context.getProperty("mimosa.home");
        return Path.of(home == null ? "" : home, "data", "tmp").toAbsolutePath();
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    @Deactivate
    void close() {
        registration.unregister();
        server.stop();
        tracker.close();
        LOG.info("no longer listening on http://{}:{}", host, port);
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public int port() {
        return port;
    }
}
