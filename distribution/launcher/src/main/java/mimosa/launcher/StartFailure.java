package mimosa.launcher;

/** The node cannot start. The message is the one sentence its operator reads; the cause is for the details file. */
final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StartFailure(String sentence) {
        super(sentence);
    }

    StartFailure(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
