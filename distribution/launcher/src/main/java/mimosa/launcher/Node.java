package mimosa.launcher;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import mimosa.launcher.Feature.BundleEntry;
import mimosa.launcher.Services.Service;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * The framework with everything that the features list.
 *
 * <pre>
 *   features -> configuration check -> install -> start level by start level -> bundles active?
 *            -> components satisfied? -> /health/ready -> ready
 * </pre>
 */
final class Node {
    private static final Duration COMPONENTS_DEADLINE = Duration.ofSeconds(10);
    private static final Duration READY_DEADLINE = Duration.ofSeconds(120);
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(20);
    private static final Duration TIDY_AFTER = Duration.ofSeconds(5);
    private static final long POLL_MILLIS = 20;
    private static final String BUNDLE_CACHE = "bundles";

    private final Folders folders;
    private final String version;
    private final Framework framework;
    private final List<BundleEntry> entries;
    private final ClassPathBundles bundles;
    private final Map<Bundle, Throwable> failures = new ConcurrentHashMap<>();

    private final FutureTask<List<String>> configuration;

    private Node(
            Folders folders,
            String version,
            Framework framework,
            List<BundleEntry> entries,
            ClassPathBundles bundles,
            FutureTask<List<String>> configuration) {
        this.folders = folders;
        this.version = version;
        this.framework = framework;
        this.entries = entries;
        this.bundles = bundles;
        this.configuration = configuration;
    }

    /** Reads the features and checks what can be checked without starting anything. */
    static Node prepare(Folders folders) {
        List<Feature> features = Feature.readAll(folders.features());
        List<BundleEntry> entries = features.stream()
                .flatMap(feature -> feature.bundles().stream())
                .sorted(Comparator.comparingInt(BundleEntry::startLevel))
                .toList();
        for (Feature feature : features) {
            for (BundleEntry entry : feature.bundles()) {
                if (!Files.isRegularFile(folders.bundles().resolve(entry.jar()))) {
                    throw new StartFailure(feature.file() + " lists " + entry.id() + ", but bundles/" + entry.jar()
                            + " is missing; unpack the distribution again");
                }
            }
        }
        List<Path> jars = entries.stream()
                .map(entry -> folders.bundles().resolve(entry.jar()))
                .toList();
        // Beside the start of the framework, which it does not need; whatever goes wrong there, this is said first.
        ClassPathBundles bundles = new ClassPathBundles(folders.bundles());
        FutureTask<List<String>> configuration = new FutureTask<>(() -> {
            InlinedClasses.check(jars.stream().filter(bundles::isShared).toList());
            return new ConfigurationCheck(folders.config(), jars).check();
        });
        Thread.ofPlatform().daemon().name("mimosa-configuration").start(configuration);
        String version = version(features);
        int lastLevel = entries.stream().mapToInt(BundleEntry::startLevel).max().orElse(1);
        Map<String, String> properties = properties(folders, version, lastLevel, features);
        Framework framework = new FrameworkFactory().newFramework(properties, bundles);
        return new Node(folders, version, framework, entries, bundles, configuration);
    }

    /** Mimosa has the version of its own feature. */
    private static String version(List<Feature> features) {
        return features.stream()
                .map(feature -> feature.id().split(":"))
                .filter(id -> id.length == 3 && id[0].equals("mimosa") && id[1].equals("mimosa"))
                .map(id -> id[2])
                .findFirst()
                .orElseThrow(() -> new StartFailure(
                        "no file in features has the id mimosa:mimosa:<version>; unpack the distribution again"));
    }

