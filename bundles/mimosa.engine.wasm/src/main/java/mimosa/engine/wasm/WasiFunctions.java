package mimosa.engine.wasm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code wasi_snapshot_preview1} as far as a C library needs it to start and to print: the functions are all there, and
 * none of them reaches anything. Answers are the error numbers of that interface.
 */
final class WasiFunctions {
    static final String MODULE = "wasi_snapshot_preview1";

    private static final int OK = 0;
    private static final int EBADF = 8;
    private static final int EINVAL = 28;
    private static final int ENOSYS = 52;
    private static final int ESPIPE = 70;
    private static final int ENOTCAPABLE = 76;

    private static final int MAX_RANDOM = 65_536;
    private static final int MAX_SUBSCRIPTIONS = 1024;
    private static final int SUBSCRIPTION_BYTES = 48;
    private static final int EVENT_BYTES = 32;
    private static final int RESOLUTION = 1000;
    private static final int CHARACTER_DEVICE = 2;
    private static final int ABSOLUTE_TIME = 1;

    private WasiFunctions() {}

    static HostFunctions all() {
        HostFunctions wasi = new HostFunctions(MODULE);
        wasi.early("clock_time_get", "ili:i", WasiFunctions::clockTime);
        wasi.early("clock_res_get", "ii:i", WasiFunctions::clockResolution);
        wasi.early("random_get", "p:i", WasiFunctions::random);
        addStreams(wasi);
        addNothing(wasi);
        wasi.early("args_sizes_get", "ii:i", (e, a) -> sizes(a, 0, 0));
        wasi.early("args_get", "ii:i", (e, a) -> OK);
        wasi.early("environ_sizes_get", "ii:i", (e, a) -> {
            List<byte[]> variables = variables(e);
            return sizes(a, variables.size(), total(variables));
        });
        wasi.early("environ_get", "ii:i", WasiFunctions::environment);
        wasi.early("poll_oneoff", "iiii:i", WasiFunctions::poll);
        wasi.early("proc_exit", "i:", (e, a) -> {
            throw new Exit(a.number(0));
        });
        wasi.early("proc_raise", "i:i", (e, a) -> ENOSYS);
        wasi.early("sched_yield", ":i", (e, a) -> OK);
        return wasi;
    }

    private static void addStreams(HostFunctions wasi) {
        wasi.early("fd_write", "iiii:i", WasiFunctions::write);
        wasi.early("fd_read", "iiii:i", (e, a) -> {
            if (a.number(0) != 0) {
                return EBADF;
            }
            a.memory().checkRange(a.number(3), 4);
            a.memory().writeI32(a.number(3), 0);
            return OK;
        });
        wasi.early("fd_fdstat_get", "ii:i", WasiFunctions::descriptorState);
        wasi.early("fd_filestat_get", "ii:i", (e, a) -> {
            if (!isOpen(a)) {
                return EBADF;
            }
            byte[] state = new byte[64];
            state[16] = CHARACTER_DEVICE;
            put(a, 1, state);
            return OK;
        });
        for (String name : new String[] {"fd_close", "fd_sync", "fd_datasync"}) {
            wasi.early(name, "i:i", (e, a) -> isOpen(a) ? OK : EBADF);
        }
        wasi.early("fd_fdstat_set_flags", "ii:i", (e, a) -> isOpen(a) ? OK : EBADF);
        wasi.early("fd_seek", "ilii:i", (e, a) -> isOpen(a) ? ESPIPE : EBADF);
        wasi.early("fd_tell", "ii:i", (e, a) -> isOpen(a) ? ESPIPE : EBADF);
    }

