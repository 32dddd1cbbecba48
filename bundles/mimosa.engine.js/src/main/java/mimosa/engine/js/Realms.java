package mimosa.engine.js;

import java.util.Map;

/** How a fresh instance of one program comes about. Used by any number of threads. */
interface Realms extends AutoCloseable {
    /**
     * Queues for a realm.
     *
     * @param whenReady run once by any thread when the claim has become ready, unless it is at once
     */
    Claim claim(Runnable whenReady);

    /** A realm for trial, without queueing. */
    Realm fresh(Guest guest);

    /** One request's right to a realm: used once, or abandoned. */
    interface Claim {
        /** Whether there is a realm, or it is this request's turn to make one. */
        boolean isReady();

        /** A realm as if the program had just run in it, for the guest that the current thread has entered. */
        Realm realm(Guest guest);

        /** The request has come to its end without a realm. */
        void abandon();
    }

    /** What an author may want to know of it. */
    Map<String, String> facts();

    /** Gives back what is kept; realms in use are not affected. */
    @Override
    void close();
}
