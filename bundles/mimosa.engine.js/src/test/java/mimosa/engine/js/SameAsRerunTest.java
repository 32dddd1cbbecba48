package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import mimosa.api.engine.Program;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The reference interprets the program again for each request; what restores a snapshot must not differ from it in
 * anything, nor may compiled code.
 */
class SameAsRerunTest {
    private static final int REQUESTS = 100;

    /** Of compiled code, which changes less from one run to the next than what is restored. */
    private static final int REQUESTS_COMPILED = 60;

    /** One in so many requests asks for a digest of all that can be seen, which takes long. */
    private static final int DIGESTS = 30;

    private static final int WALL_MS = 20_000;

    private final Bench reference = new Bench(Bench.Settings.compiled(false));
    private Bench bench = reference;

    @AfterEach
    void close() throws Exception {
        if (bench != reference) {
            bench.close();
        }
        reference.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anySequenceOfRequestsIsAnsweredAlike(boolean compiled) throws Exception {
        if (compiled) {
            bench = new Bench(Bench.Settings.compiled(true));
        }
        long seed = Long.getLong("mimosa.seed", System.nanoTime());
        Random random = new Random(seed);
        Program snapshot = load(bench, "snapshot");
        Program rerun = load(reference, "rerun");
        List<NastyRequests.Request> all = NastyRequests.all();
        List<String> done = new ArrayList<>();
        bench.wallMs = WALL_MS;
        reference.wallMs = WALL_MS;
        int requests = compiled ? REQUESTS_COMPILED : REQUESTS;
        for (int i = 0; i < requests; i++) {
            String what = next(random, all);
            done.add(what);
            assertEquals(
                    answer(reference, rerun, what),
                    answer(bench, snapshot, what),
                    () -> "with -Dmimosa.seed=" + seed + ", after "
                            + done.subList(Math.max(0, done.size() - 6), done.size()));
        }
        assertTrue(answer(bench, snapshot, "digest").contains("plain="), "the digest tells nothing");
        assertEquals("restored from a snapshot", snapshot.facts().get("instances"), snapshot.facts()::toString);
        assertEquals(
                compiled ? "Rhino, compiled" : "Rhino, interpreted",
                snapshot.facts().get("engine"));
    }

    /** Not what is killed: how far that gets depends on the machine. */
    private static String next(Random random, List<NastyRequests.Request> all) {
        int kind = random.nextInt(DIGESTS);
        if (kind == 0) {
            return "digest";
        }
        int index = random.nextInt(all.size());
        return kind < DIGESTS / 5 || all.get(index).isKilled() ? "probe" : String.valueOf(index);
    }

    private static Program load(Bench bench, String instances) {
        bench.payloadEnv = Map.of("MIMOSA.INSTANCE", instances);
        return bench.load(NastyRequests.program());
    }

    private static String answer(Bench bench, Program program, String what) throws Exception {
        Bench.Run run = bench.send(program, new TestExchange("GET", "/" + what, null, new byte[0]))
                .closed();
        return run.text() + "\n" + run.failure() + "\n" + run.host().logText();
    }
}
