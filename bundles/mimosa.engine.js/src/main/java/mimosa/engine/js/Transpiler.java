package mimosa.engine.js;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import mimosa.api.MimosaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns modern programs into ones that Rhino gets right, one at a time. The transpiler is loaded when the first program
 * needs it, into a thread of its own with a large stack, and goes with that thread when nobody has needed it for a while.
 */
final class Transpiler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Transpiler.class);

    /** Syntax trees are walked by recursion through native functions. */
    private static final long STACK_BYTES = 64L << 20;

    private static final int GRACE_MS = 2_000;

    private final int limitMs;
    private final long idleMs;
    private final AtomicInteger loads = new AtomicInteger();
    private final ReentrantLock oneAtATime = new ReentrantLock(true);
    private volatile Room room;
    private volatile boolean closed;

    /**
     * @param limitMs for one program, the loading of the transpiler included
     * @param idleMs how long it is kept for the next program
     */
    Transpiler(int limitMs, long idleMs) {
        this.limitMs = limitMs;
        this.idleMs = idleMs;
    }

    /** How often it has been loaded. */
    int loads() {
        return loads.get();
    }

    /** Whether it occupies memory at the moment. */
    boolean isLoaded() {
        Room present = room;
        return present != null && present.realm != null;
    }

    /**
     * Waits for its turn, then for the result.
     *
     * @param map the program's own source map; {@code null} when there is none
     * @throws MimosaException of kind {@code INVALID} for what is no JavaScript, is nested too deeply or takes too long
     */
    Transpiled transpile(String name, String source, String map) {
        try {
            oneAtATime.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted(name, e);
        }
        try {
            if (closed) {
                throw new MimosaException(MimosaException.Kind.UNAVAILABLE, "the JavaScript engine is being stopped");
            }
            if (room == null) {
                room = new Room();
            }
            return await(room.submit(name, source, map), name);
        } finally {
            oneAtATime.unlock();
        }
    }

    private Transpiled await(Future<Transpiled> result, String name) {
        try {
            return result.get(limitMs + GRACE_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("the transpiler does not come back from {} and is left behind", name);
            leave();
            throw tooSlow(name);
        } catch (InterruptedException e) {
            leave();
            throw interrupted(name, e);
        } catch (ExecutionException e) {
            throw failure(name, e.getCause());
        }
    }

    private MimosaException failure(String name, Throwable cause) {
        if (cause instanceof MimosaException refusal) {
            return refusal;
        }
        leave();
        if (cause instanceof TranspilerRealm.Late) {
            return tooSlow(name);
        }
        if (cause instanceof StackOverflowError) {
            return MimosaException.invalid(name + ":1:1: the program is nested too deeply; transpile to ES5");
        }
        if (cause instanceof OutOfMemoryError) {
            return MimosaException.invalid(name + ":1:1: too little memory to transpile the program; transpile to ES5");
        }
        return new MimosaException(MimosaException.Kind.INTERNAL, name + " could not be transpiled", cause);
    }

    private MimosaException tooSlow(String name) {
        return MimosaException.invalid(
                name + ":1:1: the program could not be transpiled within " + limitMs + " ms; transpile to ES5");
    }

    private static MimosaException interrupted(String name, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new MimosaException(MimosaException.Kind.INTERNAL, "interrupted while " + name + " was transpiled", e);
    }

    /** What has failed half-way may be in any state: the next program gets a new one. */
    private void leave() {
        room.end();
        room = null;
    }

    @Override
    public void close() {
        closed = true;
        Room present = room;
        if (present != null) {
            present.end();
        }
    }

    /** A thread and the transpiler in it; both go when idle, and come again. */
    private final class Room {
        private final ThreadPoolExecutor thread;
        private volatile boolean ended;
        private volatile TranspilerRealm realm;

        Room() {
            thread = new ThreadPoolExecutor(
                    1, 1, idleMs, TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(), this::newThread);
            thread.allowCoreThreadTimeOut(true);
        }

        private Thread newThread(Runnable work) {
            Thread created = Thread.ofPlatform()
                    .name("mimosa-js-transpiler")
                    .daemon()
                    .stackSize(STACK_BYTES)
                    .unstarted(() -> {
                        try {
                            work.run();
                        } finally {
                            realm = null;
                        }
                    });
            created.setContextClassLoader(Transpiler.class.getClassLoader());
            return created;
        }

        Future<Transpiled> submit(String name, String source, String map) {
            return thread.submit(() -> {
                long deadline = TranspilerRealm.deadlineIn(limitMs);
                return loaded(deadline).transpile(name, source, map, deadline);
            });
        }

        private TranspilerRealm loaded(long deadline) {
            TranspilerRealm known = realm;
            if (known == null) {
                long began = System.nanoTime();
                known = new TranspilerRealm(
                        TranspilerRealm.resource("babel.min.js"), TranspilerRealm.resource("down-level.js"), deadline);
                realm = ended ? null : known;
                loads.incrementAndGet();
                LOG.info(
                        "the transpiler was loaded in {} ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
            }
            return known;
        }

        void end() {
            ended = true;
            realm = null;
            thread.shutdown();
        }
    }
}
