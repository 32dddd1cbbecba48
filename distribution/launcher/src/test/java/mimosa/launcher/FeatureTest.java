package mimosa.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mimosa.launcher.Feature.BundleEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FeatureTest {
    @TempDir
    private Path folder;

    @Test
    void readsBundlesAndFrameworkProperties() throws IOException {
        write("b.json", "{\"feature-resource-version\":\"1.0\",\"id\":\"g:b:1\",\"bundles\":[]}");
        write(
                "a.json",
                """
            {"feature-resource-version":"1.0","id":"g:a:1",
             "bundles":[{"id":"org.x:y:2.0","bundleStartLevel":3}],
             "extensions":{"framework-launching-properties":{"type":"json","json":{"k":"v"}}}}
            """);
        Files.writeString(folder.resolve("notes.txt"), "not a feature");

        List<Feature> features = Feature.readAll(folder);

        assertEquals(
                List.of("g:a:1", "g:b:1"), features.stream().map(Feature::id).toList());
        assertEquals(
                List.of(new BundleEntry("org.x:y:2.0", "y-2.0.jar", 3)),
                features.get(0).bundles());
        assertEquals(Map.of("k", "v"), features.get(0).frameworkProperties());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":  | is not a feature file",
                "[] | does not begin with {",
                "{} x | is not a feature file",
                "{\"id\":\"a:b:1\"} | feature-resource-version is null, expected \"1.0\"",
                "{\"feature-resource-version\":\"1.0\"} | id is null, expected a text",
                "{\"feature-resource-version\":\"1.0\",\"id\":\"a:b:1\"} | bundles is missing",
                "{\"feature-resource-version\":\"1.0\",\"id\":\"a:b:1\",\"bundles\":[{\"id\":\"x\"}]} | bundle id 'x', expected group:artifact:version",
                "{\"feature-resource-version\":\"1.0\",\"id\":\"a:b:1\",\"bundles\":[{\"id\":\"x:y:1\"}]} | bundleStartLevel of x:y:1 is null",
            })
    void saysWhatIsWrongWithAFile(String json, String expected) throws IOException {
        write("broken.json", json);

        StartFailure failure = assertThrows(StartFailure.class, () -> Feature.readAll(folder));

        assertTrue(failure.getMessage().startsWith("features/broken.json"), failure.getMessage());
        assertTrue(failure.getMessage().contains(expected), failure.getMessage());
        assertEquals(1, failure.getMessage().lines().count());
    }

    @Test
    void anEmptyFolderIsABrokenInstallation() {
        StartFailure failure = assertThrows(StartFailure.class, () -> Feature.readAll(folder));

        assertTrue(failure.getMessage().contains("no feature file in " + folder), failure.getMessage());
    }

    private void write(String name, String json) throws IOException {
        Files.writeString(folder.resolve(name), json);
    }
}
