package mimosa.itests;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Requests at a steady rate, whatever the answers take; ends by itself after two minutes. */
final class Load implements AutoCloseable {
    /**
     * Fewer than the 64 at work and 256 waiting that a mim may have: whatever the machine holds up, the node or this
     * process, which makes up for what it has missed, the load alone is no reason to be refused.
     */
    private static final int MAX_OPEN = 300;

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final Semaphore open = new Semaphore(MAX_OPEN);
    private final Map<String, AtomicLong> failures = new ConcurrentHashMap<>();
    private final Set<String> bodies = ConcurrentHashMap.newKeySet();
    private final AtomicLong count = new AtomicLong();
    private final long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();

    Load(Node node, String path, int perSecond) {
        HttpRequest request = HttpRequest.newBuilder(node.uri(path))
                .timeout(Duration.ofSeconds(30))
                .GET()
                .build();
        clock.scheduleAtFixedRate(() -> send(node, request), 0, 1_000_000 / perSecond, TimeUnit.MICROSECONDS);
    }

    private void send(Node node, HttpRequest request) {
        if (System.nanoTime() > end || !open.tryAcquire()) {
            return;
        }
        node.http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).whenComplete((answer, failure) -> {
            open.release();
            count.incrementAndGet();
            if (failure != null) {
                failed(failure.toString());
            } else if (answer.statusCode() != 200) {
                failed(answer.statusCode() + " " + answer.body());
            } else {
                bodies.add(answer.body());
            }
        });
    }

    private void failed(String how) {
        failures.computeIfAbsent(how, h -> new AtomicLong()).incrementAndGet();
    }

    /** Sends no more and waits for the answers that are outstanding. */
    void stop() {
        clock.shutdown();
        try {
            clock.awaitTermination(5, TimeUnit.SECONDS);
            if (!open.tryAcquire(MAX_OPEN, 40, TimeUnit.SECONDS)) {
                failed("not answered");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    Map<String, Long> failures() {
        Map<String, Long> counted = new TreeMap<>();
        failures.forEach((how, n) -> counted.put(how, n.get()));
        return counted;
    }

    Set<String> bodies() {
        return bodies;
    }

    long count() {
        return count.get();
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
