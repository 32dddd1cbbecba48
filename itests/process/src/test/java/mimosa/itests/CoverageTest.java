package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import mimosa.itests.AcceptanceCases.Case;
import mimosa.itests.AcceptanceCases.Extent;
import mimosa.itests.TestedCases.Shown;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every acceptance case of a contract is shown by a test, or says why not. */
class CoverageTest {
    private static final Path MODULE =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath();

    @ParameterizedTest
    @ValueSource(strings = {"javascript", "wasm"})
    void everyCaseIsShownByATest(String contract) throws IOException {
        AcceptanceCases cases = AcceptanceCases.of(contract);
        List<Shown> shown = TestedCases.below(MODULE.getParent().getParent()).stream()
                .filter(each -> cases.owns(each.id()))
                .toList();
        Path table = Files.createDirectories(MODULE.resolve("target/coverage")).resolve(contract + "-cases.md");
        Files.writeString(table, table(cases, shown));
        report(cases, shown);
        assertEquals(List.of(), defects(cases, shown), "see " + table);
    }

    private static void report(AcceptanceCases cases, List<Shown> shown) {
        long covered =
                cases.byId().keySet().stream().filter(id -> isShown(id, shown)).count();
        long overHttp = cases.byId().keySet().stream()
                .filter(id ->
                        shown.stream().anyMatch(each -> each.http() && each.id().equals(id)))
                .count();
        System.out.printf(
                "%s contract: %d of %d cases covered, %d over HTTP%n",
                cases.contract(), covered, cases.byId().size(), overHttp);
        cases.byId().values().stream()
                .filter(each -> each.extent() != Extent.ALL)
                .forEach(each -> System.out.printf(
                        "%s contract: %s %s: %s%n",
                        cases.contract(),
                        each.id(),
                        each.extent() == Extent.PART ? "is covered in part" : "has no test",
                        each.reason()));
    }

    private static boolean isShown(String id, List<Shown> shown) {
        return shown.stream().anyMatch(each -> each.id().equals(id));
    }

    /** What is to be put right, in the tests or in the list. */
    private static List<String> defects(AcceptanceCases cases, List<Shown> shown) {
        List<String> defects = new ArrayList<>();
        for (Case each : cases.byId().values()) {
            boolean tested = isShown(each.id(), shown);
            if (!tested && each.extent() != Extent.NONE) {
                defects.add(each.id() + " has no test: " + each.behaviour());
            }
            if (tested && each.extent() == Extent.NONE) {
                defects.add(each.id() + " has a test by now, but the list says why it has none");
            }
        }
        for (Shown each : shown) {
            if (!cases.byId().containsKey(each.id())) {
                defects.add(each.test() + " names " + each.id() + ", which is not in the list");
            }
        }
        return defects;
    }

    private static String table(AcceptanceCases cases, List<Shown> shown) {
        StringBuilder table = new StringBuilder("| Case | Behaviour | Over HTTP | Unit tests |\n|---|---|---|---|\n");
        for (Case each : cases.byId().values()) {
            String reason =
                    switch (each.extent()) {
                        case ALL -> "";
                        case PART -> " (partly: " + each.reason() + ")";
                        case NONE -> " (no test: " + each.reason() + ")";
                    };
            table.append("| ")
                    .append(String.join(
                            " | ",
                            each.id(),
                            each.behaviour() + reason,
                            tests(each.id(), shown, true),
                            tests(each.id(), shown, false)))
                    .append(" |\n");
        }
        return table.toString();
    }

    private static String tests(String id, List<Shown> shown, boolean http) {
        return shown.stream()
                .filter(each -> each.http() == http && each.id().equals(id))
                .map(Shown::test)
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
