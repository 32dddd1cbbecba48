package mimosa.runtime;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import mimosa.api.MimosaException;
import mimosa.api.client.HttpClient;
import mimosa.api.engine.Engine;
import mimosa.api.engine.Host;
import mimosa.api.engine.Payload;
import mimosa.api.engine.Program;
import mimosa.api.quota.Limits;
import mimosa.api.quota.Quotas;
import mimosa.api.storage.KeyValueStore;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The extender: a bundle that is wired to it and active is served, for exactly as long as it is active. Whoever starts,
 * stops or updates it, and by whatever means, has the same effect.
 */
final class MimExtender implements BundleTrackerCustomizer<MimHandle> {
    private static final Logger LOG = LoggerFactory.getLogger(MimExtender.class);

    private final BundleContext context;
    private final Function<Bundle, MimHandle> mimOf;
    private final Function<MimRecord, Host.Info> infoOf;
    private final Duration drain;
    private final String version;
    private final Waking waking;
    private final Consumer<MimHandle> checked;
    private final Extensions extensions;
    private final Map<String, Engine> engines = new ConcurrentHashMap<>();
    /** Programs that a deployment has loaded already, by mim id, until their bundle starts. */
    private final Map<String, Program> prepared = new ConcurrentHashMap<>();
    /** Ids of mims whose bundle events belong to a deployment or removal in progress. */
    private final Map<String, Boolean> managed = new ConcurrentHashMap<>();

    /** What each active mim bundle uses. */
    private final Map<Bundle, MimServices> services = new ConcurrentHashMap<>();

    private final BundleTracker<MimHandle> tracker;
    private final ExecutorService loaders;
    private volatile boolean closing;

    /**
     * @param version of Mimosa: a program that it has checked before sleeps until somebody asks for it
     * @param waking has mims loaded that sleep
     * @param checked is told of mims whose program has just been checked
     */
    MimExtender(
            BundleContext context,
            Function<Bundle, MimHandle> mimOf,
            Function<MimRecord, Host.Info> infoOf,
            Duration drain,
            String version,
            Waking waking,
            Consumer<MimHandle> checked) {
        this.context = context;
        this.mimOf = mimOf;
        this.infoOf = infoOf;
        this.drain = drain;
        this.version = version;
        this.waking = waking;
        this.checked = checked;
        this.extensions = new Extensions(context);
        this.tracker = new BundleTracker<>(context, Bundle.ACTIVE, this);
        this.loaders = Executors.newFixedThreadPool(
                2, Thread.ofPlatform().daemon().name("mimosa-loader-", 0).factory());
    }

    void open() {
        extensions.open();
        tracker.open();
    }

