package mimosa.engine.js;

import java.util.regex.Pattern;
import org.mozilla.javascript.CompilerEnvirons;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ErrorReporter;
import org.mozilla.javascript.EvaluatorException;
import org.mozilla.javascript.Parser;

/**
 * Refuses what Rhino would run with another result than ES2015 has: its {@code const} has function scope, and a
 * {@code let} in the head of a loop is one binding for all rounds.
 */
final class Dialect {
    /** Only these words, or an escape that may hide one, make a closer look worth while. */
    private static final Pattern SUSPECT = Pattern.compile("\\b(?:let|const)\\b|\\\\u");

    private Dialect() {}

    /**
     * Looks for uses of {@code let} and {@code const} that go wrong.
     *
     * @param eval whether the source is that of {@code eval}, in which such names leak into the code around it
     * @return why the source is refused, {@code <name>:<line>:<column>: ... transpile to ES5}; {@code null} when it is
     *     not, or cannot be parsed at all, which the compiler will say
     */
    static String refusal(Context cx, String source, String name, int line, boolean eval) {
        if (!SUSPECT.matcher(source).find()) {
            return null;
        }
        CompilerEnvirons environs = new CompilerEnvirons();
        environs.initFromContext(cx);
        try {
            BlockScopes scopes = new BlockScopes(eval);
            scopes.read(new Parser(environs, new Silent()).parse(source, name, line));
            BlockScopes.Problem problem = scopes.problem();
            return problem == null
                    ? null
                    : name + ":" + problem.line() + ":" + problem.column() + ": " + problem.reason()
                            + "; transpile to ES5";
        } catch (EvaluatorException e) {
            return null;
        }
    }

    private static final class Silent implements ErrorReporter {
        @Override
        public void warning(String message, String file, int line, String lineSource, int column) {}

        @Override
        public void error(String message, String file, int line, String lineSource, int column) {
            throw runtimeError(message, file, line, lineSource, column);
        }

        @Override
        public EvaluatorException runtimeError(String message, String file, int line, String lineSource, int column) {
            return new EvaluatorException(message, file, line, lineSource, column);
        }
    }
}
