package mimosa.engine.js;

/** How a fresh instance of one program comes about. Nothing of a request is in a realm: the {@link Guest} has it. */
interface Realms {
    /** A realm that nobody has used, for the guest that the current thread has entered. */
    Realm fresh(Guest guest);
}
