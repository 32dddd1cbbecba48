package mimosa.engine.js;

import org.mozilla.javascript.Context;
import org.mozilla.javascript.DefiningClassLoader;
import org.mozilla.javascript.GeneratedClassLoader;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.Script;
import org.mozilla.javascript.optimizer.CompiledCode;

/** Rhino's state while it compiles one program to bytecode, for a class loader that goes with the script. */
final class Compilation extends Context {
    private Loader loader;

    private Compilation(Sandbox sandbox) {
        super(sandbox);
        setInterpretedMode(false);
        setLanguageVersion(VERSION_ES6);
        setGenerateObserverCount(true);
        setGeneratingDebug(false);
    }

    /** @param bytes of the class files */
    record Result(Script script, long bytes) {}

    /** Why a program cannot be compiled. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String reason) {
            super(reason);
        }
    }

    /**
     * @param source that the interpreter has accepted
     * @throws Refused when the code would be too large for a class, and whenever the compiler fails
     */
    static Result of(Sandbox sandbox, Source source) {
        Compilation compilation = new Compilation(sandbox);
        try (Context entered = sandbox.enterContext(compilation)) {
            Script script = entered.compileString(source.text(), source.name(), 1, null);
            if (!CompiledCode.isCompiled(script)) {
                throw new Refused("one of its functions has too much code");
            }
            return new Result(script, compilation.loader.bytes);
        } catch (RhinoException | IllegalStateException | IllegalArgumentException | LinkageError e) {
            throw new Refused(e.toString());
        }
    }

    @Override
    public GeneratedClassLoader createClassLoader(ClassLoader parent) {
        loader = new Loader(parent);
        return loader;
    }

    /** Lives as long as the script. */
    private static final class Loader extends DefiningClassLoader {
        private long bytes;

        Loader(ClassLoader parent) {
            super(parent);
        }

        @Override
        public Class<?> defineClass(String name, byte[] data) {
            bytes += data.length;
            return super.defineClass(name, data);
        }
    }
}
