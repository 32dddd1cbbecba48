package mimosa.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        assertEquals(5, names("lib").size(), names("lib").toString());
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

    @ParameterizedTest
    @ValueSource(strings = {"examples", "sdk"})
    void noBuildToolsAndNothingHalfBuiltShip(String folder) throws IOException {
        Predicate<String> unwanted = Pattern.compile("/node_modules(/|$)|/target/(?!.*-1\\.0\\.0\\.tar$)")
                .asPredicate();
        try (Stream<Path> files = Files.walk(Unpacked.ROOT.resolve(folder))) {
            assertEquals(
                    List.of(),
                    files.map(file -> "/" + Unpacked.ROOT.relativize(file))
                            .filter(unwanted)
                            .toList());
        }
    }

    @Test
    void theTemplatesForWebAssemblyStandAlone() throws IOException {
        assertTrue(Files.isExecutable(Unpacked.ROOT.resolve("sdk/tools.sh")));
        for (String file : List.of("mimosa.h", "src/main.c")) {
            assertHas("c", file);
        }
        for (String file : List.of("Cargo.toml", "Cargo.lock", "mimosa-mim/Cargo.toml", "mimosa-mim/src/lib.rs")) {
            assertHas("rust", file);
        }
        for (String file : List.of("mimosa.ts", "package.json", "package-lock.json", ".npmrc")) {
            assertHas("assemblyscript", file);
        }
    }

    private static void assertHas(String sdk, String file) throws IOException {
        for (String each : List.of(file, "build.sh", "mim.json", "README.md", ".gitignore")) {
            assertTrue(
                    Files.isRegularFile(Unpacked.ROOT.resolve("sdk/" + sdk + "/template/" + each)), sdk + " " + each);
        }
    }

    private static List<String> names(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Unpacked.ROOT.resolve(folder))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
