package mimosa.itests.framework;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import mimosa.api.engine.ContextExtension;
import mimosa.api.http.Gateway;
import mimosa.api.mim.Deployment;
import mimosa.api.mim.Mims;
import mimosa.api.mim.Source;
import org.junit.After;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** The example of an integrator's bundle in a running node, beside a mim with a WebSocket. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class IntegratorTest {
    private static final String PROGRAM =
            "mimikModule.exports = function (context, request, response) { response.end('mim'); };";

    /** As the documentation for integrators shows it, and with a wrong argument. */
    private static final String GREETED =
            """
            mimikModule.exports = function (context, request, response) {
              if (!context.greeter) {
                response.statusCode = 503;
                response.end('no greeter on this node');
                return;
              }
              try {
                response.end(context.greeter.greet(request.url === '/nobody' ? undefined : 'Ada'));
              } catch (e) {
                response.end(e.name + ': ' + e.message);
              }
            };
            """;

    @Inject
    private BundleContext context;

    @Inject
    private Mims mims;

    @Inject
    private Gateway gateway;

    private final HttpClient http = HttpClient.newHttpClient();
    private boolean deployed;

    @Configuration
    public Option[] node() {
        return Shipped.node("integrator");
    }

    @After
    public void removeMim() {
        if (deployed) {
            mims.undeploy("api", "api-t", false, Source.MANAGEMENT);
        }
    }

    private Bundle deploy(Map<String, Object> env) {
        return deploy(PROGRAM, env);
    }

    private Bundle deploy(String program, Map<String, Object> env) {
        mims.deploy(
                new Mims.Upload("api", "t", null, new ByteArrayInputStream(tar("index.js", program))),
                new Deployment("api", "t", null, env, null, Source.MANAGEMENT, null));
        deployed = true;
        return context.getBundle("mim:api/t");
    }

    /** A tar with one file. */
    private static byte[] tar(String name, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        byte[] tar = new byte[512 * (3 + (bytes.length + 511) / 512)];
        put(tar, 0, name);
        put(tar, 100, "0000644\0" + "0000000\0" + "0000000\0");
        put(tar, 124, String.format("%011o\0%011o\0", bytes.length, 0));
        put(tar, 148, "        0");
        put(tar, 257, "ustar\0" + "00");
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += tar[i];
        }
        put(tar, 148, String.format("%06o\0 ", sum));
        System.arraycopy(bytes, 0, tar, 512, bytes.length);
        return tar;
    }

    private static void put(byte[] tar, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, tar, at, bytes.length);
    }

    private Bundle install() throws Exception {
        Bundle bundle = context.installBundle(
                Path.of(System.getProperty("mimosa.integrator")).toUri().toString());
        bundle.start();
        return bundle;
    }

    private HttpResponse<String> get(String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + gateway.port() + path);
        return http.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private ServiceReference<ContextExtension> greeter() throws Exception {
        return context.getServiceReferences(ContextExtension.class, "(mimosa.context=greeter)").stream()
                .findFirst()
                .orElse(null);
    }

    @Test
    public void itsEndPointComesAndGoesWithTheBundle() throws Exception {
        assertEquals(404, get("/hello-java").statusCode());
        Bundle integrator = install();
        try {
            assertEquals("hello from Java at /x", get("/hello-java/x").body());
            integrator.stop();
            assertEquals(404, get("/hello-java").statusCode());
            integrator.start();
            assertEquals(200, get("/hello-java").statusCode());
        } finally {
            integrator.uninstall();
        }
        assertEquals(404, get("/hello-java").statusCode());
    }

    @Test
    public void itsExtensionIsMadeForEachMim() throws Exception {
        BundleContext mim = deploy(Map.of()).getBundleContext();
        Bundle integrator = install();
        try {
            ServiceReference<ContextExtension> reference = greeter();
            assertNotNull(reference);
            ContextExtension greeter = mim.getService(reference);
            assertEquals("hello Ada from mim.api.t", greeter.call("greet", List.of("Ada")));
            mim.ungetService(reference);
            integrator.stop();
            assertNull(greeter());
            assertEquals("the mim goes on", 200, get("/api/t/v1").statusCode());
        } finally {
            integrator.uninstall();
        }
    }

    /** No redeployment: each request has what there is when it begins. */
    @Test
    public void aRunningMimSeesItsExtensionComeAndGo() throws Exception {
        deploy(GREETED, Map.of());
        assertEquals("no greeter on this node", get("/api/t/v1").body());
        Bundle integrator = install();
        try {
            assertEquals("hello Ada from mim.api.t", get("/api/t/v1").body());
            assertEquals(
                    "Error: context.greeter.greet: expected a name",
                    get("/api/t/v1/nobody").body());
            integrator.stop();
            assertEquals(503, get("/api/t/v1").statusCode());
            integrator.start();
            assertEquals("hello Ada from mim.api.t", get("/api/t/v1").body());
        } finally {
            integrator.uninstall();
        }
        assertEquals("no greeter on this node", get("/api/t/v1").body());
    }

    @Test
    public void aMimHasAWebSocketForAsLongAsItIsDeployed() throws Exception {
        deploy(Map.of("MCM.WEBSOCKET_SUPPORT", true));
        assertEquals(426, get("/ws/api/t/v1").statusCode());
        CompletableFuture<Integer> closed = new CompletableFuture<>();
        http.newWebSocketBuilder()
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + gateway.port() + "/ws/api/t/v1"),
                        new java.net.http.WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onClose(java.net.http.WebSocket socket, int code, String reason) {
                                closed.complete(code);
                                return null;
                            }
                        })
                .get(20, TimeUnit.SECONDS);
        deploy(Map.of("MCM.WEBSOCKET_SUPPORT", true, "AGAIN", true));
        mims.undeploy("api", "api-t", false, Source.MANAGEMENT);
        deployed = false;
        assertEquals(1001, closed.get(20, TimeUnit.SECONDS).intValue());
        assertEquals(404, get("/ws/api/t/v1").statusCode());
    }
}
