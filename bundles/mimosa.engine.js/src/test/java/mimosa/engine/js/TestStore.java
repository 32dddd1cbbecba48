package mimosa.engine.js;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import mimosa.api.MimosaException;
import mimosa.api.storage.Item;
import mimosa.api.storage.Session;
import mimosa.api.storage.Waiting;

/** A store in memory with the semantics of the contract: one writer at a time, changes inside a lock all or none. */
final class TestStore {
    static final int MAX_VALUE = 5 * 1024 * 1024;
    static final int MAX_KEY = 1024;

    private final Deque<CompletableFuture<Void>> queue = new ArrayDeque<>();
    private Map<String, Item> items = new LinkedHashMap<>();
    private Object owner;
    MimosaException writeFailure;

    synchronized Map<String, Item> committed() {
        return Map.copyOf(items);
    }

    synchronized boolean isLocked() {
        return owner != null;
    }

    Session session(Waiting waiting) {
        return new View(waiting);
    }

    private synchronized CompletableFuture<Void> acquire(Object who) {
        CompletableFuture<Void> turn = new CompletableFuture<>();
        if (owner == null) {
            owner = who;
            turn.complete(null);
        } else {
            queue.add(turn);
        }
        return turn;
    }

    private synchronized void giveUp(CompletableFuture<Void> turn) {
        if (!queue.remove(turn)) {
            release();
        }
    }

    private synchronized void release() {
        owner = null;
        CompletableFuture<Void> next = queue.poll();
        if (next != null) {
            owner = next;
            next.complete(null);
        }
    }

    private final class View implements Session {
        private final Waiting waiting;
        private Map<String, Item> own;
        private int depth;

        View(Waiting waiting) {
            this.waiting = waiting;
        }

        private Map<String, Item> visible() {
            synchronized (TestStore.this) {
                return own != null ? own : new LinkedHashMap<>(items);
            }
        }

        @Override
        public String get(String key) {
            Item item = visible().get(key);
            return item == null ? null : item.value();
        }

        @Override
        public Item item(String key) {
            return visible().get(key);
        }

        private void change(Predicate<Map<String, Item>> change) {
            lock();
            try {
                change.test(own);
            } catch (RuntimeException e) {
                if (depth == 1) {
                    rollback();
                } else {
                    depth--;
                }
                throw e;
            }
            commit();
        }

        @Override
        public void put(String key, String value, String tag) {
            if (key.length() > MAX_KEY || value.length() > MAX_VALUE) {
                throw new MimosaException(MimosaException.Kind.STORAGE_LIMIT, "a limit (keyBytes, valueBytes)");
            }
            if (writeFailure != null) {
                throw writeFailure;
            }
            change(map -> map.put(key, new Item(key, value, tag)) != null);
        }

        @Override
        public boolean remove(String key) {
            boolean there = get(key) != null;
            change(map -> map.remove(key) != null);
            return there;
        }

        @Override
        public int removeTagged(String tag) {
            int before = visible().size();
            change(map -> map.values().removeIf(item -> item.tag().equals(tag)));
            return before - visible().size();
        }

        @Override
        public void each(String tag, Predicate<Item> visitor) {
            List<Item> snapshot = new ArrayList<>(visible().values());
            for (Item item : snapshot) {
                if ((tag == null || tag.equals(item.tag())) && !visitor.test(item)) {
                    return;
                }
            }
        }

        @Override
        public int lock() {
            if (depth == 0) {
                CompletableFuture<Void> turn = acquire(this);
                try {
                    waiting.until(turn);
                } catch (RuntimeException e) {
                    giveUp(turn);
                    throw e;
                }
                synchronized (TestStore.this) {
                    own = new LinkedHashMap<>(items);
                }
            }
            return ++depth;
        }

        @Override
        public int commit() {
            if (--depth == 0) {
                synchronized (TestStore.this) {
                    items = own;
                    own = null;
                }
                release();
            }
            return depth;
        }

        @Override
        public void rollback() {
            if (depth > 0) {
                depth = 0;
                own = null;
                release();
            }
        }

        @Override
        public int depth() {
            return depth;
        }

        @Override
        public CompletionStage<Void> durable() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {
            rollback();
        }
    }
}
