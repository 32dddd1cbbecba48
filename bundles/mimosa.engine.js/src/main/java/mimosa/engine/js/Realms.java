package mimosa.engine.js;

import java.util.Map;

/** How a fresh instance of one program comes about. Used by any number of threads. */
interface Realms extends AutoCloseable {
    /** A realm as if the program had just run in it, for the guest that the current thread has entered. */
    Realm fresh(Guest guest);

    /** What an author may want to know of it. */
    Map<String, String> facts();

    /** Gives back what is kept; realms in use are not affected. */
    @Override
    void close();
}
