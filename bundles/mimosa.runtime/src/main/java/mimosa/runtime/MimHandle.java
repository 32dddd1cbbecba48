package mimosa.runtime;

import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import mimosa.api.MimosaException;
import mimosa.api.client.OutboundRequest;
import mimosa.api.http.Exchange;
import mimosa.api.http.HttpHandler;
import mimosa.api.mim.Mim;
import mimosa.api.quota.Budget;
import mimosa.api.quota.Limits;
import mimosa.api.storage.Session;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/**
 * One mim from its deployment to its removal: its desired state, its route, and the program that serves at the moment.
 *
 * <pre>
 *   request -> handle -> receive body -> (while a swap is on: wait for it) -> quotas -> instance of the current program
 * </pre>
 *
 * A mim of which nothing is loaded since nobody has asked for it sleeps: its first request wakes it and waits, together
 * with those that follow.
 *
 * Beside its paths it has each of them below {@code /ws}, where clients connect to hear what it publishes; they stay
 * connected through a redeploy.
 *
 * <p>The route is registered from the mim's own bundle while that is active, otherwise from the runtime's, so that a stopped
 * or failed mim answers 503 and a redeploy leaves no gap; until a start of the node has come to the mim's bundle,
 * {@link EarlyRoutes} stands in for it. Thread-safe.
 */
final class MimHandle implements HttpHandler {
    private static final int MAX_HOPS = 8;
    private static final String STARTING = "starting";
    /** No client may have this name, so no mim has a path below it. */
    private static final String WEBSOCKETS = "/ws";

    private final MimLog log;
    private final PushClients clients = new PushClients();
    private final LongAdder requests = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private volatile MimRecord record;
    /** What serves; failed with the answer while nothing does; incomplete while it sleeps or a swap holds requests back. */
    private volatile CompletableFuture<Serving> serving = new CompletableFuture<>();

    /** Set while it sleeps. */
    private volatile Waking waking;

    private volatile Serving active;
    private volatile Limits limits;
    private volatile String reason;
    private ServiceRegistration<HttpHandler> route;
    private boolean gone;

    MimHandle(MimRecord record) {
        this.record = record;
        this.log = new MimLog(record.clientId(), record.name());
        starting();
    }

    MimRecord record() {
        return record;
    }

    void record(MimRecord changed) {
        record = changed;
    }

    MimLog log() {
        return log;
    }

    PushClients clients() {
        return clients;
    }

    /** Why it does not serve although it should; {@code null} otherwise. */
    String reason() {
        return reason;
    }

    boolean isStarting() {
        return STARTING.equals(reason);
    }