    /** What there is no file for. */
    private static void addNothing(HostFunctions wasi) {
        wasi.early("fd_prestat_get", "ii:i", (e, a) -> EBADF);
        wasi.early("fd_prestat_dir_name", "iii:i", (e, a) -> EBADF);
        wasi.early("fd_advise", "illi:i", (e, a) -> EBADF);
        wasi.early("fd_allocate", "ill:i", (e, a) -> EBADF);
        wasi.early("fd_fdstat_set_rights", "ill:i", (e, a) -> EBADF);
        wasi.early("fd_filestat_set_size", "il:i", (e, a) -> EBADF);
        wasi.early("fd_filestat_set_times", "illi:i", (e, a) -> EBADF);
        wasi.early("fd_pread", "iiili:i", (e, a) -> EBADF);
        wasi.early("fd_pwrite", "iiili:i", (e, a) -> EBADF);
        wasi.early("fd_readdir", "iiili:i", (e, a) -> EBADF);
        wasi.early("fd_renumber", "ii:i", (e, a) -> EBADF);
        wasi.early("path_create_directory", "iii:i", (e, a) -> ENOTCAPABLE);
        wasi.early("path_filestat_get", "iiiii:i", (e, a) -> ENOTCAPABLE);
        wasi.early("path_filestat_set_times", "iiiilli:i", (e, a) -> ENOTCAPABLE);
        wasi.early("path_link", "iiiiiii:i", (e, a) -> ENOTCAPABLE);
        wasi.early("path_open", "iiiiillii:i", (e, a) -> ENOTCAPABLE);
        wasi.early("path_readlink", "iiiiii:i", (e, a) -> ENOTCAPABLE);
        wasi.early("path_remove_directory", "iii:i", (e, a) -> ENOTCAPABLE);
        wasi.early("path_rename", "iiiiii:i", (e, a) -> ENOTCAPABLE);
        wasi.early("path_symlink", "iiiii:i", (e, a) -> ENOTCAPABLE);
        wasi.early("path_unlink_file", "iii:i", (e, a) -> ENOTCAPABLE);
        wasi.early("sock_accept", "iii:i", (e, a) -> ENOTCAPABLE);
        wasi.early("sock_recv", "iiiiii:i", (e, a) -> ENOTCAPABLE);
        wasi.early("sock_send", "iiiii:i", (e, a) -> ENOTCAPABLE);
        wasi.early("sock_shutdown", "ii:i", (e, a) -> ENOTCAPABLE);
    }

    private static boolean isOpen(Args a) {
        return Integer.compareUnsigned(a.number(0), 2) <= 0;
    }

    private static void put(Args a, int pointer, byte[] bytes) {
        a.memory().write(a.number(pointer), bytes, 0, bytes.length);
    }

    // Time and chance.

