/**
 * Keeps the data of each mim in a file of its own, made of H2's MVStore.
 *
 * <p>{@link mimosa.storage.MvStoreKeyValueStore} is the view of one bundle, {@link mimosa.storage.Stores} holds the
 * stores, {@code Store} is one of them, {@code Tables} its opened file, {@code MvStoreSession} with its {@code Overlay} the
 * view of one request.
 */
package mimosa.storage;
