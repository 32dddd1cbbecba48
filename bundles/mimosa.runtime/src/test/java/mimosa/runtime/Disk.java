package mimosa.runtime;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import mimosa.api.MimosaException;
import mimosa.api.storage.Embedding;
import mimosa.api.storage.Item;
import mimosa.api.storage.JsonQuery;
import mimosa.api.storage.NewFile;
import mimosa.api.storage.Session;
import mimosa.api.storage.StoredFile;

/** A session over nothing that only knows how far the disk is. */
final class Disk implements Session {
    CompletableFuture<Void> pending = CompletableFuture.completedFuture(null);

    @Override
    public CompletionStage<Void> durable() {
        return pending;
    }

    @Override
    public String get(String key) {
        return null;
    }

    @Override
    public Item item(String key) {
        return null;
    }

    @Override
    public void put(String key, String value, String tag) {}

    @Override
    public boolean remove(String key) {
        return false;
    }

    @Override
    public int removeTagged(String tag) {
        return 0;
    }

    @Override
    public void each(String tag, Predicate<Item> visitor) {}

    @Override
    public JsonQuery.Page query(JsonQuery query) {
        return new JsonQuery.Page(List.of(), 0);
    }

    @Override
    public NewFile newFile(String path) {
        throw new MimosaException(MimosaException.Kind.STORAGE_LIMIT, "this disk keeps nothing");
    }

    @Override
    public StoredFile file(String path) {
        return null;
    }

    @Override
    public boolean removeFile(String path) {
        return false;
    }

    @Override
    public void putEmbedding(Embedding embedding) {}

    @Override
    public Embedding embedding(String key) {
        return null;
    }

    @Override
    public boolean removeEmbedding(String key) {
        return false;
    }

    @Override
    public int removeEmbeddingsTagged(String tag) {
        return 0;
    }

    @Override
    public List<Embedding.Match> similar(float[] vector, String tag, int limit, Embedding.Metric metric) {
        return List.of();
    }

    @Override
    public int lock() {
        return 1;
    }

    @Override
    public int commit() {
        return 0;
    }

    @Override
    public void rollback() {}

    @Override
    public int depth() {
        return 0;
    }

    @Override
    public void close() {}
}
