package mimosa.hotdeploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import mimosa.api.mim.Mim;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.service.cm.ConfigurationAdmin;

/** The real File Install and Configuration Admin, in a framework of which they are all one part. */
@Timeout(120)
class FileInstallWatchTest {
    private static final int POLL_MS = 200;

    @TempDir
    Path home;

    private final InMemoryMims mims = new InMemoryMims();
    private final List<BundleActivator> activators = new ArrayList<>();
    private Framework framework;
    private BundleContext context;
    private Path dir;

    @BeforeEach
    void startFramework() throws Exception {
        Map<String, String> properties = new HashMap<>();
        properties.put(Constants.FRAMEWORK_STORAGE, home.resolve("cache").toString());
        properties.put("mimosa.home", home.toString());
        properties.put("felix.fileinstall.dir", home.resolve("etc").toString());
        framework = new FrameworkFactory().newFramework(properties);
        framework.init();
        context = framework.getBundleContext();
        run("org.apache.felix.cm.impl.Activator");
        run("org.apache.felix.fileinstall.internal.FileInstall");
        dir = home.resolve("deploy");
    }

    private void run(String activator) throws Exception {
        BundleActivator instance =
                (BundleActivator) Class.forName(activator).getConstructor().newInstance();
        instance.start(context);
        activators.add(0, instance);
    }

    @AfterEach
    void stopFramework() throws Exception {
        for (BundleActivator activator : activators) {
            activator.stop(context);
        }
        framework.stop();
        framework.waitForStop(20_000);
    }

    private record Settings(String dir, long pollMs, String clientId) implements FileInstallWatch.Config {
        @Override
        public Class<? extends Annotation> annotationType() {
            return FileInstallWatch.Config.class;
        }
    }

    private FileInstallWatch watch(Settings settings) throws IOException {
        ConfigurationAdmin configurations = context.getService(context.getServiceReference(ConfigurationAdmin.class));
        return new FileInstallWatch(mims, configurations, settings, context);
    }

    private FileInstallWatch watch() throws IOException {
        FileInstallWatch watch = watch(new Settings("deploy", POLL_MS, "api"));
        context.registerService(ArtifactInstaller.class, watch, null);
        return watch;
    }

    private static void await(String what, BooleanSupplier state) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!state.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, what);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private Mim mim(String id) {
        return mims.list(null).stream()
                .filter(mim -> mim.id().equals(id))
                .findFirst()
                .orElse(null);
    }

    @Test
    @Tag("M4.1")
    @Tag("M4.5")
    void filesAreSeenAsTheyComeChangeAndGo() throws Exception {
        framework.start();
        FileInstallWatch watch = watch();
        Path sub = Files.createDirectories(dir.resolve("sub.tar"));
        Files.writeString(sub.resolve("x.tar"), "x-v1:1:p");
        Files.writeString(dir.resolve(".hidden.tar"), "x-v1:1:p");
        Path hello = Files.writeString(dir.resolve("hello.tar"), "hello:1:p");
        await("deployed", () -> mim("api-hello") != null);
        assertEquals(1, mims.list(null).size());

        Files.writeString(dir.resolve("moved.part"), "moved:1:p");
        Files.move(dir.resolve("moved.part"), dir.resolve("moved.tgz"));
        await("moved in", () -> mim("api-moved") != null);
        Files.writeString(dir.resolve("moved.json"), "name=named");
        await("sidecar added", () -> mim("api-named") != null && mim("api-moved") == null);
        Files.delete(dir.resolve("moved.json"));
        await("sidecar gone", () -> mim("api-moved") != null && mim("api-named") == null);
        Files.writeString(dir.resolve("moved.tgz"), "moved:2:p");
        await("changed", () -> "2".equals(mim("api-moved").version()));
        Files.delete(hello);
        await("gone", () -> mim("api-hello") == null);
        assertEquals(2, mim("api-moved").generation());
        watch.close();
    }

    @Test
    @Tag("M7.3")
    void whatIsThereIsDeployedWhenTheFrameworkHasStarted() throws Exception {
        Files.createDirectories(dir);
        for (int i = 0; i < 50; i++) {
            Path file = Files.writeString(dir.resolve("m" + i + ".tar"), "m" + i + ":1:p");
            if (i > 0) {
                Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
            }
        }
        FileInstallWatch watch = watch();
        assertNotNull(watch.problem());
        assertEquals(List.of(), mims.list(null));
        framework.start();
        await("processed", () -> watch.problem() == null);
        assertEquals(50, mims.list(null).size());
        assertEquals(50, mims.calls.size());
        watch.close();
        await("the watcher is gone", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().contains(dir.toString())));
    }

    @Test
    void wrongSettingsAreNamed() throws Exception {
        Files.writeString(home.resolve("file"), "");
        assertEquals(
                "mimosa.deploy: pollMs=1: expected a number from 100 to 3600000",
                refused(new Settings("deploy", 1, "api")));
        assertEquals(
                "mimosa.deploy: clientId=a b: expected 1 to 64 letters, digits, '_' or '-'",
                refused(new Settings("deploy", 1000, "a b")));
        assertTrue(refused(new Settings("file", 1000, "api")).startsWith("mimosa.deploy: dir=file: expected a folder"));
    }

    private String refused(Settings settings) {
        return assertThrows(IllegalArgumentException.class, () -> watch(settings))
                .getMessage();
    }
}
