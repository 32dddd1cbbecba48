package mimosa.api.mim;

/** Who manages a mim. Only the source that deployed a mim may replace or remove it. */
public enum Source {
    /** The management API, the shell and the command line. */
    MANAGEMENT("management API"),
    /** The folder {@code deploy/}. */
    FOLDER("deploy folder"),
    /** A bundle that was installed by other OSGi means. */
    BUNDLE("framework");

    private final String label;

    Source(String label) {
        this.label = label;
    }

    /** As it is named in messages. */
    public String label() {
        return label;
    }
}
