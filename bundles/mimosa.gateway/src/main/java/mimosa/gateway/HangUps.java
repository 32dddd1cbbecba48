package mimosa.gateway;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Looks after clients of streamed HTTP/1.1 answers: one that has hung up is noticed although nothing is written at the
 * moment. (HTTP/2 tells by itself.)
 */
final class HangUps {
    private static final long PERIOD_MS = 400;
    private static final int PROBE_BYTES = 4096;

    private final Map<JettyExchange, GatewayEndPoint> watched = new ConcurrentHashMap<>();
    private final ByteBuffer probe = ByteBuffer.allocateDirect(PROBE_BYTES);
    private final Scheduler scheduler;
    private final Executor executor;
    private volatile boolean stopped;

    HangUps(Scheduler scheduler, Executor executor) {
        this.scheduler = scheduler;
        this.executor = executor;
    }

    void start() {
        scheduler.schedule(this::sweep, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    void stop() {
        stopped = true;
    }

    void watch(JettyExchange exchange, GatewayEndPoint endPoint) {
        endPoint.watch();
        watched.put(exchange, endPoint);
    }

    /** To be called before the connection reads its next request. */
    void forget(JettyExchange exchange) {
        GatewayEndPoint endPoint = watched.remove(exchange);
        if (endPoint != null) {
            endPoint.unwatch();
        }
    }

    private void sweep() {
        watched.forEach((exchange, endPoint) -> {
            if (endPoint.hasHungUp(probe)) {
                forget(exchange);
                executor.execute(exchange::hungUp);
            }
        });
        if (!stopped) {
            start();
        }
    }
}
