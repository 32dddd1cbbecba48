package mimosa.client;

import java.util.Map;
import java.util.function.IntSupplier;

/** The checked configuration. */
record ClientSettings(
        AddressPolicy policy,
        int connectMillis,
        int idleMillis,
        int keepAliveMillis,
        int maxConnectionsPerDestination) {

    /** @throws IllegalArgumentException naming the first property that is wrong */
    static ClientSettings of(JettyHttpClient.Config config, Map<String, Object> raw) {
        return new ClientSettings(
                policy(config.allow()),
                between(1, 30_000, "connectTimeoutMs", config::connectTimeoutMs, raw),
                between(1, 3_600_000, "idleTimeoutMs", config::idleTimeoutMs, raw),
                between(1, 600_000, "keepAliveMs", config::keepAliveMs, raw),
                between(1, 10_000, "maxConnectionsPerDestination", config::maxConnectionsPerDestination, raw));
    }

    private static AddressPolicy policy(String allow) {
        try {
            return new AddressPolicy(allow);
        } catch (IllegalArgumentException wrong) {
            throw refused(
                    "allow",
                    allow,
                    "CIDR blocks, hosts or host:port separated by commas, but '" + wrong.getMessage()
                            + "' is none of these");
        }
    }

    private static int between(int least, int most, String name, IntSupplier value, Map<String, Object> raw) {
        Integer number;
        try {
            number = value.getAsInt();
        } catch (RuntimeException notANumber) { // the component runtime's own conversion failed
            number = null;
        }
        if (number == null || number < least || number > most) {
            throw refused(name, raw.getOrDefault(name, number), "an integer from " + least + " to " + most);
        }
        return number;
    }

    private static IllegalArgumentException refused(String name, Object value, String expected) {
        return new IllegalArgumentException(
                "configuration " + JettyHttpClient.PID + ": " + name + " is '" + value + "'; expected " + expected);
    }
}
