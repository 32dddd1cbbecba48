package mimosa.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import mimosa.api.engine.Host;
import mimosa.api.engine.Program;
import mimosa.api.http.Exchange;
import mimosa.api.mim.Source;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;

/** What tests of a mim's handle need besides it. */
final class TestMims {
    static final Limits LIMITS = new Limits(
            Duration.ofSeconds(1), Duration.ofSeconds(1), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, Duration.ofSeconds(1));

    private TestMims() {}

    /** A mim of client {@code api} at {@code /api/<name>/v1}. */
    static MimRecord record(String name, boolean webSockets) {
        return new MimRecord(
                "api-" + name,
                "api",
                name,
                name,
                "1.0.0",
                "sha256:0",
                "js",
                "/api/" + name + "/v1",
                null,
                Map.of("MCM.WEBSOCKET_SUPPORT", String.valueOf(webSockets)),
                false,
                false,
                false,
                Source.MANAGEMENT,
                null,
                Instant.EPOCH,
                1,
                null);
    }

    /** What serves such a mim, with a program that does nothing. */
    static Serving serving(TestFramework framework, MimRecord record) {
        return serving(framework, record, () -> {});
    }

    /** The same, with what happens when the program is closed. */
    static Serving serving(TestFramework framework, MimRecord record, Runnable closed) {
        MimExtensions none = new Extensions(framework.context()).of(framework.context());
        return new Serving(record, new Nothing(closed), LIMITS, null, null, null, none, null);
    }

    private record Nothing(Runnable closed) implements Program {
        @Override
        public void start(Exchange exchange, Host host, Budget budget) {}

        @Override
        public Map<String, String> facts() {
            return Map.of();
        }

        @Override
        public void close() {
            closed.run();
        }
    }
}
