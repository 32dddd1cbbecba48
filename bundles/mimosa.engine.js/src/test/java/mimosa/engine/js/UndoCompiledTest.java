package mimosa.engine.js;

/** The same for a program that is compiled. */
class UndoCompiledTest extends UndoTest {
    @Override
    Bench.Settings settings() {
        return Bench.Settings.compiled(true);
    }
}
