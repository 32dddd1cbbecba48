package mimosa.admin;

/**
 * Who calls the management API.
 *
 * @param clientId the only client whose images and mims this call is about; {@code null} for all of them
 */
record Caller(String clientId) {
    /** The client that is meant where a bare name is given and no client. */
    static final String DEFAULT_CLIENT = "api";
}
