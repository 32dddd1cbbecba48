package mimosa.engine.wasm;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import mimosa.api.engine.Host;
import mimosa.api.engine.Host.Level;

/** The result buffer, who and where the mim is, its log, time and chance. */
final class ContextFunctions {
    private static final int MAX_RANDOM = 65_536;
    private static final int MAX_SLEEP_MS = 3_600_000;
    private static final int MAX_ABORT_BYTES = 4096;
    private static final SecureRandom RANDOM = new SecureRandom();

    private ContextFunctions() {}

    static void addTo(HostFunctions env) {
        env.early("mim_abi_v1", ":", (e, a) -> 0);
        env.early("result_len", ":i", (e, a) -> e.result().length());
        env.early("result_read", "iii:i", ContextFunctions::read);
        env.earlyYielding("last_error", ":i", (e, a) -> e.result().setLastError());
        env.earlyYielding("env_get", "p:i", ContextFunctions::env);
        env.earlyYielding("info_get", "p:i", ContextFunctions::info);
        env.early("log_write", "ip:i", ContextFunctions::log);
        env.early("time_now", ":l", (e, a) -> {
            e.notRepeatable();
            return System.currentTimeMillis();
        });
        env.add("sleep_ms", "i:i", ContextFunctions::sleep);
        env.earlyYielding("random_bytes", "i:i", ContextFunctions::random);
        env.early("abort", "iiii:", ContextFunctions::abort);
    }

    private static long read(Execution e, Args a) throws Code {
        int target = a.number(0);
        int offset = a.number(1);
        int length = a.number(2);
        a.memory().checkRange(target, length);
        int size = e.result().length();
        if (Integer.compareUnsigned(offset, size) > 0) {
            throw Code.invalid(
                    "offset " + Integer.toUnsignedString(offset) + " is behind the result's " + size + " bytes");
        }
        int count = (int) Math.min(Integer.toUnsignedLong(length), size - offset);
        if (count > 0) {
            a.memory().write(target, e.result().slice(offset, count), 0, count);
        }
        return count;
    }

    private static long env(Execution e, Args a) throws Code {
        return named(e, a, e.host().env(), "variable");
    }

    private static long info(Execution e, Args a) throws Code {
        e.notRepeatable(); // a node may change its port
        return named(e, a, info(e.host()), "information");
    }

    static Map<String, String> info(Host host) {
        Host.Info info = host.info();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("serviceType", info.serviceType());
        all.put("apiRoot", info.apiRoot());
        all.put("httpPort", String.valueOf(info.httpPort()));
        all.put("accountId", info.accountId());
        all.put("nodeId", info.nodeId());
        all.put("node_id", info.nodeId());
        return all;
    }

    private static long named(Execution e, Args a, Map<String, String> all, String what) throws Code {
        String name = a.text(0, "name");
        if (name.isEmpty()) {
            return e.result().set(Json.text(all));
        }
        String value = all.get(name);
        if (value == null) {
            throw Code.absent("there is no " + what + " " + name);
        }
        return e.result().set(value);
    }

    private static long log(Execution e, Args a) throws Code {
        Level level =
                switch (a.number(0)) {
                    case 0 -> Level.DEBUG;
                    case 1 -> Level.INFO;
                    case 2 -> Level.WARN;
                    case 3 -> Level.ERROR;
                    default -> throw Code.invalid("there is no level " + a.number(0) + ", expected 0 to 3");
                };
        e.log(level, Utf8.lenient(a.bytes(1)));
        return 0;
    }

    private static long sleep(Execution e, Args a) throws Code {
        int millis = a.number(0);
        if (millis < 0 || millis > MAX_SLEEP_MS) {
            throw Code.invalid(millis + " ms are not possible, expected 0 to " + MAX_SLEEP_MS);
        }
        if (millis > 0) {
            e.pause(millis);
        }
        return 0;
    }

    private static long random(Execution e, Args a) throws Code {
        e.notRepeatable();
        int count = a.number(0);
        if (count < 0 || count > MAX_RANDOM) {
            throw Code.limit("at most " + MAX_RANDOM + " random bytes at a time");
        }
        return e.result().set(random(count));
    }

    static byte[] random(int count) {
        byte[] bytes = new byte[count];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static long abort(Execution e, Args a) throws Code {
        String message = managedText(a, a.number(0));
        String file = managedText(a, a.number(1));
        StackRoom.forService();
        e.host()
                .log(
                        Level.ERROR,
                        "abort: " + message + " in " + file + "(" + Integer.toUnsignedString(a.number(2)) + ":"
                                + Integer.toUnsignedString(a.number(3)) + ")");
        throw new Trap(Trap.ABORT);
    }

    /** A text in the heap of an AssemblyScript program; empty when the pointer leads nowhere. */
    private static String managedText(Args a, int pointer) {
        LinearMemory memory = a.memory();
        try {
            if (Integer.compareUnsigned(pointer, 4) < 0) {
                return "";
            }
            int length = memory.readInt(pointer - 4);
            int taken = Integer.compareUnsigned(length, MAX_ABORT_BYTES) > 0 ? MAX_ABORT_BYTES : length & ~1;
            memory.checkRange(pointer, taken);
            return new String(memory.readBytes(pointer, taken), StandardCharsets.UTF_16LE);
        } catch (Trap e) {
            return "";
        }
    }
}