    /**
     * Waits until it serves or it is clear why it does not, at most for so long; less when interrupted. A mim that sleeps
     * is woken.
     */
    synchronized void awaitStarted(Duration patience) {
        wake();
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            for (long left = patience.toNanos(); isComing() && left > 0; left = deadline - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isComing() {
        return isStarting() || !serving.isDone();
    }

    // What serves. Each change returns the program that served before, retired, to be drained where that matters.

    Serving starting() {
        return nothingServes(STARTING, MimosaException.retryAfter(Duration.ofSeconds(1), shown() + " is starting"));
    }

    Serving stopped() {
        clients.close("the mim was stopped");
        return nothingServes(null, new MimosaException(MimosaException.Kind.UNAVAILABLE, shown() + " is stopped"));
    }

    /**
     * Nothing is loaded before somebody asks.
     *
     * @return whether it sleeps now; not when requests wait already, and it has to be loaded at once
     */
    synchronized boolean sleeps(Waking by) {
        if (waking == null) {
            if (!serving.isDone()) {
                return false;
            }
            replace(null, null, new CompletableFuture<>());
            waking = by;
        }
        return true;
    }

    /** Has it loaded if it sleeps. */
    synchronized void wake() {
        Waking by = waking;
        if (by == null) {
            return;
        }
        try {
            limits = by.limits(record);
            waking = null;
            by.wake(this);
        } catch (MimosaException e) {
            failed(e.getMessage());
        }
    }

    /** Whether requests are answered, at once or as soon as it is loaded or swapped. */
    synchronized boolean isUp() {
        return active != null || !serving.isDone();
    }

    /** Whether requests wait for it to be loaded or swapped. */
    synchronized boolean isAwaited() {
        return waking == null && !serving.isDone();
    }

    /** For good: no bundle event brings its route back. */
    Serving removed() {
        unroute();
        return nothingServes(null, new MimosaException(MimosaException.Kind.NOT_FOUND, "no mim at " + record.path()));
    }

    /** It should run, but cannot. */
    Serving failed(String why) {
        return nothingServes(
                why, MimosaException.retryAfter(Duration.ofSeconds(5), shown() + " cannot be served: " + why));
    }

    synchronized Serving serves(Serving next) {
        limits = next.limits();
        if (next.pushes()) {
            clients.accept();
        } else {
            clients.close("the mim has no WebSocket any more");
        }
        return replace(next, null, CompletableFuture.completedFuture(next));
    }

    /** Requests wait from now on, until something serves or fails; the program that served goes on with what it has. */
    synchronized void hold() {
        waking = null;
        if (active != null) {
            publish(new CompletableFuture<>());
        }
    }

    private synchronized Serving nothingServes(String why, MimosaException answer) {
        return replace(null, why, CompletableFuture.failedFuture(answer));
    }

    private Serving replace(Serving next, String why, CompletableFuture<Serving> published) {
        Serving before = active;
        active = next;
        waking = null;
        reason = why;
        notifyAll();
        publish(published);
        if (before != null && before != next) {
            before.retire();
        }
        return before;
    }

    private void publish(CompletableFuture<Serving> next) {
        CompletableFuture<Serving> held = serving;
        serving = next;
        if (!held.isDone()) {
            next.whenComplete((now, failure) -> {
                if (failure != null) {
                    held.completeExceptionally(failure);
                } else {
                    held.complete(now);
                }
            });
        }
    }

    /** The program that serves, also while requests are held back; {@code null} when none does. */
    Serving current() {
        return active;
    }

    private String shown() {
        return "mim '" + record.id() + "'";
    }

    // The route

    /** Offers this mim's paths from the given context; an earlier route goes only when the new one stands. */
    synchronized void routeVia(BundleContext context) {
        if (gone) {
            return;
        }
        ServiceRegistration<HttpHandler> before = route;
        route = context.registerService(HttpHandler.class, this, properties());
        unregister(before);
    }

    /** Whether it offers its paths itself. */
    synchronized boolean isRouted() {
        return route != null;
    }

    /** Takes the paths back for good. */
    synchronized void unroute() {
        gone = true;
        clients.close("the mim has gone");
        unregister(route);
        route = null;
    }

    private Dictionary<String, Object> properties() {
        MimRecord r = record;
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(PATH, paths(r).toArray(String[]::new));
        properties.put("mimosa.mim.id", r.id());
        properties.put("mimosa.mim.client", r.clientId());
        properties.put("mimosa.mim.name", r.name());
        properties.put("mimosa.mim.engine", r.engine());
        properties.put("mimosa.mim.path", r.path());
        properties.put("mimosa.mim.generation", r.generation());
        return properties;
    }

    /** All paths at which a mim takes requests. */
    static List<String> paths(MimRecord r) {
        return r.alias() == null
                ? List.of(r.path(), WEBSOCKETS + r.path())
                : List.of(r.path(), WEBSOCKETS + r.path(), r.alias(), WEBSOCKETS + r.alias());
    }

    private static void unregister(ServiceRegistration<HttpHandler> registration) {
        if (registration != null) {
            try {
                registration.unregister();
            } catch (IllegalStateException e) {
                // The framework has unregistered it already, together with its bundle.
            }
        }
    }

    // Requests

    @Override
    public void handle(Exchange exchange) {
        if (waking != null) {
            wake();
        }
        if (exchange.matchedPath().startsWith(WEBSOCKETS + "/")) {
            serving.whenComplete((now, unserved) -> connect(exchange, now, unserved));
            return;
        }
        requests.increment();
        exchange.done().thenAccept(outcome -> {
            if (outcome == Exchange.Outcome.FAILED) {
                errors.increment();
            }
        });
        int hops = hops(exchange);
        if (hops > MAX_HOPS) {
            exchange.fail(
                    new MimosaException(MimosaException.Kind.LOOP, "more than " + MAX_HOPS + " mims call each other"));
            return;
        }
        CompletableFuture<Serving> now = serving;
        if (now.isCompletedExceptionally()) {
            // Nobody will answer: do not read a body for that.
            now.whenComplete((none, failure) -> exchange.fail(Failures.unwrapped(failure)));
            return;
        }
        exchange.receive(bodyCap(exchange, limits)).whenComplete((body, failure) -> {
            if (failure != null) {
                exchange.fail(Failures.unwrapped(failure));
            } else {
                serve(exchange);
            }
        });
    }

    private void connect(Exchange exchange, Serving now, Throwable unserved) {
        if (unserved != null) {
            exchange.fail(Failures.unwrapped(unserved));
        } else if (!exchange.remainingPath().isEmpty()) {
            exchange.fail(new MimosaException(
                    MimosaException.Kind.NOT_FOUND, "no WebSocket at " + exchange.path() + ", only at its beginning"));
        } else if (!now.pushes()) {
            exchange.fail(new MimosaException(
                    MimosaException.Kind.NOT_FOUND,
                    shown() + " has no WebSocket: it is not deployed with " + MimEnv.WEBSOCKETS + "=true"));
        } else {
            clients.connect(exchange);
        }
    }

    private static long bodyCap(Exchange exchange, Limits limits) {
        String type = exchange.header("content-type");
        boolean multipart = type != null && type.regionMatches(true, 0, "multipart/form-data", 0, 19);
        return multipart ? limits.uploadBytes() : limits.bodyBytes();
    }

    private static int hops(Exchange exchange) {
        String hops = exchange.header(OutboundRequest.HOPS_HEADER);
        if (hops == null) {
            return 0;
        }
        try {
            return Integer.parseInt(hops.trim());
        } catch (NumberFormatException e) {
            return MAX_HOPS + 1;
        }
    }

    private void serve(Exchange exchange) {
        serving.whenComplete((now, unserved) -> {
            if (unserved != null) {
                exchange.fail(Failures.unwrapped(unserved));
                return;
            }
            now.quotas().enter(now.limits()).whenComplete((budget, refused) -> {
                if (refused != null) {
                    exchange.fail(Failures.unwrapped(refused));
                } else if (now.acquire()) {
                    start(now, exchange, budget);
                } else {
                    // A redeploy came between: this request belongs to the next program.
                    budget.close();
                    serve(exchange);
                }
            });
        });
    }

    private void start(Serving now, Exchange exchange, Budget budget) {
        now.started(budget);
        Session session = now.store().session(new BudgetWaiting(budget));
        InstanceHost host = new InstanceHost(now, log, clients, session, budget, exchange.requestId());
        now.program().start(new GatedExchange(exchange, session), host, budget);
    }

    Mim shown(Mim.State state) {
        Serving now = current();
        return record.shown(state, reason, requests.sum(), errors.sum(), now == null ? 0 : now.activeInstances());
    }
}
