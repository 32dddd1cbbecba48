package mimosa.runtime;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Serialises calls on one mim or image, by name; others run side by side. */
final class MimLocks {
    private static final class Counted {
        private final ReentrantLock lock = new ReentrantLock();
        private int users;
    }

    private final Map<String, Counted> byName = new HashMap<>();

    /** Does the work while nobody else works under that name. */
    <T> T alone(String name, Supplier<T> work) {
        Counted counted;
        synchronized (byName) {
            counted = byName.computeIfAbsent(name, n -> new Counted());
            counted.users++;
        }
        counted.lock.lock();
        try {
            return work.get();
        } finally {
            counted.lock.unlock();
            synchronized (byName) {
                if (--counted.users == 0) {
                    byName.remove(name);
                }
            }
        }
    }
}
