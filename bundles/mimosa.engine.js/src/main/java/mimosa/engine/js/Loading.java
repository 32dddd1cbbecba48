package mimosa.engine.js;

import java.nio.charset.StandardCharsets;
import mimosa.api.MimosaException;
import mimosa.api.engine.Payload;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.EcmaError;
import org.mozilla.javascript.ErrorReporter;
import org.mozilla.javascript.EvaluatorException;
import org.mozilla.javascript.Script;

/** Reads a program. All its failures are told to the program's author. */
final class Loading {
    private final Sandbox sandbox;
    private final String name;
    private final String source;
    private final String map;
    private final SourceMap sourceMap;

    private Loading(Sandbox sandbox, String name, String source, String map, boolean transpiled) {
        this.sandbox = sandbox;
        this.name = name;
        this.source = source;
        this.map = map;
        this.sourceMap = SourceMap.of(name, map, transpiled);
    }

    static Loading of(Sandbox sandbox, Payload payload) {
        String text = new String(payload.program(), StandardCharsets.UTF_8);
        String source = text.startsWith("\uFEFF") ? text.substring(1) : text;
        return new Loading(sandbox, payload.name(), source, SourceMap.json(source, payload.sourceMap()), false);
    }

    /** The same program in the language that Rhino has right. */
    Loading downLevelled(DownLevelling downLevelling) {
        Transpiled result = downLevelling.apply(name, source, sourceMap.isPresent() ? map : null);
        return new Loading(sandbox, name, result.code(), result.map(), true);
    }

    SourceMap sourceMap() {
        return sourceMap;
    }

    Source source() {
        return new Source(name, source);
    }

    /**
     * @param script {@code null} when Rhino lacks the program's syntax or would get it wrong
     * @param refusal {@code null} when there is a script
     */
    record Compiled(Script script, MimosaException refusal) {}

    /**
     * @param scripts which may have it already
     * @throws MimosaException of kind {@code INVALID} for what no other syntax would help
     */
    Compiled compile(Scripts scripts) {
        Guest guest = new Guest(sandbox, new NoTenant());
        guest.setErrorReporter(new FirstError());
        try (Context entered = sandbox.enterContext(guest)) {
            return new Compiled(
                    scripts.interpreted(source(), () -> entered.compileString(source, name, 1, null)), null);
        } catch (EcmaError e) {
            return new Compiled(null, MimosaException.invalid(e.getErrorMessage()));
        } catch (EvaluatorException e) {
            return new Compiled(
                    null,
                    MimosaException.invalid(sourceMap.position(name, Math.max(1, e.lineNumber())) + ":"
                            + Math.max(1, e.columnNumber()) + ": " + e.details() + "; transpile to ES5"));
        } catch (StackOverflowError e) {
            throw MimosaException.invalid(name + ":1:1: the program is nested too deeply; transpile to ES5");
        }
    }

    /** Throws at the first error, which is the one that an author can do something about. */
    private static final class FirstError implements ErrorReporter {
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