    /** Stops serving; what runs may finish within the drain time, all mims side by side. */
    void close(Iterable<MimHandle> handles) {
        closing = true;
        tracker.close();
        loaders.shutdownNow();
        List<Serving> open = new ArrayList<>();
        for (MimHandle handle : handles) {
            Serving last = handle.starting();
            if (last != null) {
                open.add(last);
            }
        }
        long deadline = System.nanoTime() + drain.toNanos();
        for (Serving last : open) {
            last.drain(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())), "the node is shutting down");
        }
        // Until here requests were told to come back; from here on the gateway tells them.
        handles.forEach(MimHandle::unroute);
        services.values().forEach(MimServices::close);
        services.clear();
        extensions.close();
    }

    Engine engine(String name) {
        return engines.get(name);
    }

    void engineArrived(String name, Engine engine) {
        engines.put(name, engine);
        LOG.info("engine '{}' is here", name);
    }

    /** No program of this engine serves any more; its mims answer 503 until it comes back. */
    void engineGone(String name, Engine engine, Iterable<MimHandle> handles) {
        if (!engines.remove(name, engine) || closing) {
            return;
        }
        LOG.info("engine '{}' has gone", name);
        for (MimHandle handle : handles) {
            if (handle.record().engine().equals(name) && handle.isUp()) {
                handle.failed(missing(name));
            }
        }
    }

    static String missing(String engine) {
        return "engine '" + engine + "' is not installed";
    }

    /** The next start of this mim's bundle serves the given program. */
    void prepare(MimHandle handle, Program program) {
        prepared.put(handle.record().id(), program);
    }

    void unprepare(MimHandle handle) {
        Program unused = prepared.remove(handle.record().id());
        if (unused != null) {
            unused.close();
        }
    }

    /** Until {@link #unmanage}, a stop of this mim's bundle is part of what the caller does with it. */
    void manage(String id) {
        managed.put(id, true);
    }

    void unmanage(String id) {
        managed.remove(id);
    }

    boolean isManaged(String id) {
        return managed.containsKey(id);
    }

    void drain(Serving last, String reason) {
        last.drain(drain, reason);
    }

    @Override
    public MimHandle addingBundle(Bundle bundle, BundleEvent event) {
        if (!isMim(bundle)) {
            return null;
        }
        // An exception here would not reach whoever starts the bundle: the mim's own state is where it is looked for.
        MimHandle handle = null;
        try {
            handle = mimOf.apply(bundle);
            if (handle != null) {
                add(bundle, handle);
            }
            return handle;
        } catch (RuntimeException e) {
            LOG.error("bundle {} cannot be served as a mim: {}", bundle.getSymbolicName(), e.getMessage(), e);
            if (handle != null) {
                handle.failed(e.getMessage());
            }
            return null;
        }
    }

    private void add(Bundle bundle, MimHandle handle) {
        Program ready = prepared.remove(handle.record().id());
        if (ready != null) {
            serveOrRefuse(bundle, handle, handle.record(), ready);
            handle.routeVia(bundle.getBundleContext());
        } else {
            boolean sleeps = sleepsIfChecked(handle);
            if (!sleeps && !handle.isAwaited()) {
                handle.starting();
            }
            handle.routeVia(bundle.getBundleContext());
            if (!sleeps) {
                load(handle, bundle);
            }
        }
    }

    /**
     * Lets a mim sleep whose program this version has checked before and whose engine is here.
     *
     * @return whether it sleeps; not when requests wait for it already
     */
    boolean sleepsIfChecked(MimHandle handle) {
        MimRecord record = handle.record();
        return isChecked(record) && engines.containsKey(record.engine()) && handle.sleeps(waking);
    }

    private boolean isChecked(MimRecord record) {
        return version.equals(record.checkedBy());
    }

    /** Loads the program of a mim's active bundle, in the background. */
    void load(MimHandle handle, Bundle bundle) {
        try {
            loaders.execute(() -> load(bundle, handle));
        } catch (RejectedExecutionException e) {
            // The node is shutting down, and tells whoever waits for this mim.
        }
    }

    @Override
    public void modifiedBundle(Bundle bundle, BundleEvent event, MimHandle handle) {
        // Only the active state is tracked: there is nothing between.
    }

    @Override
    public void removedBundle(Bundle bundle, BundleEvent event, MimHandle handle) {
        if (closing) {
            return;
        }
        MimServices used = services.remove(bundle);
        if (used != null) {
            // What runs goes on with the views that it has.
            used.close();
        }
        handle.routeVia(context);
        if (!isManaged(handle.record().id())) {
            Serving last = handle.stopped();
            if (last != null) {
                drain(last, "the mim was stopped");
            }
        }
    }

    private boolean isMim(Bundle bundle) {
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        if (wiring == null) {
            return false;
        }
        for (BundleWire wire : wiring.getRequiredWires("osgi.extender")) {
            if (wire.getProvider().getBundle().equals(context.getBundle())
                    && MimBundle.EXTENDER.equals(
                            wire.getCapability().getAttributes().get("osgi.extender"))) {
                return true;
            }
        }
        return false;
    }

    /** Loads the program of a bundle that was started without a deployment: at the node's start, or by other means. */
    private void load(Bundle bundle, MimHandle handle) {
        MimRecord record = handle.record();
        Engine engine = engines.get(record.engine());
        if (engine == null) {
            handle.failed(missing(record.engine()));
            return;
        }
        try {
            ProgramFile file = MimBundle.program(bundle);
            Program program = engine.load(payload(record, file, isChecked(record)));
            serveOrRefuse(bundle, handle, record, program);
            if (!isChecked(record)) {
                checked.accept(handle);
            }
        } catch (MimosaException e) {
            if (!closing) {
                refused(handle, e.getMessage());
            }
        } catch (IOException | RuntimeException e) {
            LOG.error("mim '{}' could not be loaded", record.id(), e);
            refused(handle, "internal error, see the node's log");
        }
    }

    private static void refused(MimHandle handle, String why) {
        LOG.warn("mim '{}' is not served: {}", handle.record().id(), why);
        handle.failed(why);
    }

    static Payload payload(MimRecord record, ProgramFile file, boolean checked) {
        return new Payload(record.id(), file.name(), file.bytes(), file.sourceMap(), record.env(), checked);
    }

    /** Has served what could not be loaded before, now that its engine is here. */
    void reload(MimHandle handle, Bundle bundle) {
        if (!sleepsIfChecked(handle)) {
            handle.starting();
            load(handle, bundle);
        }
    }

    /** Not when the bundle has stopped or a deployment has come between: the program is not the mim's any more. */
    private void serveOrRefuse(Bundle bundle, MimHandle handle, MimRecord record, Program program) {
        boolean served = false;
        try {
            synchronized (handle) {
                if (bundle.getState() == Bundle.ACTIVE && handle.record() == record) {
                    serve(bundle, handle, record, program);
                    served = true;
                }
            }
        } catch (MimosaException e) {
            refused(handle, e.getMessage());
        } finally {
            if (!served) {
                program.close();
            }
        }
    }

    private void serve(Bundle bundle, MimHandle handle, MimRecord record, Program program) {
        MimServices used = new MimServices(bundle.getBundleContext());
        MimServices earlier = services.put(bundle, used);
        if (earlier != null) {
            earlier.close();
        }
        Quotas quotas = used.get(Quotas.class);
        KeyValueStore store = used.get(KeyValueStore.class);
        HttpClient client = used.get(HttpClient.class);
        Limits limits = quotas.limits(record.env());
        configure(store, record);
        handle.serves(new Serving(
                record,
                program,
                limits,
                quotas,
                store,
                client,
                extensions.of(bundle.getBundleContext()),
                infoOf.apply(record)));
    }

    /** Checks that a store can be used as the mim's variables want it, and has it used like that. */
    static void configure(KeyValueStore store, MimRecord record) {
        store.configure(Map.of("encrypted", record.env().getOrDefault(MimEnv.ENCRYPTION, "false")));
    }
}
