package mimosa.engine.js;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.Stream;
import org.mozilla.javascript.Callable;

/** The timers and immediates of one instance. Used by the one thread that runs the instance at the moment. */
final class EventLoop {
    private static final long LONGEST_MS = Integer.MAX_VALUE;
    private static final Comparator<Task> BY_ORDER = Comparator.comparingInt(task -> task.order);
    private static final Comparator<Task> BY_TIME =
            Comparator.<Task>comparingLong(task -> task.due).thenComparing(BY_ORDER);

    /** Origin of due times, so that they can be compared as they are. */
    private final long start = System.nanoTime();

    private final PriorityQueue<Task> timers = new PriorityQueue<>(1, BY_TIME);
    private final Map<Integer, Task> timersById = new HashMap<>();
    private final Map<Integer, Task> immediatesById = new HashMap<>();
    private final ArrayDeque<Task> immediates = new ArrayDeque<>(1);
    private int lastId;
    private int lastOrder;

    /** One call of a function of the script that is still to come. */
    static final class Task {
        final int id;
        final Callable function;
        final Object[] arguments;
        final long periodNanos;
        private long delayNanos;
        private long due;
        private int order;

        private Task(int id, Callable function, Object[] arguments, long periodNanos) {
            this.id = id;
            this.function = function;
            this.arguments = arguments;
            this.periodNanos = periodNanos;
        }

        private Task copy() {
            return new Task(id, function, arguments.clone(), periodNanos);
        }
    }

    /** Nanoseconds since the instance began. */
    long now() {
        return System.nanoTime() - start;
    }

    /** Not a number, missing and negative are 0; what is longer than any instance lives is that long. */
    static long nanos(double ms) {
        return ms > 0 ? (long) (Math.min(ms, LONGEST_MS) * 1_000_000) : 0;
    }

    /** @param periodNanos 0 for a call that happens once */
    int addTimer(Callable function, Object[] arguments, long delayNanos, long periodNanos) {
        Task task = new Task(++lastId, function, arguments, periodNanos);
        timersById.put(task.id, task);
        schedule(task, delayNanos);
        return task.id;
    }

    private void schedule(Task task, long delayNanos) {
        task.delayNanos = delayNanos;
        task.due = now() + delayNanos;
        task.order = ++lastOrder;
        timers.add(task);
    }

    /** Unknown ids are ignored. */
    void clearTimer(int id) {
        Task task = timersById.remove(id);
        if (task != null) {
            timers.remove(task);
        }
    }

    int addImmediate(Callable function, Object[] arguments) {
        Task task = new Task(++lastId, function, arguments, 0);
        immediatesById.put(task.id, task);
        immediates.add(task);
        return task.id;
    }

    void clearImmediate(int id) {
        Task task = immediatesById.remove(id);
        if (task != null) {
            immediates.remove(task);
        }
    }

    int timers() {
        return timersById.size();
    }

    /** The next timer that is due, taken out; {@code null} when none is. A repeated one is scheduled anew. */
    Task pollDue(long now) {
        Task task = timers.peek();
        if (task == null || task.due > now) {
            return null;
        }
        timers.poll();
        if (task.periodNanos > 0) {
            schedule(task, task.periodNanos);
        } else {
            timersById.remove(task.id);
        }
        return task;
    }

    /** How many immediates there are now: a round, as those made meanwhile belong to the next one. */
    int round() {
        return immediates.size();
    }

    /** The next immediate, taken out; {@code null} when there is none. */
    Task pollImmediate() {
        Task task = immediates.poll();
        if (task != null) {
            immediatesById.remove(task.id);
        }
        return task;
    }

    /**
     * Adds all that another loop has to do, as if it had been added just now in the same order. Each call gets arguments
     * of its own: a function may change what it is called with.
     */
    void adopt(EventLoop other) {
        lastId = other.lastId;
        if (other.timers.isEmpty() && other.immediates.isEmpty()) {
            return; // as nearly always, once for each request
        }
        for (Task task : other.timers.stream().sorted(BY_ORDER).toList()) {
            Task own = task.copy();
            timersById.put(own.id, own);
            schedule(own, task.delayNanos);
        }
        for (Task task : other.immediates) {
            Task own = task.copy();
            immediatesById.put(own.id, own);
            immediates.add(own);
        }
    }

    /** A copy of what there is to do. */
    EventLoop copy() {
        EventLoop copy = new EventLoop();
        copy.adopt(this);
        return copy;
    }

    /** Everything of the script that is kept here: functions and their arguments. */
    List<Object> content() {
        List<Object> content = new ArrayList<>();
        Stream.concat(timers.stream().sorted(BY_ORDER), immediates.stream()).forEach(task -> {
            content.add(task.function);
            content.add(task.arguments);
        });
        return content;
    }

    /** Nanoseconds until the next timer is due, 0 when it is; -1 when there is none. */
    long untilNext(long now) {
        Task task = timers.peek();
        return task == null ? -1 : Math.max(0, task.due - now);
    }

    void clear() {
        timers.clear();
        timersById.clear();
        immediates.clear();
        immediatesById.clear();
    }
}
