package mimosa.client;

import java.io.IOException;

/** The policy forbids to dial an address. */
final class DeniedAddressException extends IOException {
    private static final long serialVersionUID = 1L;

    DeniedAddressException(String address) {
        super("the address policy denies " + address);
    }
}
