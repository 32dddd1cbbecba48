package mimosa.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mimosa.api.MimosaException;
import mimosa.api.quota.Limits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeLimitsTest {
    private NodeQuotas node;

    @AfterEach
    void stop() {
        if (node != null) {
            node.stop();
        }
    }

    @Test
    void defaults() {
        node = TestConfig.node();
        Limits expected = new Limits(
                Duration.ofSeconds(30),
                Duration.ofMillis(9900),
                2147483648L,
                67108864,
                1000,
                50,
                16,
                10485760,
                10485760,
                268435456,
                67108864,
                1048576,
                64,
                256,
                Duration.ofSeconds(5));
        assertEquals(expected, node.limits(Map.of("MCM.OTHER", "1")));
    }

    @Test
    void variableSetsWallTimeAndWithItCpuTime() {
        node = TestConfig.node();
        Limits limits = node.limits(Map.of("MCM.MAX_EXECUTION_TIME_SEC", "3600"));
        assertEquals(Duration.ofHours(1), limits.wall());
        assertEquals(Duration.ofSeconds(1188), limits.cpu());
        assertEquals(
                Duration.ofSeconds(1),
                node.limits(Map.of("MCM.MAX_EXECUTION_TIME_SEC", "1")).wall());
    }

    @ParameterizedTest
    @Tag("J9.7")
    @ValueSource(strings = {"0", "-1", "x", "99999", "3601", "", "1.5", " 1", "99999999999999999999", "\u0661"})
    void variableOutOfRangeIsRefused(String value) {
        node = TestConfig.node();
        MimosaException refused =
                assertThrows(MimosaException.class, () -> node.limits(Map.of("MCM.MAX_EXECUTION_TIME_SEC", value)));
        assertEquals(MimosaException.Kind.INVALID, refused.kind());
        assertEquals(
                "MCM.MAX_EXECUTION_TIME_SEC is '" + value + "'; expected an integer from 1 to 3600",
                refused.getMessage());
    }

    @Test
    void wrongConfigurationIsRefusedInOneSentence() {
        assertEquals(
                "configuration mimosa.limits: concurrency is '0'; expected an integer from 1 to 100000",
                assertThrows(IllegalArgumentException.class, () -> TestConfig.node("concurrency", 0))
                        .getMessage());
        assertEquals(
                "configuration mimosa.limits: wallMs is '30s'; expected an integer from 1 to 3600000",
                assertThrows(IllegalArgumentException.class, () -> TestConfig.node("wallMs", "30s"))
                        .getMessage());
    }

    @Test
    void shippedConfigurationShowsEachDefault() throws Exception {
        var shown = Files.readAllLines(Path.of("../../config/mimosa.limits.cfg")).stream()
                .filter(line -> line.matches("# \\w+ = .*"))
                .collect(Collectors.toCollection(TreeSet::new));
        var defaults = Arrays.stream(NodeQuotas.Config.class.getDeclaredMethods())
                .map(method -> "# " + method.getName() + " = " + method.getDefaultValue())
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(defaults, shown);
    }
}
