package mimosa.rhino;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What has been woven is what somebody has reviewed. */
class WovenSitesTest {
    private static final Path WOVEN = Path.of("target", "woven-sites.txt");

    /** Entries of which somebody has to say why they do no harm. */
    private static final Set<String> TO_BE_EXPLAINED =
            Set.of("unknown", "captured", "opaque", "unwatched", "shared", "untyped", "static");

    @Test
    void wovenSitesAreThoseReviewed() throws IOException {
        List<String> reviewed = entries(reviewed());
        List<String> woven = entries(Files.readAllLines(WOVEN));
        List<String> differences = new ArrayList<>();
        woven.stream().filter(line -> !reviewed.contains(line)).forEach(line -> differences.add("now:    " + line));
        reviewed.stream().filter(line -> !woven.contains(line)).forEach(line -> differences.add("before: " + line));
        assertTrue(
                differences.isEmpty(),
                () ->
                        "the engine or the weaver has changed. Look at each of these places in the engine's source: is every"
                                + " change of an object of a script saved first? Then copy them from " + WOVEN
                                + " to src/test/resources/mimosa/rhino/woven-sites.txt, with a reason after # where nothing is"
                                + " woven.\n" + String.join("\n", differences));
        assertEquals(reviewed, woven);
    }

    @Test
    void everyPlaceThatIsNotWovenHasAReason() throws IOException {
        List<String> unexplained = reviewed().stream()
                .filter(line -> TO_BE_EXPLAINED.contains(line.split(" ")[0]) && !line.matches(".+ # \\S.+"))
                .toList();
        assertEquals(List.of(), unexplained);
    }

    private static List<String> reviewed() throws IOException {
        try (InputStream in = WovenSitesTest.class.getResourceAsStream("woven-sites.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static List<String> entries(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceFirst(" ?#.*", ""))
                .filter(line -> !line.isEmpty())
                .toList();
    }
}
