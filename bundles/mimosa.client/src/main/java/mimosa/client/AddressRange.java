package mimosa.client;

import java.net.InetAddress;

/** A block of addresses of one family, such as {@code 10.0.0.0/8}. */
record AddressRange(byte[] prefix, int bits) {
    /** @throws IllegalArgumentException when the text is neither an address nor a block */
    static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        byte[] prefix = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash))
                .getAddress();
        int bits = slash < 0 ? prefix.length * 8 : Integer.parseInt(text.substring(slash + 1));
        if (bits < 0 || bits > prefix.length * 8) {
            throw new IllegalArgumentException("an address of this kind has at most " + prefix.length * 8 + " bits");
        }
        return new AddressRange(prefix, bits);
    }

    boolean contains(byte[] address) {
        if (address.length != prefix.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit += 8) {
            int mask = bits - bit >= 8 ? 0xff : 0xff << 8 - (bits - bit);
            if (((address[bit / 8] ^ prefix[bit / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
