package mimosa.itests.framework;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Hashtable;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.inject.Inject;
import mimosa.api.http.Gateway;
import mimosa.api.http.HttpHandler;
import mimosa.api.mim.Deployment;
import mimosa.api.mim.Mim;
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
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** A mim is a bundle, and the framework's own means manage it as well as ours do. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class MimIsBundleTest {
    @Inject
    private BundleContext context;

    @Inject
    private Mims mims;

    @Inject
    private Gateway gateway;

    private final HttpClient http = HttpClient.newHttpClient();

    @Configuration
    public Option[] node() {
        return Shipped.node("mim-is-bundle");
    }

    @After
    public void removeMims() {
        for (Mim mim : mims.list(null)) {
            if (mim.source() == Source.MANAGEMENT) {
                mims.undeploy(null, mim.id(), false, Source.MANAGEMENT);
            }
        }
    }

    private Mim deployHello(Map<String, Object> env) throws IOException {
        Path tar = example();
        try (InputStream bytes = Files.newInputStream(tar)) {
            return mims.deploy(
                    new Mims.Upload("api", null, tar.getFileName().toString(), bytes),
                    new Deployment("api", null, null, env, null, Source.MANAGEMENT, null));
        }
    }

    /** The probe runs inside the framework, where the distribution is known by this property only. */
    private static Path example() {
        return Shipped.example("hello");
    }

    private int status(String path) {
        return get(path).statusCode();
    }

    private HttpResponse<String> get(String path) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                            .timeout(Duration.ofSeconds(20))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(String what, BooleanSupplier state) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!state.getAsBoolean()) {
            assertTrue("not within 20 s: " + what, System.nanoTime() < deadline);
            Thread.sleep(10);
        }
    }

    private Bundle bundle(String location) {
        return context.getBundle(location);
    }

    @Test
    public void everyShippedBundleIsActive() {
        for (Bundle bundle : context.getBundles()) {
            boolean fragment = bundle.getHeaders().get("Fragment-Host") != null;
            assertTrue(
                    bundle.getSymbolicName() + " has state " + bundle.getState(),
                    fragment || bundle.getState() == Bundle.ACTIVE);
        }
    }

    @Test
    public void aDeployedMimIsAnActiveBundle() throws IOException {
        deployHello(Map.of());
        Bundle bundle = bundle("mim:api/hello-v1");
        assertEquals(Bundle.ACTIVE, bundle.getState());
        assertEquals("mim.api.hello-v1", bundle.getSymbolicName());
        assertEquals("1.0.0", bundle.getVersion().toString());
        assertEquals(200, status("/api/hello/v1"));
    }

    @Test
    public void aRedeployKeepsTheBundleAndCountsUp() throws IOException, InvalidSyntaxException {
        Mim first = deployHello(Map.of());
        long id = bundle("mim:api/hello-v1").getBundleId();
        Mim second = deployHello(Map.of());
        assertEquals(id, bundle("mim:api/hello-v1").getBundleId());
        assertEquals(first.generation() + 1, second.generation());
        var routes = context.getServiceReferences(HttpHandler.class, "(mimosa.mim.id=api-hello-v1)");
        assertEquals(1, routes.size());
        ServiceReference<HttpHandler> route = routes.iterator().next();
        assertEquals(second.generation(), route.getProperty("mimosa.mim.generation"));
        assertEquals("the mim itself offers its route", id, route.getBundle().getBundleId());
    }

    @Test
    public void stopStartAndUninstallThroughTheFrameworkAreTheSame() throws Exception {
        deployHello(Map.of());
        Bundle bundle = bundle("mim:api/hello-v1");
        bundle.stop();
        assertEquals(Mim.State.STOPPED, mims.get("api", "api-hello-v1").state());
        assertEquals(503, status("/api/hello/v1"));
        bundle.start();
        await("it serves again", () -> status("/api/hello/v1") == 200);
        assertEquals(Mim.State.STARTED, mims.get("api", "api-hello-v1").state());
        bundle.uninstall();
        assertEquals(404, status("/api/hello/v1"));
        assertTrue(mims.list("api").isEmpty());
    }

    @Test
    public void mimsWaitForTheirEngine() throws Exception {
        deployHello(Map.of());
        Bundle engine = Stream.of(context.getBundles())
                .filter(b -> "mimosa.engine.js".equals(b.getSymbolicName()))
                .findFirst()
                .orElseThrow();
        engine.stop();
        HttpResponse<String> without = get("/api/hello/v1");
        assertEquals(503, without.statusCode());
        assertTrue(without.headers().firstValue("Retry-After").isPresent());
        assertEquals(Mim.State.CREATED, mims.get("api", "api-hello-v1").state());
        engine.start();
        await("it serves again without a redeploy", () -> status("/api/hello/v1") == 200);
    }

    @Test
    public void aHandMadeBundleIsAMim() throws Exception {
        Bundle bundle = context.installBundle("test:hand-made", handMade());
        try {
            bundle.start();
            await("it serves", () -> status("/api/hand/v1") == 200);
            assertEquals("made by hand", get("/api/hand/v1").body());
            assertEquals(Source.BUNDLE, mims.get("api", "api-hand").source());
        } finally {
            bundle.uninstall();
        }
        assertEquals(404, status("/api/hand/v1"));
    }

    private static InputStream handMade() throws IOException {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", "mim.api.hand");
        headers.putValue("Bundle-Version", "1.0.0");
        headers.putValue(
                "Require-Capability",
                "osgi.extender;filter:=\"(&(osgi.extender=mimosa.mim)(version>=1.0)(!(version>=2.0)))\","
                        + "mimosa.engine;filter:=\"(mimosa.engine=js)\"");
        headers.putValue("Mimosa-Client", "api");
        headers.putValue("Mimosa-Name", "hand");
        headers.putValue("Mimosa-Entry", "mim/index.js");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
            jar.putNextEntry(new ZipEntry("mim/index.js"));
            jar.write("mimikModule.exports = function (c, q, s) { s.end('made by hand'); };"
                    .getBytes(StandardCharsets.UTF_8));
            jar.closeEntry();
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    @Test
    public void secretsStayOutOfTheBundle() throws IOException {
        deployHello(Map.of("PASSWORD", "s3cret-value"));
        Bundle bundle = bundle("mim:api/hello-v1");
        assertFalse(bundle.getHeaders("").toString().contains("s3cret-value"));
        assertEquals("s3cret-value", mims.get("api", "api-hello-v1").env().get("PASSWORD"));
        ServiceReference<?>[] offered = bundle.getRegisteredServices();
        assertNotNull(offered);
        for (ServiceReference<?> service : offered) {
            for (String key : service.getPropertyKeys()) {
                assertFalse(String.valueOf(service.getProperty(key)).contains("s3cret-value"));
            }
        }
    }

    /** Java end points of integrators appear and disappear with their service; the longest path wins. */
    @Test
    public void handlersOfIntegratorsComeAndGo() throws IOException {
        deployHello(Map.of());
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(HttpHandler.PATH, "/api/hello/v1/java");
        var registration = context.registerService(
                HttpHandler.class,
                exchange -> exchange.end(ByteBuffer.wrap("java".getBytes(StandardCharsets.UTF_8))),
                properties);
        assertEquals("java", get("/api/hello/v1/java").body());
        assertEquals("java", get("/api/hello/v1/java/below").body());
        registration.unregister();
        assertFalse(get("/api/hello/v1/java").body().equals("java"));
    }
}
