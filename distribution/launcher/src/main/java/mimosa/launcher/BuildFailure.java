package mimosa.launcher;

/** A mim could not be built or deployed. The message is for its author, who will correct something and save again. */
final class BuildFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean ofProgram;

    private BuildFailure(String message, boolean ofProgram) {
        super(message);
        this.ofProgram = ofProgram;
    }

    /** A tool, a file or the network. */
    static BuildFailure of(String message) {
        return new BuildFailure(message, false);
    }

    /** The node's own words about the program: positions in it are those of the packed {@code index.js}. */
    static BuildFailure refused(String message) {
        return new BuildFailure(message, true);
    }

    boolean isOfProgram() {
        return ofProgram;
    }
}
