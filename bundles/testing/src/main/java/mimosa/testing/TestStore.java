package mimosa.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import mimosa.api.MimosaException;
import mimosa.api.storage.Embedding;
import mimosa.api.storage.Item;
import mimosa.api.storage.JsonQuery;
import mimosa.api.storage.NewFile;
import mimosa.api.storage.Session;
import mimosa.api.storage.StoredFile;
import mimosa.api.storage.Waiting;

/** A store in memory with the semantics of the contract: one writer at a time, changes inside a lock all or none. */
public final class TestStore {
    public static final int MAX_VALUE = 5 * 1024 * 1024;
    public static final int MAX_KEY = 1024;

    private final Deque<CompletableFuture<Void>> queue = new ArrayDeque<>();
    private State state = new State(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
    private Object owner;
    public MimosaException writeFailure;

    /** Room for files; a new one that would be larger is refused. */
    public long maxFileBytes = Long.MAX_VALUE;

    /** What a query is answered, and the last query. */
    public JsonQuery.Page page = new JsonQuery.Page(List.of(), 0);

    public volatile JsonQuery asked;

    /** Files that are open at the moment, for reading or writing. */
    public final AtomicInteger openFiles = new AtomicInteger();

    /** Everything that is stored; never changed once it is committed. */
    private record State(Map<String, Item> items, Map<String, byte[]> files, Map<String, Embedding> embeddings) {
        State copy() {
            return new State(new LinkedHashMap<>(items), new LinkedHashMap<>(files), new LinkedHashMap<>(embeddings));
        }
    }

    public synchronized Map<String, Item> committed() {
        return Map.copyOf(state.items);
    }

    public synchronized Map<String, byte[]> files() {
        return Map.copyOf(state.files);
    }

    public synchronized void putFile(String path, byte[] content) {
        state = state.copy();
        state.files.put(path, content);
    }

    public synchronized boolean isLocked() {
        return owner != null;
    }

    public Session session(Waiting waiting) {
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

    private final class Opened implements StoredFile {
        private final byte[] content;
        private final AtomicBoolean closed = new AtomicBoolean();

        Opened(byte[] content) {
            this.content = content;
            openFiles.incrementAndGet();
        }

        @Override
        public long size() {
            return content.length;
        }

        @Override
        public int read(long position, ByteBuffer target) {
            if (closed.get()) {
                throw new IllegalStateException("read after close");
            }
            int count = (int) Math.min(content.length - position, target.remaining());
            if (count <= 0) {
                return -1;
            }
            target.put(content, (int) position, count);
            return count;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                openFiles.decrementAndGet();
            }
        }
    }

    private final class View implements Session {
        private final Waiting waiting;
        private State own;
        private int depth;

        View(Waiting waiting) {
            this.waiting = waiting;
        }

        private State visible() {
            synchronized (TestStore.this) {
                return own != null ? own : state;
            }
        }

        @Override
        public String get(String key) {
            Item item = visible().items.get(key);
            return item == null ? null : item.value();
        }

        @Override
        public Item item(String key) {
            return visible().items.get(key);
        }

        private void change(Consumer<State> change) {
            lock();
            try {
                change.accept(own);
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
            change(all -> all.items.put(key, new Item(key, value, tag)));
        }

        @Override
        public boolean remove(String key) {
            boolean there = get(key) != null;
            change(all -> all.items.remove(key));
            return there;
        }

        @Override
        public int removeTagged(String tag) {
            int before = visible().items.size();
            change(all -> all.items.values().removeIf(item -> item.tag().equals(tag)));
            return before - visible().items.size();
        }

        @Override
        public void each(String tag, Predicate<Item> visitor) {
            List<Item> snapshot = new ArrayList<>(visible().items.values());
            for (Item item : snapshot) {
                if ((tag == null || tag.equals(item.tag())) && !visitor.test(item)) {
                    return;
                }
            }
        }

        @Override
        public JsonQuery.Page query(JsonQuery query) {
            asked = query;
            for (JsonQuery.Filter filter : query.filters()) {
                if (filter.jsonPath().contains("..")) {
                    throw MimosaException.invalid("jsonPath \"" + filter.jsonPath() + "\": only $ is supported");
                }
            }
            return page;
        }

        private static String checked(String path) {
            if (path.contains("..") || path.contains("\\")) {
                throw MimosaException.invalid("illegal path " + path);
            }
            return path.startsWith("/") ? path.substring(1) : path;
        }

        @Override
        public NewFile newFile(String path) {
            return new Written(checked(path));
        }

        @Override
        public StoredFile file(String path) {
            byte[] content = visible().files.get(checked(path));
            return content == null ? null : new Opened(content);
        }

        @Override
        public boolean removeFile(String path) {
            boolean there = visible().files.containsKey(checked(path));
            change(all -> all.files.remove(checked(path)));
            return there;
        }

        @Override
        public void putEmbedding(Embedding embedding) {
            change(all -> all.embeddings.put(embedding.key(), embedding));
        }

        @Override
        public Embedding embedding(String key) {
            return visible().embeddings.get(key);
        }

        @Override
        public boolean removeEmbedding(String key) {
            boolean there = embedding(key) != null;
            change(all -> all.embeddings.remove(key));
            return there;
        }

        @Override
        public int removeEmbeddingsTagged(String tag) {
            int before = visible().embeddings.size();
            change(all -> all.embeddings.values().removeIf(known -> known.tag().equals(tag)));
            return before - visible().embeddings.size();
        }

        /** By the dot product, whatever the metric, which is told in place of the value. */
        @Override
        public List<Embedding.Match> similar(float[] vector, String tag, int limit, Embedding.Metric metric) {
            return visible().embeddings.values().stream()
                    .filter(known -> tag == null || known.tag().equals(tag))
                    .filter(known -> known.vector().length == vector.length)
                    .map(known ->
                            new Embedding.Match(known.key(), metric.name(), known.tag(), dot(known.vector(), vector)))
                    .sorted(Comparator.comparingDouble(Embedding.Match::score)
                            .reversed()
                            .thenComparing(Embedding.Match::key))
                    .limit(limit)
                    .toList();
        }

        private static double dot(float[] one, float[] other) {
            double sum = 0;
            for (int i = 0; i < one.length; i++) {
                sum += one[i] * other[i];
            }
            return sum;
        }

        private final class Written implements NewFile {
            private final String path;
            private final ByteArrayOutputStream content = new ByteArrayOutputStream();
            private boolean closed;

            Written(String path) {
                this.path = path;
                openFiles.incrementAndGet();
            }

            @Override
            public void write(ByteBuffer bytes) {
                if (content.size() + (long) bytes.remaining() > maxFileBytes) {
                    throw new MimosaException(MimosaException.Kind.STORAGE_LIMIT, "a limit (totalBytes)");
                }
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                content.writeBytes(copy);
            }

            @Override
            public long size() {
                return content.size();
            }

            @Override
            public void commit() {
                change(all -> all.files.put(path, content.toByteArray()));
            }

            @Override
            public void close() {
                if (!closed) {
                    closed = true;
                    openFiles.decrementAndGet();
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
                    own = state.copy();
                }
            }
            return ++depth;
        }

        @Override
        public int commit() {
            if (--depth == 0) {
                synchronized (TestStore.this) {
                    state = own;
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
