package mimosa.gateway;

/**
 * Why a request is answered with an error.
 *
 * @param message for the client; cut when it is too long
 * @param allow value of the {@code Allow} field; {@code null} for none
 * @param retryAfterSeconds value of the {@code Retry-After} field; 0 for none
 * @param closing whether nothing more is to be read from a HTTP/1.1 connection, because where the next request begins is
 *     in doubt
 */
record Refusal(int status, String message, String allow, long retryAfterSeconds, boolean closing) {
    Refusal(int status, String message) {
        this(status, message, null, 0, false);
    }

    static Refusal closing(int status, String message) {
        return new Refusal(status, message, null, 0, true);
    }
}
