package mimosa.engine.wasm;

import mimosa.work.StackProbe;

/** How much stack the host needs for what programs ask of it, see {@link StackProbe}. */
final class StackRoom {
    /** 150 KiB. */
    static final int SERVICE_FRAMES = 304;

    /** 40 KiB. */
    static final int ANSWER_FRAMES = 80;

    private StackRoom() {}

    /**
     * Before a call of a store, a client or a log.
     *
     * @throws StackOverflowError when there is too little room
     */
    static void forService() {
        StackProbe.ensure(SERVICE_FRAMES);
    }

    /**
     * Before something is sent.
     *
     * @throws StackOverflowError when there is too little room
     */
    static void forAnswer() {
        StackProbe.ensure(ANSWER_FRAMES);
    }
}
