package mimosa.quota;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import mimosa.api.quota.Limits;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all quotas of the node share: the configured limits, the instances at work, and one thread that keeps the time.
 * A changed configuration applies to limits asked for from then on; instances at work keep theirs. Immediate, because
 * otherwise it would be stopped, and with it every instance at work, when the last mim gives its view back.
 */
@Component(service = NodeQuotas.class, immediate = true, configurationPid = NodeQuotas.PID)
@Designate(ocd = NodeQuotas.Config.class)
public final class NodeQuotas {
    static final String PID = "mimosa.limits";

    private static final Logger LOG = LoggerFactory.getLogger(NodeQuotas.class);
    private static final Duration SAMPLE_PERIOD = Duration.ofMillis(50);

    /** Deadlines that are nearer have a timer; others are looked at with each sample. */
    static final long SOON_NANOS = 10 * SAMPLE_PERIOD.toNanos();

    /** An instance that was told to end frees its memory soon; until then nobody else is blamed. */
    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** The limits of each mim. */
    @ObjectClassDefinition(
            id = NodeQuotas.PID,
            name = "Mimosa limits",
            description = "What one instance of a mim, started for one request, may use.")
    public @interface Config {
        @AttributeDefinition(
                name = "Wall time",
                description = "From the start of an instance to its closing, in milliseconds, 1 to 3600000; the"
                        + " variable MCM.MAX_EXECUTION_TIME_SEC of a mim goes before it.")
        int wallMs() default 30_000;

        @AttributeDefinition(
                name = "CPU time",
                description = "Processor time of one instance, in percent of its wall time, 1 to 100.")
        int cpuPercentOfWall() default 33;

        @AttributeDefinition(
                name = "Memory",
                description = "What one instance may allocate in all, garbage included, in bytes.")
        long allocBytes() default 2_147_483_648L;

        @AttributeDefinition(name = "Object size", description = "One string, buffer or array storage, in bytes.")
        long objectBytes() default 67_108_864;

        @AttributeDefinition(
                name = "Heap guard",
                description = "How full the Java heap may stay after a garbage collection, in percent, 1 to 100; above"
                        + " it the instance that allocated most is ended.")
        int heapGuardPercent() default 85;

        @AttributeDefinition(name = "Timers", description = "Pending timers of one instance.")
        int timers() default 1000;

        @AttributeDefinition(name = "Outbound calls", description = "Outbound HTTP calls of one instance in all.")
        int outboundCalls() default 50;

        @AttributeDefinition(
                name = "Parallel outbound calls",
                description = "Outbound HTTP calls of one instance at a time; further ones wait.")
        int outboundParallel() default 16;

        @AttributeDefinition(
                name = "Outbound answer",
                description = "Answer to an outbound HTTP call that is kept in memory, in bytes.")
        long outboundBytes() default 10_485_760;

        @AttributeDefinition(name = "Request body", description = "Body of a request, in bytes.")
        long bodyBytes() default 10_485_760;

        @AttributeDefinition(name = "Upload", description = "Multipart body of a request, in bytes.")
        long uploadBytes() default 268_435_456;

        @AttributeDefinition(name = "Response", description = "Response written by one instance, in bytes.")
        long responseBytes() default 67_108_864;

        @AttributeDefinition(name = "Log", description = "Log text of one instance, in bytes.")
        long logBytes() default 1_048_576;

        @AttributeDefinition(name = "Concurrency", description = "Instances of one mim at a time.")
        int concurrency() default 64;

        @AttributeDefinition(
                name = "Queue",
                description = "Requests of one mim that wait for an instance to end; further ones are answered 503.")
        int queue() default 256;

        @AttributeDefinition(
                name = "Queue time",
                description = "Longest such wait, in milliseconds, 0 to 600000; then the answer is 503.")
        int queueMs() default 5000;
    }

    private final ThreadMeter meter = new ThreadMeter();
    private final HeapGuard heapGuard = new HeapGuard();
    private final ScheduledThreadPoolExecutor timer;
    private final Map<String, Slots> slots = new ConcurrentHashMap<>();
    private final Set<MeteredBudget> live = ConcurrentHashMap.newKeySet();
    private volatile NodeLimits limits;
    private volatile boolean stopped;

