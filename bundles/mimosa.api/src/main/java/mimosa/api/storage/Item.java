package mimosa.api.storage;

/**
 * One stored item. Texts are any UTF-16, unpaired surrogates and NUL included.
 *
 * @param tag empty when untagged
 */
public record Item(String key, String value, String tag) {}
