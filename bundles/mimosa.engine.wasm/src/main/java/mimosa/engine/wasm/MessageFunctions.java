package mimosa.engine.wasm;

/** What programs that speak in messages import. */
final class MessageFunctions {
    private MessageFunctions() {}

    /** The functions for MessagePack, or for JSON, whose messages have the call's id in them. */
    static HostFunctions of(Protocol protocol) {
        HostFunctions env = new HostFunctions("env");
        if (protocol == Protocol.MESSAGES_2) {
            env.early("mk_module_api_request", "ip:", (e, a) -> {
                e.messages().posted(a.bytes(1), a.number(0));
                return 0;
            });
        } else {
            env.early("mk_module_api_request", "p:", (e, a) -> {
                e.messages().posted(a.bytes(0), null);
                return 0;
            });
        }
        env.early("mk_module_get_buffer", "ili:", MessageFunctions::read);
        env.early("mk_module_set_buffer", "lp:", (e, a) -> {
            e.messages().write(a.whole(0), a.bytes(1));
            return 0;
        });
        return env;
    }

    private static long read(Execution e, Args a) {
        int length = a.number(2);
        byte[] bytes = e.messages().read(a.whole(1), length);
        a.memory().checkRange(a.number(0), length);
        if (length > 0) {
            a.memory().write(a.number(0), bytes, 0, length);
        }
        return 0;
    }
}
