package mimosa.api.storage;

/**
 * A vector with what it stands for. Embeddings have a key space of their own.
 *
 * @param vector 1 to 4096 finite numbers; not to be changed
 * @param tag empty when untagged
 */
public record Embedding(String key, float[] vector, String value, String tag) {
    /** How alike two vectors are; the higher the more. */
    public enum Metric {
        COSINE,
        DOT,
        /** {@code 1 / (1 + distance)}. */
        EUCLIDEAN
    }

    /** One of the most similar embeddings. */
    public record Match(String key, String value, String tag, double score) {}
}
