package org.mozilla.javascript;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rejected promises of one instance that nobody has handled so far, in the order of their rejection. It is in this
 * package because what it overrides can be seen only here, and it exists because the tracker it replaces keeps its
 * promises in one map for all threads.
 */
public final class RejectionWatch extends UnhandledRejectionTracker {
    private final Map<NativePromise, NativePromise> rejected = new LinkedHashMap<>(0);

    @Override
    void promiseRejected(NativePromise promise) {
        rejected.put(promise, promise);
    }

    @Override
    void promiseHandled(NativePromise promise) {
        rejected.remove(promise);
    }

    public boolean isEmpty() {
        return rejected.isEmpty();
    }

    /** The reasons of those still unhandled, each told once. */
    public List<Object> take() {
        if (rejected.isEmpty()) {
            return List.of();
        }
        List<Object> reasons = new ArrayList<>(rejected.size());
        for (NativePromise promise : rejected.values()) {
            reasons.add(promise.getResult());
        }
        rejected.clear();
        return reasons;
    }
}
