package mimosa.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Wrong configuration is refused in one sentence that says what to change. */
class SettingsTest {
    private static Settings settings(String host, int port, int maxThreads) {
        return new Settings(
                host,
                port,
                false,
                maxThreads,
                4_096,
                30_000,
                16_384,
                32_768,
                200,
                65_536,
                0,
                30_000,
                Path.of("target", "tmp"));
    }

    private static String refusal(String host, int port, int maxThreads) {
        return assertThrows(IllegalArgumentException.class, () -> settings(host, port, maxThreads))
                .getMessage();
    }

    @Test
    void namesThePropertyItsValueAndWhatIsExpected() {
        assertEquals(
                "mimosa.gateway: port=70000 is not a number from 0 to 65535; correct it in config/mimosa.gateway.cfg",
                refusal("127.0.0.1", 70_000, 100));
        assertEquals(
                "mimosa.gateway: maxThreads=0 is not a number from 8 to 10000; correct it in config/mimosa.gateway.cfg",
                refusal("127.0.0.1", 8083, 0));
        assertEquals(
                "mimosa.gateway: host=  is not the name or address of an interface of this machine;"
                        + " correct it in config/mimosa.gateway.cfg",
                refusal(" ", 8083, 100));
    }

    @Test
    void namesAPortThatIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertEquals(
                    "mimosa.gateway: cannot listen on 127.0.0.1:" + port
                            + ", because the port is taken or not permitted"
                            + " (Address already in use); stop the program that uses it, or change port in"
                            + " config/mimosa.gateway.cfg",
                    failure("127.0.0.1", port));
        }
    }

    @Test
    void namesAnAddressThatIsNotThere() {
        String expected =
                "mimosa.gateway: cannot listen on %s:0, because this machine has no such address; change host in"
                        + " config/mimosa.gateway.cfg";
        assertEquals(expected.formatted("192.0.2.1"), failure("192.0.2.1", 0));
        assertEquals(expected.formatted("no.such.host.invalid"), failure("no.such.host.invalid", 0));
    }

    private static String failure(String host, int port) {
        GatewayServer server = new GatewayServer(settings(host, port, 100), RouteTable::new, () -> false);
        return assertThrows(IllegalStateException.class, server::start).getMessage();
    }
}
