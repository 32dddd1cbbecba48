package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the house, read from the manifests and files that ship. */
class ArchitectureTest {
    /** Which of our bundles may import which library, by the beginning of its packages. */
    private static final Map<String, Set<String>> LIBRARY_USERS = Map.of(
            "org.eclipse.jetty.client", Set.of("mimosa.client"),
            "org.eclipse.jetty.server", Set.of("mimosa.gateway"),
            "org.eclipse.jetty.websocket", Set.of("mimosa.gateway"),
            "org.h2.", Set.of("mimosa.storage"),
            "org.apache.felix.fileinstall", Set.of("mimosa.hotdeploy"),
            "java.lang.management", Set.of("mimosa.quota"),
            "org.osgi.framework.wiring", Set.of("mimosa.runtime"));

    private static final Pattern PACKAGE =
            Pattern.compile("([A-Za-z_][\\w.]*)((?:;[^,\"]*(?:\"[^\"]*\"[^,\"]*)*)?)(?:,|$)");
    private static final Pattern ATTRIBUTE = Pattern.compile("<AD ([^>]*)");
    private static final Map<String, Attributes> OURS = new TreeMap<>();

    @BeforeAll
    static void readManifests() throws IOException {
        try (Stream<Path> jars = Files.list(Node.DISTRIBUTION.resolve("bundles"))) {
            for (Path jar : (Iterable<Path>) jars::iterator) {
                if (jar.getFileName().toString().startsWith("mimosa.")) {
                    try (JarFile file = new JarFile(jar.toFile())) {
                        Attributes headers = file.getManifest().getMainAttributes();
                        OURS.put(headers.getValue("Bundle-SymbolicName"), headers);
                    }
                }
            }
        }
        assertTrue(OURS.size() >= 10, OURS.keySet()::toString);
    }

    /** Package to its attributes and directives. */
    private static Map<String, String> packages(Attributes headers, String header) {
        Map<String, String> packages = new TreeMap<>();
        String value = headers.getValue(header);
        if (value != null) {
            Matcher matcher = PACKAGE.matcher(value);
            while (matcher.find()) {
                packages.put(matcher.group(1), matcher.group(2));
            }
        }
        return packages;
    }

    @Test
    void onlyTheContractsAreExported() {
        OURS.forEach((name, headers) -> {
            Set<String> exported = packages(headers, "Export-Package").keySet();
            if (name.equals("mimosa.api")) {
                assertTrue(exported.contains("mimosa.api.engine"), exported::toString);
            } else {
                assertEquals(Set.of(), exported, name);
            }
        });
    }

    @Test
    void ofOursOnlyTheContractsAreImported() {
        OURS.forEach((name, headers) -> {
            Set<String> imported = packages(headers, "Import-Package").keySet();
            for (String used : imported) {
                assertTrue(!used.startsWith("mimosa.") || used.startsWith("mimosa.api"), name + " imports " + used);
                if (name.equals("mimosa.api")) {
                    assertTrue(used.startsWith("java.") || used.startsWith("mimosa.api"), name + " imports " + used);
                }
            }
        });
    }

    @Test
    void noBundleHasAnActivatorOrDynamicOrOptionalImports() {
        OURS.forEach((name, headers) -> {
            for (String header : List.of("Bundle-Activator", "Require-Bundle", "DynamicImport-Package")) {
                assertEquals(null, headers.getValue(header), name + " has " + header);
            }
            packages(headers, "Import-Package")
                    .forEach((used, rest) -> assertTrue(
                            !rest.contains("resolution:=\"optional\"") && !rest.contains("resolution:=optional"),
                            name + " imports optionally " + used));
        });
    }

    @Test
    void aLibraryHasOneImportingBundle() {
        LIBRARY_USERS.forEach((library, users) -> {
            Set<String> found = new TreeSet<>();
            OURS.forEach((name, headers) -> {
                if (packages(headers, "Import-Package").keySet().stream().anyMatch(p -> p.startsWith(library))) {
                    found.add(name);
                }
            });
            assertEquals(users, found, library);
        });
    }

    @Test
    void rhinoIsInsideItsBundleOnly() {
        OURS.forEach((name, headers) -> assertTrue(
                packages(headers, "Import-Package").keySet().stream().noneMatch(p -> p.startsWith("org.mozilla")),
                name));
    }

