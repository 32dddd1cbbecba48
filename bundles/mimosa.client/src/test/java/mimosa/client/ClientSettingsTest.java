package mimosa.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ClientSettingsTest {
    private static ClientSettings settings(Map<String, Object> set) {
        var config = (JettyHttpClient.Config) Proxy.newProxyInstance(
                JettyHttpClient.Config.class.getClassLoader(),
                new Class<?>[] {JettyHttpClient.Config.class},
                (proxy, method, args) -> {
                    Object value = set.getOrDefault(method.getName(), method.getDefaultValue());
                    return method.getReturnType() == int.class ? (Object) Integer.parseInt(value.toString()) : value;
                });
        return ClientSettings.of(config, set);
    }

    @Test
    void defaults() {
        ClientSettings settings = settings(Map.of());
        assertEquals(5000, settings.connectMillis());
        assertEquals(30_000, settings.idleMillis());
        assertFalse(settings.policy().permits("localhost", InetAddress.ofLiteral("127.0.0.1"), 80, 8083));
    }

    @Test
    void wrongConfigurationIsRefusedInOneSentence() {
        assertEquals(
                "configuration mimosa.client: connectTimeoutMs is '5s'; expected an integer from 1 to 30000",
                assertThrows(IllegalArgumentException.class, () -> settings(Map.of("connectTimeoutMs", "5s")))
                        .getMessage());
        assertEquals(
                "configuration mimosa.client: allow is '10.0.0.0/8,10.0.0.0/40'; expected CIDR blocks, hosts or"
                        + " host:port separated by commas, but '10.0.0.0/40' is none of these",
                assertThrows(IllegalArgumentException.class, () -> settings(Map.of("allow", "10.0.0.0/8,10.0.0.0/40")))
                        .getMessage());
    }

    @Test
    void shippedConfigurationShowsEachDefault() throws Exception {
        var shown = Files.readAllLines(Path.of("../../config/mimosa.client.cfg")).stream()
                .filter(line -> line.matches("# \\w+ =.*"))
                .collect(Collectors.toCollection(TreeSet::new));
        var defaults = Arrays.stream(JettyHttpClient.Config.class.getDeclaredMethods())
                .map(method -> ("# " + method.getName() + " = " + method.getDefaultValue()).stripTrailing())
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(defaults, shown);
    }
}
