package mimosa.client;

import java.io.IOException;

/** No connection stood within the time that the caller gave. */
final class NoConnectionException extends IOException {
    private static final long serialVersionUID = 1L;
}