    /** A compiler of its own, and what that needs, is for one bundle to know; no other may use its classes. */
    @Test
    void chicoryAndAsmAreInsideOneBundleOnly() throws IOException {
        List<String> libraries = List.of("com.dylibso.chicory", "org.objectweb.asm");
        OURS.forEach((name, headers) -> assertTrue(
                packages(headers, "Import-Package").keySet().stream()
                        .noneMatch(used -> libraries.stream().anyMatch(used::startsWith)),
                name));
        Map<String, Set<String>> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(Node.DISTRIBUTION)) {
            for (Path jar : (Iterable<Path>) all.filter(file -> file.toString().endsWith(".jar"))::iterator) {
                try (JarFile file = new JarFile(jar.toFile())) {
                    for (String library : libraries) {
                        if (file.stream()
                                .anyMatch(each -> each.getName().startsWith(library.replace('.', '/') + "/"))) {
                            found.computeIfAbsent(library, any -> new TreeSet<>())
                                    .add(file.getManifest().getMainAttributes().getValue("Bundle-SymbolicName"));
                        }
                    }
                }
            }
        }
        Set<String> engine = Set.of("mimosa.engine.wasm");
        assertEquals(Map.of("com.dylibso.chicory", engine, "org.objectweb.asm", engine), found);
    }

    /** Each shipped file lists exactly the properties, with their defaults, that the bundles declare for its PID. */
    @Test
    void shippedConfigurationMatchesTheMetatype() throws IOException {
        Map<String, Map<String, String>> declared = declaredProperties();
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, Map<String, String>> pid : declared.entrySet()) {
            Path file = Node.DISTRIBUTION.resolve("config/" + pid.getKey() + ".cfg");
            Map<String, String> shipped = Files.exists(file) ? shippedProperties(file) : Map.of();
            if (!shipped.equals(pid.getValue())) {
                wrong.add(pid.getKey() + ": declared " + pid.getValue() + ", in the file " + shipped);
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(declared.size() >= 6, declared.keySet()::toString);
    }

    private static Map<String, String> shippedProperties(Path file) throws IOException {
        Map<String, String> shipped = new TreeMap<>();
        for (String line : Files.readAllLines(file)) {
            Matcher property = Pattern.compile("# (\\w+) =(?: (.*))?").matcher(line);
            if (property.matches()) {
                shipped.put(property.group(1), property.group(2) == null ? "" : property.group(2));
            }
        }
        return shipped;
    }

    private static Map<String, Map<String, String>> declaredProperties() throws IOException {
        Map<String, Map<String, String>> declared = new TreeMap<>();
        try (Stream<Path> jars = Files.list(Node.DISTRIBUTION.resolve("bundles"))) {
            for (Path jar : (Iterable<Path>) jars::iterator) {
                if (jar.getFileName().toString().startsWith("mimosa.")) {
                    declared(jar, declared);
                }
            }
        }
        return declared;
    }

    private static void declared(Path jar, Map<String, Map<String, String>> declared) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            for (var entry : (Iterable<java.util.jar.JarEntry>) file.stream()::iterator) {
                if (!entry.getName().startsWith("OSGI-INF/metatype/")
                        || !entry.getName().endsWith(".xml")) {
                    continue;
                }
                String xml =
                        new String(file.getInputStream(entry).readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
                Matcher pid =
                        Pattern.compile("<Designate [^>]*pid=\"([^\"]+)\"").matcher(xml);
                if (!pid.find()) {
                    continue;
                }
                Map<String, String> properties = declared.computeIfAbsent(pid.group(1), p -> new TreeMap<>());
                Matcher attribute = ATTRIBUTE.matcher(xml);
                while (attribute.find()) {
                    String id = value(attribute.group(1), "id");
                    assertNotNull(id, xml);
                    String standard = value(attribute.group(1), "default");
                    properties.put(id, standard == null ? "" : standard);
                }
            }
        }
    }

    private static String value(String attributes, String name) {
        Matcher matcher = Pattern.compile("(?:^|\\s)" + name + "=\"([^\"]*)\"").matcher(attributes);
        return matcher.find() ? matcher.group(1) : null;
    }
}
