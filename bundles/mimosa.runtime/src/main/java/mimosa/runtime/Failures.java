package mimosa.runtime;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What is inside the wrappers that futures put around a failure. */
final class Failures {
    private Failures() {}

    static Throwable unwrapped(Throwable failure) {
        Throwable inner = failure;
        while ((inner instanceof CompletionException || inner instanceof ExecutionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }
}
