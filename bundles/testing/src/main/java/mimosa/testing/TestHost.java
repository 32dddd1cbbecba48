package mimosa.testing;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import mimosa.api.MimosaException;
import mimosa.api.client.HttpClient;
import mimosa.api.engine.ContextExtension;
import mimosa.api.engine.Host;
import mimosa.api.quota.Budget;
import mimosa.api.storage.Session;

/** A host over a store in memory and a client of the test's making. */
public final class TestHost implements Host {
    public record Line(Level level, String text) {}

    public final List<Line> log = new CopyOnWriteArrayList<>();
    public final List<String> published = new CopyOnWriteArrayList<>();
    public final AtomicInteger closed = new AtomicInteger();
    private final Map<String, String> env;
    private final Consumer<String> onLog;
    private final Session session;
    private final HttpClient client;
    private final Map<String, ContextExtension> extensions;

    public TestHost(
            TestStore store,
            HttpClient client,
            Map<String, String> env,
            Map<String, ContextExtension> extensions,
            Budget budget,
            Consumer<String> onLog) {
        this.extensions = extensions;
        this.onLog = onLog;
        this.env = env;
        this.client = client;
        this.session = store.session(turn -> {
            try {
                turn.toCompletableFuture().get(Math.max(1, budget.remaining().toMillis() + 1), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                budget.check();
            } catch (InterruptedException | ExecutionException e) {
                throw new MimosaException(MimosaException.Kind.INTERNAL, "the wait failed", e);
            }
        });
    }

    public String logText() {
        StringBuilder text = new StringBuilder();
        log.forEach(line ->
                text.append(line.level()).append(' ').append(line.text()).append('\n'));
        return text.toString();
    }

    public long warnings() {
        return log.stream().filter(line -> line.level() == Level.WARN).count();
    }

    @Override
    public Info info() {
        return new Info("api-t", "/api/t/v1", 8083, "", "node-1");
    }

    @Override
    public Map<String, String> env() {
        return env;
    }

    @Override
    public Session storage() {
        return session;
    }

    @Override
    public HttpClient client() {
        return client;
    }

    @Override
    public void log(Level level, String text) {
        log.add(new Line(level, text));
        onLog.accept(text);
    }

    @Override
    public void publish(String frame) {
        published.add(frame);
    }

    @Override
    public Map<String, ContextExtension> extensions() {
        return extensions;
    }

    @Override
    public String requestId() {
        return "r-1";
    }

    @Override
    public void close() {
        closed.incrementAndGet();
        session.close();
    }
}