    private static long now(int clock) {
        return clock == 0 ? TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) : System.nanoTime();
    }

    private static boolean isClock(int clock) {
        return clock == 0 || clock == 1;
    }

    private static long clockTime(Execution e, Args a) {
        e.notRepeatable();
        a.memory().checkRange(a.number(2), 8);
        if (!isClock(a.number(0))) {
            return EINVAL;
        }
        a.memory().writeLong(a.number(2), now(a.number(0)));
        return OK;
    }

    private static long clockResolution(Execution e, Args a) {
        a.memory().checkRange(a.number(1), 8);
        if (!isClock(a.number(0))) {
            return EINVAL;
        }
        a.memory().writeLong(a.number(1), RESOLUTION);
        return OK;
    }

    private static long random(Execution e, Args a) {
        e.notRepeatable();
        int count = a.length(0);
        if (Integer.compareUnsigned(count, MAX_RANDOM) > 0) {
            return EINVAL;
        }
        if (count > 0) {
            a.memory().write(a.number(0), ContextFunctions.random(count), 0, count);
        }
        return OK;
    }

    // Standard streams.

    private static long write(Execution e, Args a) {
        int descriptor = a.number(0);
        long vectors = Integer.toUnsignedLong(a.number(1));
        long count = Integer.toUnsignedLong(a.number(2));
        LinearMemory memory = a.memory();
        if (descriptor != 1 && descriptor != 2) {
            return EBADF;
        }
        if (count > Integer.MAX_VALUE / 8) {
            throw new Trap(Trap.MEMORY);
        }
        memory.checkRange((int) vectors, (int) count * 8);
        memory.checkRange(a.number(3), 4);
        long total = 0;
        for (int i = 0; i < count; i++) {
            int at = (int) vectors + i * 8;
            memory.checkRange(memory.readInt(at), memory.readInt(at + 4));
            total += Integer.toUnsignedLong(memory.readInt(at + 4));
        }
        if (total > e.blueprint().settings().resultBytes()) {
            return EINVAL;
        }
        for (int i = 0; i < count; i++) {
            int at = (int) vectors + i * 8;
            int length = memory.readInt(at + 4);
            if (length > 0) {
                e.streams().write(descriptor, memory.readBytes(memory.readInt(at), length));
            }
        }
        memory.writeI32(a.number(3), (int) total);
        return OK;
    }

    private static long descriptorState(Execution e, Args a) {
        if (!isOpen(a)) {
            return EBADF;
        }
        byte[] state = new byte[24];
        state[0] = CHARACTER_DEVICE;
        state[8] = (byte) (a.number(0) == 0 ? 1 << 1 : 1 << 6);
        put(a, 1, state);
        return OK;
    }

    // The environment.

    private static List<byte[]> variables(Execution e) {
        List<byte[]> variables = new ArrayList<>();
        if (e.blueprint().settings().wasiEnv()) {
            e.host().env().forEach((name, value) -> variables.add(Utf8.bytes(name + "=" + value + "\0")));
        }
        return variables;
    }

    private static int total(List<byte[]> texts) {
        return texts.stream().mapToInt(text -> text.length).sum();
    }

    private static long sizes(Args a, int count, int bytes) {
        LinearMemory memory = a.memory();
        memory.checkRange(a.number(0), 4);
        memory.checkRange(a.number(1), 4);
        memory.writeI32(a.number(0), count);
        memory.writeI32(a.number(1), bytes);
        return OK;
    }

    private static long environment(Execution e, Args a) {
        List<byte[]> variables = variables(e);
        LinearMemory memory = a.memory();
        memory.checkRange(a.number(0), variables.size() * 4);
        memory.checkRange(a.number(1), total(variables));
        int text = a.number(1);
        for (int i = 0; i < variables.size(); i++) {
            byte[] variable = variables.get(i);
            memory.writeI32(a.number(0) + i * 4, text);
            memory.write(text, variable, 0, variable.length);
            text += variable.length;
        }
        return OK;
    }

    // Waiting.

    /** Waits for the earliest of the clocks; anything but a clock is an error at once. */
    private static long poll(Execution e, Args a) {
        e.notRepeatable();
        LinearMemory memory = a.memory();
        int count = a.number(2);
        if (count == 0) {
            return EINVAL;
        }
        if (Integer.compareUnsigned(count, MAX_SUBSCRIPTIONS) > 0) {
            return EINVAL;
        }
        memory.checkRange(a.number(0), count * SUBSCRIPTION_BYTES);
        memory.checkRange(a.number(1), count * EVENT_BYTES);
        memory.checkRange(a.number(3), 4);
        int chosen = -1;
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            long nanos = delay(memory, a.number(0) + i * SUBSCRIPTION_BYTES);
            if (chosen < 0 || nanos < shortest) {
                chosen = i;
                shortest = nanos;
            }
        }
        if (shortest > 0) {
            e.pause(TimeUnit.NANOSECONDS.toMillis(Math.min(shortest, Long.MAX_VALUE - 1_000_000) + 999_999));
        }
        yieldEvent(memory, a.number(0) + chosen * SUBSCRIPTION_BYTES, a.number(1));
        memory.writeI32(a.number(3), 1);
        return OK;
    }

    /** How long a subscription has to wait; -1 for one that is an error. */
    private static long delay(LinearMemory memory, int subscription) {
        int clock = memory.readInt(subscription + 16);
        if (memory.read(subscription + 8) != 0 || !isClock(clock)) {
            return -1;
        }
        long time = memory.readLong(subscription + 24);
        boolean absolute = (memory.readShort(subscription + 40) & ABSOLUTE_TIME) != 0;
        if (time < 0) {
            return Long.MAX_VALUE; // unsigned: in some centuries
        }
        return absolute ? Math.max(0, time - now(clock)) : time;
    }

    private static void yieldEvent(LinearMemory memory, int subscription, int event) {
        byte type = memory.read(subscription + 8);
        boolean clock = type == 0;
        memory.fill((byte) 0, event, event + EVENT_BYTES);
        memory.writeLong(event, memory.readLong(subscription));
        memory.writeShort(
                event + 8, (short) (clock ? isClock(memory.readInt(subscription + 16)) ? OK : EINVAL : EBADF));
        memory.writeByte(event + 10, type);
    }
}
