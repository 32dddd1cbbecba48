package mimosa.gateway;

import static mimosa.gateway.TestGateway.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import mimosa.api.http.Exchange;
import mimosa.api.http.Gateway;
import mimosa.api.http.HttpHandler;
import org.apache.felix.framework.FrameworkFactory;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.hpack.HpackEncoder;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.server.Handshaker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.ServiceTracker;

/** The component and its whiteboard in a framework with the real bundles, and nothing that helps the ServiceLoader. */
class JettyGatewayTest {
    private static final List<Class<?>> JETTY = List.of(
            Callback.class,
            EndPoint.class,
            HttpField.class,
            Server.class,
            HpackEncoder.class,
            HTTP2Session.class,
            HTTP2CServerConnectionFactory.class,
            WebSocketComponents.class,
            Handshaker.class);

    /** What the platform offers, given by the test so that it can talk to the bundles. */
    private static final String OFFERED = String.join(
            ",",
            "mimosa.api;version=1.0.0",
            "mimosa.api.http;version=1.0.0",
            "org.slf4j;version=2.0.17",
            "org.slf4j.event;version=2.0.17",
            "org.slf4j.helpers;version=2.0.17",
            "org.slf4j.spi;version=2.0.17",
            "org.osgi.service.cm;version=1.6.1");

