package mimosa.engine.js;

import java.nio.charset.StandardCharsets;
import mimosa.api.MimosaException;
import mimosa.api.engine.Payload;
import mimosa.api.quota.Budget;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.EcmaError;
import org.mozilla.javascript.ErrorReporter;
import org.mozilla.javascript.EvaluatorException;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.Script;

/** Compiles a program and runs it once for trial. All its failures are told to the program's author. */
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

    /**
     * @param script {@code null} when Rhino lacks the program's syntax or would get it wrong
     * @param refusal {@code null} when there is a script
     */
    record Compiled(Script script, MimosaException refusal) {}

    /** @throws MimosaException of kind {@code INVALID} for what no other syntax would help */
    Compiled compile() {
        Guest guest = new Guest(sandbox, new NoTenant());
        guest.setErrorReporter(new FirstError());
        try (Context entered = sandbox.enterContext(guest)) {
            return new Compiled(entered.compileString(source, name, 1, null), null);
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

    /**
     * Runs the top level in a realm of its own, which the first request may have.
     *
     * @param limitMs for the message
     * @throws MimosaException of kind {@code INVALID} when it fails, takes too long or exports no function
     */
    void tryOut(Realms realms, Budget budget, int limitMs) {
        Guest guest = new Guest(sandbox, new Trial(budget, sourceMap));
        budget.resume();
        try (Context entered = sandbox.enterContext(guest)) {
            runTopLevel(realms, (Guest) entered);
        } catch (StackOverflowError e) {
            throw MimosaException.invalid(name + " failed to load: RangeError: too many nested calls");
        } catch (OutOfMemoryError e) {
            throw MimosaException.invalid(name + " did not finish loading: memory limit exceeded");
        } catch (Stopped e) {
            throw MimosaException.invalid(
                    budget.remaining().isPositive()
                            ? name + " did not finish loading: " + e.getMessage()
                            : tooSlow(name, limitMs));
        } finally {
            budget.suspend();
        }
    }

    /** What has been thrown is turned into text where the script could run, because that may run some of it. */
    private void runTopLevel(Realms realms, Guest guest) {
        try {
            realms.fresh(guest).release(true);
        } catch (RhinoException e) {
            throw MimosaException.invalid(failed(guest, e));
        }
    }

    static String tooSlow(String name, int limitMs) {
        return name + " did not finish loading within " + limitMs + " ms";
    }

    private String failed(Guest guest, RhinoException thrown) {
        GuestError error = GuestError.of(guest, thrown);
        return name + " failed to load: " + Hints.withHint(error.text())
                + (error.position().isEmpty() ? "" : " (at " + error.position() + ")");
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
