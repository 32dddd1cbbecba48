package mimosa.hotdeploy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import mimosa.api.mim.HealthCheck;
import mimosa.api.mim.Mims;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Has Felix File Install watch the deploy folder and passes on what it sees.
 *
 * <pre>
 *   start:      what has been in the folder for a while is processed at once, on a thread of its own
 *   afterwards: File Install looks at the folder, and calls when a file has not changed between two looks
 * </pre>
 *
 * File Install gets a watcher of its own for this folder by configuration, so that the one for bundles and
 * configuration files stays as it is.
 */
@Component(
        service = {ArtifactInstaller.class, HealthCheck.class},
        immediate = true,
        configurationPid = FileInstallWatch.PID)
@Designate(ocd = FileInstallWatch.Config.class)
public final class FileInstallWatch implements ArtifactInstaller, HealthCheck {
    static final String PID = "mimosa.deploy";

    @ObjectClassDefinition(
            name = "Mimosa deploy folder",
            description = "The folder whose images are deployed and undeployed by themselves")
    @interface Config {
        @AttributeDefinition(
                name = "Folder",
                description =
                        "Folder whose images are deployed and undeployed by themselves; relative to the distribution folder.")
        String dir() default "deploy";

        @AttributeDefinition(
                name = "Poll interval",
                description =
                        "Time between two looks at the folder, in milliseconds; a file is taken when it has not changed between two of them.")
        long pollMs() default 1000;

        @AttributeDefinition(
                name = "Client",
                description =
                        "Client that mims of the folder belong to unless the file beside the image says otherwise.")
        String clientId() default "api";
    }

    private static final String FILE_INSTALL = "org.apache.felix.fileinstall";
    private static final long LEAST_POLL_MS = 100;
    private static final long MOST_POLL_MS = 3_600_000;
    private static final Pattern CLIENT_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

    private final Path dir;
    private final long pollMs;
    private final DeployFolder folder;
    private final BundleContext context;
    private final Configuration watcher;
    private final AtomicBoolean started = new AtomicBoolean();
    private final FrameworkListener whenStarted = this::frameworkEvent;

    @Activate
    public FileInstallWatch(
            @Reference Mims mims, @Reference ConfigurationAdmin configurations, Config config, BundleContext context)
            throws IOException {
        this.pollMs = config.pollMs();
        if (pollMs < LEAST_POLL_MS || pollMs > MOST_POLL_MS) {
            throw wrong("pollMs", pollMs, "a number from " + LEAST_POLL_MS + " to " + MOST_POLL_MS);
        }
        if (!CLIENT_ID.matcher(config.clientId()).matches()) {
            throw wrong("clientId", config.clientId(), "1 to 64 letters, digits, '_' or '-'");
        }
        this.dir = folder(config.dir(), context.getProperty("mimosa.home"));
        this.folder = new DeployFolder(mims, dir, config.clientId());
        this.context = context;
        this.watcher = configurations.getFactoryConfiguration(FILE_INSTALL, PID, "?");
        watcher.update(watch());
        // A program can be checked only when its engine is there, so nothing is deployed while bundles still start.
        context.addFrameworkListener(whenStarted);
        if (context.getBundle(0).getState() == Bundle.ACTIVE) {
            processAtStart();
        }
    }

    private static IllegalArgumentException wrong(String property, Object value, String expected) {
        return new IllegalArgumentException(PID + ": " + property + "=" + value + ": expected " + expected);
    }

    private static Path folder(String name, String home) {
        Path dir = Path.of(home == null ? "" : home).toAbsolutePath().resolve(name);
        try {
            // File Install names files by the real path of their folder.
            return Files.createDirectories(dir).toRealPath();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    PID + ": dir=" + name + ": expected a folder that is there or can be made: " + e, e);
        }
    }

    /** What File Install is told; it must neither start bundles nor write files of its own. */
    private Dictionary<String, Object> watch() {
        Dictionary<String, Object> watch = new Hashtable<>();
        watch.put("felix.fileinstall.dir", dir.toString());
        watch.put("felix.fileinstall.poll", Long.toString(pollMs));
        watch.put("felix.fileinstall.filter", FileNames.WATCHED);
        watch.put("felix.fileinstall.subdir.mode", "skip");
        watch.put("felix.fileinstall.bundles.new.start", "false");
        watch.put("felix.fileinstall.enableConfigSave", "false");
        // The other kind of scanner lets folders through; this one reads the names at each poll.
        watch.put("felix.fileinstall.disableNio2", "true");
        // Named because File Install makes a new temporary folder otherwise, which nothing needs.
        watch.put("felix.fileinstall.tmpdir", System.getProperty("java.io.tmpdir"));
        return watch;
    }

    private void frameworkEvent(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.STARTED) {
            processAtStart();
        }
    }

    private void processAtStart() {
        if (!started.getAndSet(true)) {
            Instant settled = Instant.now().minus(Duration.ofMillis(2 * pollMs));
            Thread.ofPlatform().daemon().name("mimosa.hotdeploy").start(() -> folder.processAll(settled));
        }
    }

    @Deactivate
    void close() throws IOException {
        context.removeFrameworkListener(whenStarted);
        folder.close();
        watcher.delete();
    }

    @Override
    public boolean canHandle(File file) {
        return dir.equals(file.toPath().getParent()) && FileNames.isWatched(file.getName());
    }

    @Override
    public void install(File file) {
        folder.changed(file.getName());
    }

    @Override
    public void update(File file) {
        folder.changed(file.getName());
    }

    @Override
    public void uninstall(File file) {
        folder.changed(file.getName());
    }

    @Override
    public String name() {
        return "deploy folder";
    }

    @Override
    public String problem() {
        return folder.isProcessed() ? null : "the deploy folder is still being processed";
    }
}