    private Framework framework;
    private BundleContext context;
    private ServiceTracker<Gateway, Gateway> gateways;
    private Path folder;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        this.folder = folder;
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        folder.resolve("cache").toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        OFFERED,
                        // Else bundles would find classes of the test, which the distribution does not have.
                        "felix.bootdelegation.implicit",
                        "false",
                        "mimosa.data",
                        folder.resolve("data").toString()));
        framework.start();
        context = framework.getBundleContext();
        for (Class<?> type : JETTY) {
            install(jarOf(type));
        }
        for (String type : List.of(
                "org.osgi.service.component.ComponentConstants",
                "org.osgi.util.promise.Promise",
                "org.osgi.util.function.Function",
                "org.apache.felix.cm.PersistenceManager",
                "org.apache.felix.scr.info.ScrInfo")) {
            install(jarOf(Class.forName(type)));
        }
        for (Bundle bundle : context.getBundles()) {
            bundle.start();
        }
        gateways = new ServiceTracker<>(context, Gateway.class, null);
        gateways.open();
    }

    @AfterEach
    void stop() throws Exception {
        framework.stop();
        framework.waitForStop(20_000);
    }

    private static Path jarOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private void install(Path jar) throws Exception {
        try (InputStream bytes = Files.newInputStream(jar)) {
            context.installBundle(jar.getFileName().toString(), bytes);
        }
    }

    /** The bundle under test as it is packed later. */
    private Bundle installGateway() throws Exception {
        Path classes = jarOf(JettyGateway.class);
        Manifest manifest;
        try (InputStream in = Files.newInputStream(classes.resolve("META-INF/MANIFEST.MF"))) {
            manifest = new Manifest(in);
        }
        ByteArrayOutputStream jar = new ByteArrayOutputStream();
        try (JarOutputStream out = new JarOutputStream(jar, manifest);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = classes.relativize(file).toString();
                if (!"META-INF/MANIFEST.MF".equals(name)) {
                    out.putNextEntry(new ZipEntry(name));
                    Files.copy(file, out);
                }
            }
        }
        Bundle bundle = context.installBundle("gateway", new ByteArrayInputStream(jar.toByteArray()));
        bundle.start();
        return bundle;
    }

    private void configure(String name, Object value) throws Exception {
        ServiceReference<ConfigurationAdmin> reference = context.getServiceReference(ConfigurationAdmin.class);
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("drainMs", 1_000L);
        properties.put(name, value);
        context.getService(reference).getConfiguration("mimosa.gateway", null).update(properties);
    }

    private ServiceRegistration<HttpHandler> register(HttpHandler handler, Object path, int ranking) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(HttpHandler.PATH, path);
        properties.put(Constants.SERVICE_RANKING, ranking);
        return context.registerService(HttpHandler.class, handler, properties);
    }

    private static HttpHandler saying(String text) {
        return exchange -> exchange.end(text(text));
    }

    private static String get(Gateway gateway, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://" + gateway.host() + ":" + gateway.port() + path))
                            .build(),
                    BodyHandlers.ofString());
            assertEquals(HttpClient.Version.HTTP_2, answer.version());
            return answer.statusCode() == 200 ? answer.body() : "status " + answer.statusCode();
        }
    }

    @Test
    void routesToHandlersAsTheyComeAndGo() throws Exception {
        configure("port", 0);
        register(saying("early"), "/early", 0);
        installGateway();
        Gateway gateway = gateways.waitForService(10_000);
        assertEquals("127.0.0.1", gateway.host());
        assertEquals("early", get(gateway, "/early/x"));

        ServiceRegistration<HttpHandler> old = register(saying("old"), new String[] {"/a", "/b"}, 0);
        ServiceRegistration<HttpHandler> young = register(saying("young"), "/a", 0);
        assertEquals("old", get(gateway, "/a"), "the lower service id wins");
        ServiceRegistration<HttpHandler> better = register(saying("better"), "/a", 1);
        assertEquals("better", get(gateway, "/a"), "the higher ranking wins");
        better.unregister();
        old.unregister();
        assertEquals("young", get(gateway, "/a"));
        assertEquals("status 404", get(gateway, "/b"));

        Dictionary<String, Object> moved = new Hashtable<>();
        moved.put(HttpHandler.PATH, "/moved");
        young.setProperties(moved);
        assertEquals("young", get(gateway, "/moved"));
        assertEquals("status 404", get(gateway, "/a"));
        register(saying("root"), "/", 0);
        assertEquals("root", get(gateway, "/a"));
        register(saying("nowhere"), "/trailing/", 0);
        assertEquals("root", get(gateway, "/trailing/"));
    }

    @Test
    void opensWebSockets() throws Exception {
        configure("port", 0);
        register(exchange -> exchange.upgrade(() -> {}).thenAccept(socket -> socket.close(1000, "hello")), "/ws", 0);
        installGateway();
        CompletableFuture<String> said = new CompletableFuture<>();
        WebSocket.Listener listener = new WebSocket.Listener() {
            @Override
            public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                said.complete(reason);
                return null;
            }
        };
        URI uri = URI.create("ws://127.0.0.1:" + gateways.waitForService(10_000).port() + "/ws");
        try (HttpClient client = HttpClient.newHttpClient()) {
            client.newWebSocketBuilder().buildAsync(uri, listener).get(10, TimeUnit.SECONDS);
            assertEquals("hello", said.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void isAServiceOnlyWhileThePortIsOpen() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            configure("port", taken.getLocalPort());
            installGateway();
            assertNull(gateways.waitForService(1_000));
        }
        configure("port", 0);
        assertNotNull(gateways.waitForService(10_000));
    }

    @Test
    void letsRunningExchangesFinishWhenItStops() throws Exception {
        configure("port", 0);
        BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
        register(exchanges::add, "/slow", 0);
        Bundle bundle = installGateway();
        int port = gateways.waitForService(10_000).port();
        try (RawClient finishing = new RawClient(port);
                RawClient hanging = new RawClient(port);
                RawClient idle = new RawClient(port)) {
            finishing.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
            Exchange exchange = exchanges.poll(10, TimeUnit.SECONDS);
            hanging.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
            assertNotNull(exchanges.poll(10, TimeUnit.SECONDS));
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> {
                try {
                    bundle.stop();
                } catch (org.osgi.framework.BundleException e) {
                    throw new IllegalStateException(e);
                }
            });
            while (gateways.getService() != null) {
                Thread.onSpinWait();
            }
            exchange.end(text("done"));
            assertTrue(finishing.readAll().endsWith("done"));
            assertEquals("", hanging.readAll());
            assertEquals("", idle.readAll());
            stopped.get(10, TimeUnit.SECONDS);
        }
        assertTrue(Files.notExists(folder.resolve("data/tmp")));
    }
}
