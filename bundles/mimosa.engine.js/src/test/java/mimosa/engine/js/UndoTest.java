package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mimosa.api.engine.Program;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.mozilla.javascript.undo.Heap;
import org.mozilla.javascript.undo.Tracked;

/** After each request of the nasty ones the realm has to be as it was, down to the last field. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UndoTest {
    private static final int WALL_MS = 10_000;
    private static final int SHORT_WALL_MS = 150;

    private final List<Integer> changes = new ArrayList<>();
    private Bench bench;
    private Program program;
    private SnapshotRealm realm;
    private HeapPicture before;

    Bench.Settings settings() {
        return Bench.Settings.compiled(false);
    }

    @BeforeAll
    void open() {
        bench = new Bench(settings());
        program = bench.load(NastyRequests.program());
        realm = IdleRealms.made(program);
        before = HeapPicture.of(realm);
        bench.onLog = text -> {
            if (text.equals(NastyRequests.DONE)) {
                changes.add(realm.log().size());
            }
        };
    }

    @AfterAll
    void close() throws Exception {
        bench.close();
    }

    static Stream<Arguments> requests() {
        List<NastyRequests.Request> all = NastyRequests.all();
        return IntStream.range(0, all.size()).mapToObj(i -> Arguments.of(i, all.get(i)));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("requests")
    void nothingOfARequestIsLeft(int index, NastyRequests.Request request) throws Exception {
        changes.clear();
        bench.wallMs = request.isKilled() ? SHORT_WALL_MS : WALL_MS;
        Bench.Run run = bench.send(program, new TestExchange("GET", "/" + index, null, new byte[0]))
                .closed();
        if (request.failure() == null) {
            assertNull(run.failure(), () -> run.host().logText());
            assertEquals("ok", run.text());
            assertTrue(index == 0 || changes.get(0) > 0, "the request has changed nothing at all");
        } else {
            assertTrue(String.valueOf(run.failure()).startsWith(request.failure()), run.failure());
        }
        assertEquals(realm, IdleRealms.only(program), "the realm in use");
        assertEquals(0, realm.log().size());
        assertEquals(List.of(), before.differencesTo(HeapPicture.of(realm)));
        for (Object object : before.objects()) {
            if (object instanceof Tracked tracked && Heap.hasState(tracked)) {
                assertTrue(realm.log().guards(tracked), () -> "not watched any more: " + before.path(object));
            }
        }
    }
}
