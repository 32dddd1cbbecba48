package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import mimosa.api.MimosaException;
import org.junit.jupiter.api.Test;

class TranspilerTest {
    @Test
    void goesWhenNobodyHasNeededItForAWhile() {
        try (Transpiler transpiler = new Transpiler(60_000, 10)) {
            assertTrue(
                    transpiler.transpile("index.js", "class A{}", null).code().contains("function A()"));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (transpiler.isLoaded() && System.nanoTime() < deadline) {
                LockSupport.parkNanos(1_000_000);
            }
            assertFalse(transpiler.isLoaded());
            assertEquals(1, transpiler.loads());
        }
    }

    @Test
    void givesUpOnAProgramThatTakesTooLong() {
        try (Transpiler transpiler = new Transpiler(1, 10_000)) {
            MimosaException refusal =
                    assertThrows(MimosaException.class, () -> transpiler.transpile("index.js", "class A{}", null));
            assertEquals(
                    "index.js:1:1: the program could not be transpiled within 1 ms; transpile to ES5",
                    refusal.getMessage());
            assertFalse(transpiler.isLoaded());
        }
    }
}