    private static Map<String, String> properties(
            Folders folders, String version, int lastLevel, List<Feature> features) {
        Map<String, String> own = new HashMap<>();
        own.put("mimosa.version", version);
        own.put("mimosa.home", folders.home().toString());
        own.put("mimosa.data", folders.data().toString());
        own.put("mimosa.config", folders.config().toString());
        own.put("mimosa.logs", folders.logs().toString());
        own.put("mimosa.cache", folders.cache().toString());

        Map<String, String> all = new HashMap<>(own);
        for (Feature feature : features) {
            feature.frameworkProperties().forEach((key, value) -> all.put(key, resolve(value, own)));
        }
        all.put(
                Constants.FRAMEWORK_STORAGE,
                folders.cache().resolve(BUNDLE_CACHE).toString());
        all.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(lastLevel));
        return all;
    }

    private static String resolve(String value, Map<String, String> variables) {
        String resolved = value;
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            resolved = resolved.replace("{" + variable.getKey() + "}", variable.getValue());
        }
        return resolved;
    }

    /**
     * Starts everything and waits until the node is ready.
     *
     * @return where it can be reached, {@code http://host:port}; empty when no gateway is installed
     */
    String start() {
        List<Bundle> installed = new ArrayList<>();
        try {
            Files.createDirectories(folders.logs());
            putAwayBundleCache();
            framework.init();
            ClassPathWires wires = new ClassPathWires();
            framework.getBundleContext().registerService(ResolverHookFactory.class, triggers -> wires, null);
            framework.getBundleContext().addFrameworkListener(event -> {
                if (event.getType() == FrameworkEvent.ERROR && event.getThrowable() != null) {
                    failures.putIfAbsent(event.getBundle(), event.getThrowable());
                }
            });
            FrameworkStartLevel levels = framework.adapt(FrameworkStartLevel.class);
            for (BundleEntry entry : entries) {
                // Beforehand, because the framework would write the bundle's record a second time afterwards.
                if (levels.getInitialBundleStartLevel() != entry.startLevel()) {
                    levels.setInitialBundleStartLevel(entry.startLevel());
                }
                installed.add(install(entry));
            }
            levels.setInitialBundleStartLevel(1);
            // All at once, which takes less than each bundle by itself as it is started.
            framework.adapt(FrameworkWiring.class).resolveBundles(installed);
            framework.start();
        } catch (BundleException | IOException e) {
            checkConfiguration();
            throw new StartFailure("the framework cannot start: " + StartCheck.reason(e), e);
        }
        checkConfiguration();
        String problem = StartCheck.bundleProblem(installed, failures);
        if (problem != null) {
            throw new StartFailure(
                    problem, failures.values().stream().findFirst().orElse(null));
        }
        awaitComponents();
        return awaitReady();
    }

    /**
     * Begins with an empty cache: what lasts is below the data folder. The old one is only put aside, because deleting
     * its hundreds of files would take a tenth of the start; {@link #tidy} does it.
     */
    private void putAwayBundleCache() throws IOException {
        Path cache = folders.cache().resolve(BUNDLE_CACHE);
        if (Files.exists(cache)) {
            Files.move(cache, folders.cache().resolve(BUNDLE_CACHE + ".old-" + System.nanoTime()));
        }
    }

    /** Deletes what earlier starts have left in the cache, in the background, when the first requests are answered. */
    void tidy() {
        Thread.ofPlatform().daemon().name("mimosa-tidy").start(() -> {
            try {
                Thread.sleep(TIDY_AFTER);
            } catch (InterruptedException e) {
                return;
            }
            try (DirectoryStream<Path> old = Files.newDirectoryStream(folders.cache(), BUNDLE_CACHE + ".old-*")) {
                for (Path cache : old) {
                    delete(cache);
                }
            } catch (IOException e) {
                log("an old bundle cache cannot be deleted, the next start will try again: " + e);
            }
        });
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void checkConfiguration() {
        try {
            configuration.get().forEach(warning -> System.err.println("warning: " + warning));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted while the configuration was checked", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StartFailure known
                    ? known
                    : new StartFailure("the configuration cannot be checked: " + e.getCause(), e.getCause());
        }
    }

    private Bundle install(BundleEntry entry) throws BundleException {
        Bundle bundle;
        forgetLastId();
        try {
            bundle = framework.getBundleContext().installBundle(bundles.location(entry.jar()));
        } catch (BundleException e) {
            throw new StartFailure("bundles/" + entry.jar() + " cannot be installed: " + StartCheck.reason(e), e);
        }
        if (!StartCheck.isFragment(bundle)) {
            bundle.start();
        }
        return bundle;
    }

    /**
     * The framework writes the number of the next bundle into the same file with every bundle. A file system may force one
     * that is overwritten to the disk, which takes a tenth of the start in all; a new one it leaves in memory.
     */
    private void forgetLastId() {
        try {
            Files.deleteIfExists(folders.cache().resolve(BUNDLE_CACHE).resolve("bundle0/bundle.id"));
        } catch (IOException e) {
            // Then it is overwritten, which only takes longer.
        }
    }

    private void awaitComponents() {
        Instant deadline = Instant.now().plus(COMPONENTS_DEADLINE);
        StartCheck.Problem problem = StartCheck.componentProblem(context());
        while (problem != null && !problem.lasting() && Instant.now().isBefore(deadline)) {
            pause();
            problem = StartCheck.componentProblem(context());
        }
        if (problem != null) {
            throw new StartFailure(problem.sentence());
        }
    }

    private String awaitReady() {
        Service gateway = Services.find(context(), "mimosa.api.http.Gateway").orElse(null);
        if (gateway == null) {
            return "";
        }
        int port = (int) gateway.call("port");
        String host = reachable((String) gateway.call("host"));
        Instant deadline = Instant.now().plus(READY_DEADLINE);
        while (true) {
            String problem;
            try {
                Probe.Answer answer = Probe.get(host, port, "/health/ready");
                if (answer.status() == 200 || answer.status() == 404) { // 404: nobody installed a health check
                    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
                }
                problem = "/health/ready answers " + answer.status() + " "
                        + answer.body().strip();
            } catch (IOException e) {
                problem = "/health/ready cannot be asked: " + e.getMessage();
            }
            if (Instant.now().isAfter(deadline)) {
                throw new StartFailure("not ready after " + READY_DEADLINE.toSeconds() + " s: " + problem);
            }
            pause();
        }
    }

    /** An address that stands for all of them is not one to connect to. */
    private static String reachable(String host) {
        switch (host) {
            case "0.0.0.0", "":
                return "127.0.0.1";
            case "::", "[::]":
                return "::1";
            default:
                return host;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("the start was interrupted", e);
        }
    }

    /** Says in the log that the node is ready, and how long it took since the virtual machine began. */
    void announce(String url) {
        // A process's own start time is only good to a second.
        long millis = System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime();
        String mims = Services.find(context(), "mimosa.api.mim.Mims")
                .map(service -> (Collection<?>) service.call("list", new Class<?>[] {String.class}, (Object) null))
                .map(list -> list.size() + (list.size() == 1 ? " mim" : " mims"))
                .orElse("no runtime");
        log("Mimosa " + version + " ready in " + millis + " ms, " + mims + ", " + (url.isEmpty() ? "no gateway" : url));
    }

    /** Writes a line to the log, at level info. */
    void log(String message) {
        Services.find(context(), "org.osgi.service.log.LogService")
                .map(service -> service.call("getLogger", new Class<?>[] {String.class}, "mimosa"))
                .ifPresentOrElse(
                        logger -> {
                            Class<?> type = loggerType(logger);
                            Services.call(logger, type, "info", new Class<?>[] {String.class}, message);
                        },
                        () -> System.out.println(message));
    }

    private static Class<?> loggerType(Object logger) {
        try {
            return logger.getClass().getClassLoader().loadClass("org.osgi.service.log.Logger");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private BundleContext context() {
        return framework.getBundleContext();
    }

    /** Waits until somebody stops the framework. */
    void await() throws InterruptedException {
        framework.waitForStop(0);
    }

    /**
     * Stops everything.
     *
     * @return whether it has stopped in time
     */
    boolean stop() {
        try {
            framework.stop();
            return framework.waitForStop(STOP_DEADLINE.toMillis()).getType() != FrameworkEvent.WAIT_TIMEDOUT;
        } catch (BundleException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
