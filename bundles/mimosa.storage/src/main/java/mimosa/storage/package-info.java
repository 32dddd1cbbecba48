/**
 * Keeps the data of each mim in a folder of its own: items, embeddings and the names of its files in one file of H2's
 * MVStore, the contents of its files beside it.
 *
 * <p>{@link mimosa.storage.MvStoreKeyValueStore} is the view of one bundle, {@link mimosa.storage.Stores} holds the
 * stores, {@code Store} is one of them, {@code Tables} its opened file, {@code MvStoreSession} with its {@code Overlay} the
 * view of one request. {@code Contents} keeps the contents, {@code Query} answers queries.
 */
package mimosa.storage;
