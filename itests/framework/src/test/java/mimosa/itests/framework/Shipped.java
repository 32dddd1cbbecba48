package mimosa.itests.framework;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ops4j.pax.exam.Option;

/** What ships, as options of a framework: the bundles and start levels that the shipped feature files name. */
final class Shipped {
    static final Path DISTRIBUTION = Path.of(System.getProperty("mimosa.distribution"));
    private static final Path WORK = Path.of(System.getProperty("mimosa.work"));
    private static final Pattern BUNDLE =
            Pattern.compile("\"id\": *\"[^:\"]+:([^:\"]+):([^\"]+)\", *\"bundleStartLevel\": *(\\d+)");

    private static final Pattern PROPERTY = Pattern.compile("\"((?:felix|ds|org\\.ops4j)\\.[^\"]+)\": *\"([^\"]*)\"");

    private Shipped() {}

    /** A node of its own with the shipped bundles, except the shell, and the shipped configuration on a free port. */
    static Option[] node(String name) {
        try {
            Path home = home(name);
            List<Option> options = new ArrayList<>();
            Map<String, String> places = Map.of(
                    "mimosa.home", home.toString(),
                    "mimosa.data", home.resolve("data").toString(),
                    "mimosa.config", home.resolve("config").toString(),
                    "mimosa.cache", home.resolve("cache").toString(),
                    "mimosa.logs", home.resolve("logs").toString(),
                    "mimosa.version", "test");
            places.forEach((key, value) -> options.add(frameworkProperty(key).value(value)));
            options.add(systemProperty("mimosa.logs").value(places.get("mimosa.logs")));
            for (String feature : List.of("platform.json", "mimosa.json")) {
                String text = Files.readString(DISTRIBUTION.resolve("features/" + feature));
                bundles(text, options);
                properties(text, places, options);
            }
            return new Option[] {
                composite(options.toArray(Option[]::new)), junitBundles(), cleanCaches(), frameworkStartLevel(10)
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void bundles(String feature, List<Option> options) {
        Matcher matcher = BUNDLE.matcher(feature);
        while (matcher.find()) {
            Path jar = DISTRIBUTION.resolve("bundles/" + matcher.group(1) + "-" + matcher.group(2) + ".jar");
            options.add(bundle(jar.toUri().toString()).startLevel(Integer.parseInt(matcher.group(3))));
        }
    }

    private static void properties(String feature, Map<String, String> places, List<Option> options) {
        Matcher matcher = PROPERTY.matcher(feature);
        while (matcher.find()) {
            String value = matcher.group(2);
            for (Map.Entry<String, String> place : places.entrySet()) {
                value = value.replace("{" + place.getKey() + "}", place.getValue());
            }
            options.add(frameworkProperty(matcher.group(1)).value(value));
        }
    }

    private static Path home(String name) throws IOException {
        Path home = WORK.resolve(name + "-" + System.nanoTime());
        Path config = Files.createDirectories(home.resolve("config"));
        try (Stream<Path> files = Files.list(DISTRIBUTION.resolve("config"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, config.resolve(file.getFileName()));
            }
        }
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Files.writeString(
                config.resolve("mimosa.gateway.cfg"),
                "\nport = " + port + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        return home;
    }

    /** The image of a shipped example. */
    static Path example(String name) {
        try (Stream<Path> files = Files.list(DISTRIBUTION.resolve("examples/" + name + "/target"))) {
            return files.filter(file -> file.toString().endsWith(".tar"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
