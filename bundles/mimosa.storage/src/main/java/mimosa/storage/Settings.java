package mimosa.storage;

import java.time.Duration;
import mimosa.api.MimosaException;
import mimosa.api.storage.Embedding;
import mimosa.api.storage.Item;

/**
 * The configuration, checked.
 *
 * @param powerSafe whether durable means to survive a loss of power, not only the end of the process
 * @param maxOpen how many idle stores may stay open
 */
record Settings(
        int keyBytes,
        int valueBytes,
        long totalBytes,
        boolean powerSafe,
        Duration idleClose,
        int maxOpen,
        int cacheMiB,
        int syncThreads) {

    private static final int TAG_BYTES = 256;

    /** The checked configuration. */
    static Settings of(Stores.Config config) {
        range("keyBytes", config.keyBytes(), 1, 65_536);
        range("valueBytes", config.valueBytes(), 1, 256 << 20);
        range("totalBytes", config.totalBytes(), 1, 1L << 40);
        range("idleCloseMs", config.idleCloseMs(), 100, 86_400_000);
        range("maxOpen", config.maxOpen(), 1, 100_000);
        range("cacheMiB", config.cacheMiB(), 1, 1024);
        range("syncThreads", config.syncThreads(), 1, 64);
        return new Settings(
                config.keyBytes(),
                config.valueBytes(),
                config.totalBytes(),
                powerSafe(config.durability()),
                Duration.ofMillis(config.idleCloseMs()),
                config.maxOpen(),
                config.cacheMiB(),
                config.syncThreads());
    }

    private static boolean powerSafe(String durability) {
        if (!durability.equals("power") && !durability.equals("process")) {
            throw MimosaException.invalid(
                    "mimosa.storage: durability is '" + durability + "', expected power or process");
        }
        return durability.equals("power");
    }

    private static void range(String property, long value, long from, long to) {
        if (value < from || value > to) {
            throw MimosaException.invalid(
                    "mimosa.storage: " + property + " is " + value + ", expected " + from + " to " + to);
        }
    }

    /** An item that may be stored. */
    Item item(String key, String value, String tag) {
        check(key, value, tag);
        return new Item(key, value, tag);
    }

    /** An embedding that may be stored; with a vector of its own. */
    Embedding embedding(Embedding embedding) {
        check(embedding.key(), embedding.value(), embedding.tag());
        Similarity.checkVector(embedding.vector());
        return new Embedding(embedding.key(), embedding.vector().clone(), embedding.value(), embedding.tag());
    }

    private void check(String key, String value, String tag) {
        checkPresent(key);
        if (value == null) {
            throw MimosaException.invalid("the value of a stored item is a text, found null");
        }
        if (tag == null || tag.length() > TAG_BYTES || Texts.utf8Bytes(tag) > TAG_BYTES) {
            throw MimosaException.invalid("a tag is a text of at most " + TAG_BYTES + " bytes, found "
                    + (tag == null ? "null" : Texts.utf8Bytes(tag) + " bytes"));
        }
        checkSize("key", "keyBytes", key, keyBytes);
        checkSize("value", "valueBytes", value, valueBytes);
    }

    /** Any key that is a key at all; one that is too long is never found. */
    static void checkPresent(String key) {
        if (key == null || key.isEmpty()) {
            throw MimosaException.invalid("a storage key is a text of at least one character, found "
                    + (key == null ? "null" : "an empty one"));
        }
    }

    private static void checkSize(String what, String limit, String text, int limitBytes) {
        long bytes = Texts.utf8Bytes(text);
        if (bytes > limitBytes) {
            throw Failures.overLimit("a storage " + what + " of " + bytes + " bytes is over the limit " + limit + "="
                    + limitBytes + "; nothing was changed");
        }
    }

    /** @param used bytes that would be in use, of which {@code more} in addition */
    void checkTotal(long used, long more) {
        if (more > 0 && used > totalBytes) {
            throw Failures.overLimit("data of " + used + " bytes in all are over the limit totalBytes=" + totalBytes
                    + "; nothing was changed");
        }
    }

    /** What an item counts; a tag counts nothing. */
    static long bytes(Item item) {
        return Texts.utf8Bytes(item.key()) + Texts.utf8Bytes(item.value());
    }

    /** What a file counts: its path as well, since there may be many small ones. */
    static long bytes(FileEntry file) {
        return Texts.utf8Bytes(file.path()) + file.size();
    }

    /** What an embedding counts. */
    static long bytes(Embedding embedding) {
        return Texts.utf8Bytes(embedding.key())
                + Texts.utf8Bytes(embedding.value())
                + (long) Float.BYTES * embedding.vector().length;
    }
}
