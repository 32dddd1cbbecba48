package mimosa.engine.wasm;

import com.dylibso.chicory.runtime.Memory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import mimosa.api.MimosaException;

/**
 * The memories of all instances: how much they may have together, and those that wait to be used again. What an instance
 * has is counted from its start to its end, so that a store never fails for want of memory. Thread-safe.
 */
final class MemoryShare {
    /** At most this part of the share is kept for instances to come. */
    private static final int IDLE_PART = 4;

    private final long mostBytes;
    private final Queue<Waiting> queue = new ArrayDeque<>();
    /** Clean memories by what they hold, the image that was used least recently first. */
    private final Map<MemoryImage, Deque<UsedMemory>> idle = new LinkedHashMap<>(16, 0.75f, true);

    private long used;
    private long idleBytes;

    private record Waiting(Execution who, MemoryImage image, CompletableFuture<UsedMemory> turn) {}

    MemoryShare(long bytes) {
        this.mostBytes = bytes;
    }

    /** Completes with a memory for the instance, at once while there is room. */
    CompletableFuture<UsedMemory> start(Execution who, MemoryImage image) {
        CompletableFuture<UsedMemory> turn = new CompletableFuture<>();
        UsedMemory known;
        synchronized (this) {
            if (!queue.isEmpty() || !take(who, image.length())) {
                queue.add(new Waiting(who, image, turn));
                return turn;
            }
            known = takeIdle(image);
        }
        complete(turn, known, image);
        return turn;
    }

    private static void complete(CompletableFuture<UsedMemory> turn, UsedMemory known, MemoryImage image) {
        try {
            turn.complete(known == null ? UsedMemory.of(image) : known);
        } catch (OutOfMemoryError e) {
            turn.completeExceptionally(
                    MimosaException.retryAfter(Duration.ofSeconds(1), "no memory is free, the Java heap is full"));
        }
    }

    /** Gives up waiting, unless the turn has come. */
    void giveUp(CompletableFuture<UsedMemory> turn, String mimId) {
        boolean waited;
        synchronized (this) {
            waited = queue.removeIf(waiting -> waiting.turn == turn);
        }
        if (waited) {
            turn.completeExceptionally(MimosaException.retryAfter(
                    Duration.ofSeconds(1),
                    "no memory is free for " + mimId + ", all instances have " + mostBytes / 1024 / 1024
                            + " MiB together (mimosa.engine.wasm: memoryShare)"));
        }
    }

    /** Whether the instance may have so many pages more. */
    synchronized boolean grow(Execution who, int pages) {
        return take(who, (long) pages * Memory.PAGE_SIZE);
    }

    private boolean take(Execution who, long bytes) {
        if (used + bytes > mostBytes) {
            return false;
        }
        used += bytes;
        who.memoryBytes(bytes);
        makeRoom(mostBytes - used);
        return true;
    }

    private UsedMemory takeIdle(MemoryImage image) {
        Deque<UsedMemory> same = idle.get(image);
        UsedMemory memory = same == null ? null : same.poll();
        if (memory != null) {
            idleBytes -= memory.bytes().length;
        }
        return memory;
    }

    /** Forgets idle memories until they are no more than so many bytes. */
    private void makeRoom(long mostIdle) {
        Iterator<Deque<UsedMemory>> oldest = idle.values().iterator();
        while (idleBytes > mostIdle && oldest.hasNext()) {
            Deque<UsedMemory> same = oldest.next();
            while (idleBytes > mostIdle && !same.isEmpty()) {
                idleBytes -= same.pop().bytes().length;
            }
            if (same.isEmpty()) {
                oldest.remove();
            }
        }
    }

    /**
     * An instance has ended: takes back what it had.
     *
     * @param memory to be used again; {@code null} when there is none
     */
    void release(Execution who, UsedMemory memory) {
        if (memory != null) {
            memory.restore();
        }
        List<Runnable> turns = new ArrayList<>();
        synchronized (this) {
            used -= who.memoryBytes();
            if (memory != null) {
                idle.computeIfAbsent(memory.image(), image -> new ArrayDeque<>())
                        .push(memory);
                idleBytes += memory.bytes().length;
                makeRoom(Math.min(mostBytes - used, mostBytes / IDLE_PART));
            }
            while (!queue.isEmpty() && take(queue.peek().who, queue.peek().image.length())) {
                Waiting next = queue.remove();
                UsedMemory known = takeIdle(next.image);
                turns.add(() -> complete(next.turn, known, next.image));
            }
        }
        turns.forEach(Runnable::run);
    }

    /** Nobody will ask for a memory like this any more. */
    synchronized void forget(MemoryImage image) {
        Deque<UsedMemory> same = idle.remove(image);
        if (same != null) {
            same.forEach(memory -> idleBytes -= memory.bytes().length);
        }
    }

    synchronized long usedBytes() {
        return used;
    }
}