    /** Only touched by the timer. */
    private MeteredBudget blamed;

    private long blamedAt;

    @Activate
    public NodeQuotas(Config config, Map<String, Object> raw) {
        limits = NodeLimits.of(config, raw);
        timer = new ScheduledThreadPoolExecutor(
                1,
                Thread.ofPlatform().daemon().name("mimosa-quota-timer").factory(),
                new ScheduledThreadPoolExecutor.DiscardPolicy()); // after the stop nothing is left to be timed
        timer.setRemoveOnCancelPolicy(true);
        long period = SAMPLE_PERIOD.toNanos();
        timer.scheduleWithFixedDelay(this::sample, period, period, TimeUnit.NANOSECONDS);
    }

    /** @throws IllegalArgumentException for a wrong value; it is logged, and the limits stay as they were */
    @Modified
    void reconfigure(Config config, Map<String, Object> raw) {
        limits = NodeLimits.of(config, raw);
    }

    @Deactivate
    void stop() {
        stopped = true;
        slots.values().forEach(each -> each.dismiss("the node's quotas are being stopped; try again"));
        live.forEach(NodeQuotas::cancelForStop);
        timer.shutdownNow();
    }

    private static void cancelForStop(MeteredBudget budget) {
        budget.cancel("the node's quotas are being stopped");
    }

    ThreadMeter meter() {
        return meter;
    }

    Limits limits(Map<String, String> env) {
        return limits.of(env);
    }

    /** The slots of a name, with one more view on them. */
    Slots open(String owner) {
        return slots.compute(owner, (name, known) -> {
            Slots opened = known == null ? new Slots(this, name) : known;
            opened.viewOpened();
            return opened;
        });
    }

    void forgetUnused(String owner) {
        slots.computeIfPresent(owner, (name, known) -> known.isUnused() ? null : known);
    }

    /** How many names have slots. */
    int owners() {
        return slots.size();
    }

    /** How many deadlines and the like are pending. */
    int timed() {
        return timer.getQueue().size();
    }

    MeteredBudget start(Slots owner, Limits granted) {
        MeteredBudget budget = new MeteredBudget(this, owner, granted);
        live.add(budget);
        if (stopped) {
            cancelForStop(budget);
        }
        return budget;
    }

    void ended(MeteredBudget budget) {
        live.remove(budget);
    }

    /** Runs a quick task of our own on the timer's thread. */
    Future<?> after(Duration delay, Runnable task) {
        return timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs somebody else's code on a thread of its own, so that it can hold up nobody. */
    void call(Runnable task) {
        Thread.ofVirtual().name("mimosa-quota-call").start(() -> {
            try {
                task.run();
            } catch (RuntimeException failure) { // boundary to the code of other bundles
                LOG.error("an action on a quota failed", failure);
            }
        });
    }

    private void sample() {
        try {
            live.forEach(MeteredBudget::sample);
            OptionalDouble percent = heapGuard.newFinding();
            if (percent.isPresent() && percent.getAsDouble() > limits.heapGuardPercent()) {
                endTheGreediest((long) percent.getAsDouble());
            }
        } catch (RuntimeException failure) { // boundary of the timer, which would never run this again
            LOG.error("measuring the instances at work failed", failure);
        }
    }

    private void endTheGreediest(long percent) {
        long now = System.nanoTime();
        if (blamed != null && !blamed.isClosed() && now - blamedAt < GRACE_NANOS) {
            return;
        }
        blamed = live.stream()
                .filter(budget -> budget.exceeded() == null)
                .max(Comparator.comparingLong(budget -> budget.usage().allocatedBytes()))
                .orElse(null);
        blamedAt = now;
        if (blamed != null) {
            LOG.warn(
                    "the heap is {} % full after a garbage collection: ended an instance of {}, which had allocated most"
                            + " ({} bytes); give the JVM more heap or lower allocBytes and concurrency in {}",
                    percent, blamed.owner(), blamed.usage().allocatedBytes(), PID);
            blamed.exceedMemory();
        }
    }
}
