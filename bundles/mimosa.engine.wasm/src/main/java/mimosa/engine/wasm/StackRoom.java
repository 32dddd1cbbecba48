package mimosa.engine.wasm;

import mimosa.work.StackProbe;

/** How much stack the host needs for what programs ask of it, see {@link StackProbe}. */
final class StackRoom {
    static final int SERVICE_KIB = 150;
    static final int ANSWER_KIB = 40;

    private StackRoom() {}

    /**
     * Before a call of a store, a client or a log.
     *
     * @throws StackOverflowError when there is too little room
     */
    static void forService() {
        StackProbe.ensure(SERVICE_KIB);
    }

    /**
     * Before something is sent.
     *
     * @throws StackOverflowError when there is too little room
     */
    static void forAnswer() {
        StackProbe.ensure(ANSWER_KIB);
    }
}
