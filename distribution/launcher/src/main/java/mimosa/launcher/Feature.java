package mimosa.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A feature as an OSGi Feature file ({@code "feature-resource-version":"1.0"}) describes it: bundles, each with the
 * metadata {@code bundleStartLevel}, and framework properties in the extension {@code framework-launching-properties}.
 *
 * @param file its name, for messages
 * @param id {@code group:artifact:version}
 */
record Feature(String file, String id, List<BundleEntry> bundles, Map<String, String> frameworkProperties) {
    /** A bundle of a feature: {@code group:artifact:version}, found as {@code artifact-version.jar}. */
    record BundleEntry(String id, String jar, int startLevel) {}

    /** All features of a folder, in the order of their names. */
    static List<Feature> readAll(Path folder) {
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = entries.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new StartFailure("the folder " + folder + " cannot be read; unpack the distribution again", e);
        }
        if (files.isEmpty()) {
            throw new StartFailure("there is no feature file in " + folder + "; unpack the distribution again");
        }
        return files.stream().map(Feature::read).toList();
    }

    static Feature read(Path path) {
        String file = "features/" + path.getFileName();
        Map<?, ?> json;
        try {
            json = Json.object(Files.readAllBytes(path));
        } catch (IOException | UncheckedIOException e) {
            throw new StartFailure(file + " is not a feature file: " + firstLine(e), e);
        }
        if (!"1.0".equals(json.get("feature-resource-version"))) {
            throw new StartFailure(file + ": feature-resource-version is " + json.get("feature-resource-version")
                    + ", expected \"1.0\"");
        }
        String id = text(file, "id", json.get("id"));
        List<BundleEntry> bundles = new ArrayList<>();
        if (!(json.get("bundles") instanceof List<?> entries)) {
            throw new StartFailure(file + ": bundles is missing, expected an array");
        }
        for (Object entry : entries) {
            bundles.add(bundle(file, entry));
        }
        return new Feature(file, id, List.copyOf(bundles), frameworkProperties(file, json.get("extensions")));
    }

    private static BundleEntry bundle(String file, Object entry) {
        if (!(entry instanceof Map<?, ?> map)) {
            throw new StartFailure(file + ": bundle " + entry + " is not an object with id and bundleStartLevel");
        }
        String id = text(file, "id of a bundle", map.get("id"));
        String[] parts = id.split(":");
        if (parts.length != 3) {
            throw new StartFailure(file + ": bundle id '" + id + "', expected group:artifact:version");
        }
        if (!(map.get("bundleStartLevel") instanceof Integer level) || level < 1) {
            throw new StartFailure(file + ": bundleStartLevel of " + id + " is " + map.get("bundleStartLevel")
                    + ", expected a number from 1");
        }
        return new BundleEntry(id, parts[1] + "-" + parts[2] + ".jar", level);
    }

    private static Map<String, String> frameworkProperties(String file, Object extensions) {
        Map<String, String> properties = new LinkedHashMap<>();
        if (extensions instanceof Map<?, ?> map
                && map.get("framework-launching-properties") instanceof Map<?, ?> extension
                && extension.get("json") instanceof Map<?, ?> values) {
            values.forEach((key, value) -> properties.put(String.valueOf(key), text(file, String.valueOf(key), value)));
        }
        return properties;
    }

    private static String text(String file, String name, Object value) {
        if (value instanceof String text && !text.isBlank()) {
            return text;
        }
        throw new StartFailure(file + ": " + name + " is " + value + ", expected a text");
    }

    private static String firstLine(Exception e) {
        return e.getMessage() == null
                ? e.getClass().getSimpleName()
                : e.getMessage().lines().findFirst().orElse("");
    }
}
