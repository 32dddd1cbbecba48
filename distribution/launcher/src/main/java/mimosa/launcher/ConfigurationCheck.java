package mimosa.launcher;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;

/**
 * Compares the configuration files with what the bundles say they can be configured with, before anything starts: a
 * misspelt property would otherwise be ignored in silence.
 */
final class ConfigurationCheck {
    /** Libraries of the platform whose configuration nobody describes. */
    private static final List<String> UNDESCRIBED = List.of("org.ops4j.pax.logging", "org.apache.felix.");

    private final Path folder;
    private final List<Path> bundles;
    private Map<String, Metatype> metatypes;

    ConfigurationCheck(Path folder, List<Path> bundles) {
        this.folder = folder;
        this.bundles = bundles;
    }

    /**
     * Checks every file.
     *
     * @return warnings
     * @throws StartFailure for a property nobody knows, and for a value that is not of the property's type
     */
    List<String> check() {
        List<String> warnings = new ArrayList<>();
        for (Path file : files()) {
            String name = file.getFileName().toString();
            String pid = name.substring(0, name.length() - ".cfg".length());
            Properties properties = read(file);
            if (properties.isEmpty() || UNDESCRIBED.stream().anyMatch(pid::startsWith)) {
                continue; // The usual case, in which no bundle has to be opened.
            }
            Metatype metatype = metatype(pid);
            if (metatype == null) {
                warnings.add("config/" + name + ": nothing is configured by '" + pid + "'; known are "
                        + String.join(", ", new TreeSet<>(metatypes.keySet())));
            } else {
                for (String property : new TreeSet<>(properties.stringPropertyNames())) {
                    check("config/" + name, metatype, property, properties.getProperty(property));
                }
            }
        }
        return warnings;
    }

    private List<Path> files() {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(file -> file.toString().endsWith(".cfg"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new StartFailure("the configuration folder " + folder + " cannot be read: " + e, e);
        }
    }

    private static Properties read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new StartFailure("config/" + file.getFileName() + " cannot be read: " + e.getMessage(), e);
        }
        return properties;
    }

    /** By the whole name, or by what is before the first dash or tilde: one of several of a kind. */
    private Metatype metatype(String pid) {
        if (metatypes == null) {
            metatypes = new TreeMap<>();
            DocumentBuilder parser = Metatype.parser();
            // Several bundles may have a part in one configuration.
            bundles.forEach(bundle ->
                    Metatype.readAll(bundle, parser).forEach((id, part) -> metatypes.merge(id, part, Metatype::with)));
        }
        return metatypes.containsKey(pid) ? metatypes.get(pid) : metatypes.get(pid.split("[-~]", 2)[0]);
    }

    private static void check(String file, Metatype metatype, String property, String value) {
        Metatype.Attribute attribute = metatype.attributes().get(property);
        if (attribute == null) {
            throw new StartFailure(file + ": unknown property '" + property + "', expected one of "
                    + String.join(", ", metatype.attributes().keySet()));
        }
        String expected = attribute.problem(value);
        if (expected != null) {
            throw new StartFailure(file + ": " + property + " is '" + value + "', expected " + expected);
        }
    }
}
