package mimosa.gateway;

import java.nio.file.Path;

/**
 * What the gateway is configured to do, checked.
 *
 * @param spoolFolder where request bodies that do not fit in memory are kept while their exchange lasts
 */
record Settings(
        String host,
        int port,
        boolean ambiguousPaths,
        int maxThreads,
        int stackKiB,
        long idleTimeoutMs,
        int maxUrlBytes,
        int maxHeaderBytes,
        int maxHeaderFields,
        int spoolBytes,
        long drainMs,
        long webSocketPingMs,
        Path spoolFolder) {
    static final String PID = "mimosa.gateway";

    Settings {
        if (host == null || host.isBlank()) {
            throw wrong("host", host, "the name or address of an interface of this machine");
        }
        inRange("port", port, 0, 65_535);
        inRange("maxThreads", maxThreads, 8, 10_000);
        if (stackKiB != 0) {
            inRange("stackKiB", stackKiB, 256, 65_536);
        }
        inRange("idleTimeoutMs", idleTimeoutMs, 100, 86_400_000);
        inRange("maxUrlBytes", maxUrlBytes, 256, 1_048_576);
        inRange("maxHeaderBytes", maxHeaderBytes, 1_024, 1_048_576);
        inRange("maxHeaderFields", maxHeaderFields, 10, 10_000);
        inRange("spoolBytes", spoolBytes, 0, 1_073_741_824);
        inRange("drainMs", drainMs, 0, 600_000);
        inRange("webSocketPingMs", webSocketPingMs, 100, 86_400_000);
    }

    private static void inRange(String property, long value, long from, long to) {
        if (value < from || value > to) {
            throw wrong(property, value, "a number from " + from + " to " + to);
        }
    }

    private static IllegalArgumentException wrong(String property, Object value, String expected) {
        return new IllegalArgumentException(
                PID + ": " + property + "=" + value + " is not " + expected + "; correct it in config/" + PID + ".cfg");
    }
}
