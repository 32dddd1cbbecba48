package mimosa.client;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses may be dialled: public ones, the node's own port on loopback, and what the operator allows. Looks at
 * the address itself, whatever name or spelling led there.
 */
final class AddressPolicy {
    /** Not public: this network, private, shared by carriers, loopback, link, documentation, tests, multicast, reserved. */
    private static final List<AddressRange> NOT_PUBLIC = ranges(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
            "2001:db8::/32",
            "3fff::/20");

    /** The only public block of IPv6; outside of it there are loopback, local, multicast and translated addresses. */
    private static final AddressRange PUBLIC_IPV6 = AddressRange.parse("2000::/3");

    private static final AddressRange NAT64 = AddressRange.parse("64:ff9b::/96");
    private static final AddressRange SIX_TO_FOUR = AddressRange.parse("2002::/16");
    private static final AddressRange TEREDO = AddressRange.parse("2001::/32");

    private final List<Allowed> allowed;

    /** What the operator allows; a {@code name} or a {@code range}, and a port or 0 for any. */
    private record Allowed(String name, AddressRange range, int port) {
        boolean covers(String host, InetAddress address, int dialledPort) {
            return (port == 0 || port == dialledPort)
                    && (range == null ? name.equals(host) : range.contains(address.getAddress()));
        }
    }

    /**
     * @param allow CIDR blocks, hosts or host:port, separated by commas
     * @throws IllegalArgumentException with the entry that is wrong
     */
    AddressPolicy(String allow) {
        allowed = Stream.of(allow.split(","))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .map(AddressPolicy::allowed)
                .toList();
    }

    private static Allowed allowed(String entry) {
        try {
            return entry.contains("/") || isBareIpv6(entry)
                    ? new Allowed(null, AddressRange.parse(entry), 0)
                    : allowedHost(entry);
        } catch (RuntimeException wrong) { // whichever reader refused it
            throw new IllegalArgumentException(entry, wrong);
        }
    }

    private static boolean isBareIpv6(String entry) {
        return entry.indexOf(':') != entry.lastIndexOf(':') && !entry.startsWith("[");
    }

    private static Allowed allowedHost(String entry) {
        Target target = portless(entry) ? Target.parse(entry + ":1") : Target.parse(entry);
        int port = portless(entry) ? 0 : target.port();
        if (!target.pathAndQuery().equals("/")) {
            throw new IllegalArgumentException("a host has no path");
        }
        try {
            String literal = target.host().replaceAll("[\\[\\]]", "");
            return new Allowed(null, AddressRange.parse(literal), port);
        } catch (IllegalArgumentException notAnAddress) {
            return new Allowed(target.host(), null, port);
        }
    }

    private static boolean portless(String entry) {
        return !entry.matches(".*:[0-9]+");
    }

    /**
     * @param host the canonical name that led to the address
     * @param ownPort of this node, 0 while it has none
     */
    boolean permits(String host, InetAddress address, int port, int ownPort) {
        if (allowed.stream().anyMatch(each -> each.covers(host, address, port))) {
            return true;
        }
        return address.isLoopbackAddress() ? port == ownPort : isPublic(address.getAddress());
    }

    private static boolean isPublic(byte[] address) {
        if (NOT_PUBLIC.stream().anyMatch(range -> range.contains(address))) {
            return false;
        }
        return address.length == 4
                || (PUBLIC_IPV6.contains(address) || NAT64.contains(address))
                        && embedded(address).stream().allMatch(AddressPolicy::isPublic);
    }

    /** The IPv4 addresses that a translator would make of an IPv6 address. */
    private static List<byte[]> embedded(byte[] address) {
        List<byte[]> found = new ArrayList<>();
        if (NAT64.contains(address) || isIsatap(address)) {
            found.add(Arrays.copyOfRange(address, 12, 16));
        }
        if (SIX_TO_FOUR.contains(address)) {
            found.add(Arrays.copyOfRange(address, 2, 6));
        }
        if (TEREDO.contains(address)) { // the server, and the client with all bits turned
            found.add(Arrays.copyOfRange(address, 4, 8));
            byte[] client = Arrays.copyOfRange(address, 12, 16);
            for (int i = 0; i < client.length; i++) {
                client[i] ^= (byte) 0xff;
            }
            found.add(client);
        }
        return found;
    }

    private static boolean isIsatap(byte[] address) {
        return (address[8] & ~2) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == (byte) 0xfe;
    }

    private static List<AddressRange> ranges(String... texts) {
        return Stream.of(texts).map(AddressRange::parse).toList();
    }
}
