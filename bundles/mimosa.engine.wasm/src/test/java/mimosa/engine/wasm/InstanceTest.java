package mimosa.engine.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import mimosa.api.engine.Program;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InstanceTest {
    @ParameterizedTest
    @EnumSource(Bench.Mode.class)
    void programAnswers(Bench.Mode mode) throws Exception {
        try (Bench bench = new Bench(mode.settings())) {
            Guest guest = new Guest();
            Program program = bench.load(guest.handler("(drop (call $response_end " + guest.text("hello") + "))"));
            assertEquals("hello", bench.send(program, TestExchange.get()).outcome());
        }
    }
}
