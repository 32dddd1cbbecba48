package mimosa.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ContentsIT {
    @Test
    void theBundlesAreThoseOfTheFeatures() throws IOException {
        List<String> listed = Unpacked.jarsOfFeatures().stream().sorted().toList();

        assertEquals(listed.stream().distinct().toList(), listed);
        assertEquals(listed, names("bundles"));
    }

    @Test
    void noPlaceholderIsLeftInTheFeatures() throws IOException {
        for (String feature : names("features")) {
            String text = Files.readString(Unpacked.ROOT.resolve("features").resolve(feature));
            assertFalse(text.contains("${"), feature);
        }
    }

    @Test
    void theLauncherHasItsClassPathAndTheScriptCanRun() throws IOException {
        assertEquals(4, names("lib").size(), names("lib").toString());
        List<String> shared = List.of(Files.readString(Unpacked.ROOT.resolve("lib/class-path"))
                .strip()
                .split(":"));
        assertEquals(
                names("bundles").stream().map(name -> "bundles/" + name).toList(),
                shared.stream().sorted().toList());
        assertTrue(Files.isExecutable(Unpacked.ROOT.resolve("bin/mimosa")));
        assertTrue(Files.exists(Unpacked.ROOT.resolve("config/logging.xml")));
        assertTrue(Files.exists(Unpacked.ROOT.resolve("LICENSE")));
    }

    @Test
    void noBuildToolsShipWithTheExamples() throws IOException {
        try (Stream<Path> files = Files.walk(Unpacked.ROOT.resolve("examples"))) {
            assertEquals(
                    List.of(),
                    files.filter(file -> file.toString().contains("node_modules"))
                            .toList());
        }
    }

    private static List<String> names(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Unpacked.ROOT.resolve(folder))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
