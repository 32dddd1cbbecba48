package mimosa.engine.wasm;

/** How a program and the host talk to each other. */
enum Protocol {
    DIRECT("direct, version 1"),
    /** Messages in JSON. */
    MESSAGES_1("messages, version 1 (JSON)"),
    /** Messages in MessagePack. */
    MESSAGES_2("messages, version 2 (MessagePack)");

    private final String text;

    Protocol(String text) {
        this.text = text;
    }

    boolean isMessages() {
        return this != DIRECT;
    }

    Wire wire() {
        return this == MESSAGES_1 ? new JsonWire() : new PackWire();
    }

    @Override
    public String toString() {
        return text;
    }
}
