package mimosa.launcher;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.connect.ConnectContent;
import org.osgi.framework.connect.ConnectModule;
import org.osgi.framework.connect.ModuleConnector;

/**
 * Bundles whose classes come from the class path of this process (OSGi Core, Connect Specification), because only
 * there the virtual machine can take them from its {@link ClassCache}. They are resolved and started as any other bundle,
 * but see each other's classes whatever they import; framework tests, which load every bundle by itself, watch over the
 * imports. Mims and the bundles that integrators add have class loaders of their own.
 */
final class ClassPathBundles implements ModuleConnector {
    private static final String LOCATION = "classpath:";

    private final Path folder;
    private final Set<Path> classPath;

    ClassPathBundles(Path folder) {
        this.folder = folder;
        this.classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Where the framework finds a jar of the folder: by reference, so that nothing is copied into its cache. */
    String location(String jar) {
        Path file = folder.resolve(jar);
        return isShared(file) ? LOCATION + jar : "reference:" + file.toUri();
    }

    /** Whether the classes of a jar of the folder come from the class path. */
    boolean isShared(Path jar) {
        return classPath.contains(jar);
    }

    /** Whether a bundle's classes come from the class path. */
    static boolean isOnClassPath(Bundle bundle) {
        return bundle.getLocation().startsWith(LOCATION);
    }

    @Override
    public void initialize(File storage, Map<String, String> configuration) {
        // Nothing to prepare.
    }

    @Override
    public Optional<ConnectModule> connect(String location) {
        if (!location.startsWith(LOCATION)) {
            return Optional.empty();
        }
        File jar = folder.resolve(location.substring(LOCATION.length())).toFile();
        return Optional.of(() -> new Content(jar));
    }

    @Override
    public Optional<BundleActivator> newBundleActivator() {
        return Optional.empty();
    }

    /** Manifest and resources; opened and closed by the framework. */
    private static final class Content implements ConnectContent {
        private final File jar;
        private ZipFile zip;

        Content(File jar) {
            this.jar = jar;
        }

        @Override
        public Optional<Map<String, String>> getHeaders() {
            return Optional.empty(); // As in the manifest.
        }

        @Override
        public Iterable<String> getEntries() {
            return zip.stream().map(ZipEntry::getName).toList();
        }

        @Override
        public Optional<ConnectEntry> getEntry(String path) {
            String name = path.startsWith("/") ? path.substring(1) : path;
            return Optional.ofNullable(zip.getEntry(name)).map(entry -> new Entry(zip, entry));
        }

        @Override
        public Optional<ClassLoader> getClassLoader() {
            return Optional.of(ClassPathBundles.class.getClassLoader());
        }

        @Override
        public void open() throws IOException {
            if (zip == null) {
                zip = new ZipFile(jar);
            }
        }

        @Override
        public void close() throws IOException {
            if (zip != null) {
                zip.close();
            }
        }
    }

    private record Entry(ZipFile zip, ZipEntry entry) implements ConnectContent.ConnectEntry {
        @Override
        public String getName() {
            return entry.getName();
        }

        @Override
        public long getContentLength() {
            return entry.getSize();
        }

        @Override
        public long getLastModified() {
            return entry.getTime();
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return zip.getInputStream(entry);
        }
    }
}
