package mimosa.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPolicyTest {
    private static boolean permits(String allow, String host, String address, int port) {
        return new AddressPolicy(allow).permits(host, InetAddress.ofLiteral(address), port, 8083);
    }

    @ParameterizedTest
    @Tag("J8.6")
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.0.1",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "192.0.0.8",
                "198.19.0.1",
                "224.0.0.1",
                "239.1.1.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::127.0.0.1",
                "::10.0.0.1",
                "::ffff:10.0.0.1",
                "::ffff:0:10.0.0.1",
                "fe80::1",
                "fec0::1",
                "fc00::1",
                "fd12:3456::1",
                "ff02::1",
                "64:ff9b::10.0.0.1",
                "64:ff9b::127.0.0.1",
                "64:ff9b:1::8.8.8.8",
                "2002:0a00:0001::1",
                "2002:7f00:0001::",
                "2001:0:0a00:1::1",
                "2001:0:808:808::f5ff:fffe",
                "2001:db8::1",
                "2a00::5efe:10.0.0.1",
                "100::1",
                "4000::1"
            })
    void deniesWhatIsNotPublic(String address) {
        assertFalse(permits("", "some.host", address, 80));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "100.63.0.1",
                "100.128.0.1",
                "172.15.0.1",
                "172.32.0.1",
                "192.167.0.1",
                "169.253.0.1",
                "223.255.255.1",
                "2606:4700::1111",
                "64:ff9b::8.8.8.8",
                "2002:0808:0808::1",
                "::ffff:8.8.8.8"
            })
    void permitsWhatIsPublic(String address) {
        assertTrue(permits("", "some.host", address, 80));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"})
    void loopbackIsPermittedAtTheOwnPortOnly(String address) {
        assertTrue(permits("", "localhost", address, 8083));
        assertFalse(permits("", "localhost", address, 8084));
        assertFalse(permits("", "localhost", "64:ff9b::127.0.0.1", 8083));
        assertFalse(new AddressPolicy("").permits("localhost", InetAddress.ofLiteral(address), 8083, 0));
    }

    @Test
    void operatorAllowsBlocksHostsAndPorts() {
        String allow = " 10.1.0.0/16, db.Local ,cache.local:6379, 127.0.0.1:9000,fd00::/8,[fd01::1]:99, fc01::1 ,";
        assertTrue(permits(allow, "x", "10.1.255.1", 1));
        assertFalse(permits(allow, "x", "10.2.0.1", 1));
        assertFalse(permits(allow, "x", "64:ff9b::10.1.0.1", 1));
        assertTrue(permits(allow, "db.local", "192.168.0.1", 1));
        assertFalse(permits(allow, "other.local", "192.168.0.1", 1));
        assertTrue(permits(allow, "cache.local", "192.168.0.1", 6379));
        assertFalse(permits(allow, "cache.local", "192.168.0.1", 6380));
        assertTrue(permits(allow, "localhost", "127.0.0.1", 9000));
        assertFalse(permits(allow, "localhost", "127.0.0.1", 9001));
        assertTrue(permits(allow, "x", "fd99::1", 1));
        assertTrue(permits(allow, "x", "fc01::1", 1));
        assertFalse(permits(allow, "x", "fc01::2", 1));
        assertTrue(permits("10.0.0.0/9", "x", "10.127.0.1", 1));
        assertFalse(permits("10.0.0.0/9", "x", "10.128.0.1", 1));
        assertTrue(permits("0.0.0.0/0", "x", "10.128.0.1", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0/x", "a b", "a:99999", "a/8", "http://a/path:1", "fd00::/129"})
    void wrongEntryIsNamed(String entry) {
        String allow = "10.0.0.0/8," + entry;
        assertEquals(
                entry,
                assertThrows(IllegalArgumentException.class, () -> new AddressPolicy(allow))
                        .getMessage());
    }
}
