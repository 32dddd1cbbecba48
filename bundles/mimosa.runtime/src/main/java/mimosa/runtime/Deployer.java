package mimosa.runtime;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException;
import mimosa.api.engine.Engine;
import mimosa.api.engine.Program;
import mimosa.api.mim.Deployment;
import mimosa.api.mim.Mim;
import mimosa.api.mim.Source;
import mimosa.api.quota.Quotas;
import mimosa.api.storage.KeyValueStore;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns desired state into bundles and keeps the two in agreement. The caller serialises calls on one mim.
 *
 * <p>The records on disk are the truth. They are written before the framework is touched and taken back when that fails;
 * bundles are rebuilt from them at each start.
 */
final class Deployer {
    private static final Logger LOG = LoggerFactory.getLogger(Deployer.class);

    private static final ProgramFile NO_PROGRAM = new ProgramFile("none", new byte[0], null);

    private final BundleContext context;
    private final MimBundles bundles;
    private final OutsideChanges outsideChanges;
    private final MimRecords records;
    private final ImagePins pins;
    private final MimDirectory directory;
    private final MimExtender extender;
    private final Quotas quotas;
    private final String version;
    private final EarlyRoutes early = new EarlyRoutes();

    Deployer(
            BundleContext context,
            MimBundles bundles,
            OutsideChanges outsideChanges,
            MimRecords records,
            ImagePins pins,
            MimDirectory directory,
            MimExtender extender,
            Quotas quotas,
            String version) {
        this.context = context;
        this.bundles = bundles;
        this.outsideChanges = outsideChanges;
        this.records = records;
        this.pins = pins;
        this.directory = directory;
        this.extender = extender;
        this.quotas = quotas;
        this.version = version;
    }

    // Start of the node

    /**
     * Brings back every mim of the records: requests are taken from here on, bundles follow by {@link #restore(MimHandle)}.
     *
     * @return the mims whose bundles are not back yet, first those that serve nobody before
     */
    List<MimHandle> restore() throws IOException {
        List<MimHandle> removing = new ArrayList<>();
        List<MimHandle> starting = new ArrayList<>();
        List<MimHandle> others = new ArrayList<>();
        for (MimRecord record : records.all()) {
            try {
                // What others install they install again.
                if (record.source() == Source.BUNDLE) {
                    continue;
                }
                directory.claim(record.id(), record.clientId(), record.name(), record.mimEnv());
                MimHandle handle = new MimHandle(record);
                directory.put(handle);
                if (record.removing()) {
                    removing.add(handle);
                } else if (isSettledWithoutBundle(handle)) {
                    others.add(handle);
                } else {
                    starting.add(handle);
                }
            } catch (MimosaException e) {
                LOG.error("mim '{}' is not restored: {}", record.id(), e.getMessage());
            }
        }
        context.addBundleListener(outsideChanges);
        extender.open();
        removing.forEach(this::restore);
        starting.addAll(others);
        early.open(context, starting);
        return starting;
    }

    /** Whether a mim needs no bundle to give the answer that it has to give: it sleeps, is stopped, or has no engine. */
    private boolean isSettledWithoutBundle(MimHandle handle) {
        MimRecord record = handle.record();
        if (record.stopped()) {
            handle.stopped();
            return true;
        }
        if (extender.engine(record.engine()) == null) {
            handle.failed(MimExtender.missing(record.engine()));
            // It may have come just now, and have found this mim not yet waiting for it.
            return extender.engine(record.engine()) == null || extender.sleepsIfChecked(handle);
        }
        return extender.sleepsIfChecked(handle);
    }

    /** Brings back the bundle of a mim that was there when the node started, unless somebody else has or it has gone. */
    void restore(MimHandle handle) {
        String id = handle.record().id();
        if (directory.byId(id) != handle || bundles.of(handle.record()) != null) {
            return;
        }
        try {
            bringBack(handle);
        } catch (RuntimeException e) {
            LOG.error("mim '{}' is not restored: {}", id, e.getMessage(), e);
            handle.failed("not restored: " + e.getMessage());
            handle.routeVia(context);
        }
    }

    private void bringBack(MimHandle handle) {
        MimRecord record = handle.record();
        Bundle bundle = bundles.install(record, bundles.program(record));
        if (record.removing()) {
            remove(handle, bundle, record.keepData());
            return;
        }
        if (!record.stopped()) {
            startOrExplain(handle, bundle);
        }
        if (!handle.isRouted()) {
            handle.routeVia(context);
        }
    }

    /** After the last bundle is back. */
    void restored() {
        early.close();
    }

    /** Has a mim loaded that slept, unless that has changed meanwhile. */
    void wake(MimHandle handle) {
        MimRecord record = handle.record();
        if (directory.byId(record.id()) != handle || !handle.isAwaited()) {
            return;
        }
        Bundle bundle = bundles.of(record);
        if (bundle == null) {
            restore(handle);
        } else if (bundle.getState() == Bundle.ACTIVE) {
            extender.load(handle, bundle);
        } else {
            startOrExplain(handle, bundle);
        }
    }

    /** The engine of this version has found nothing wrong with a program: the next start need not try it out. */
    void checked(MimHandle handle) {
        MimRecord record = handle.record();
        Serving serving = handle.current();
        if (directory.byId(record.id()) == handle && serving != null && serving.record() == record) {
            records.save(handle, record.withCheckedBy(version));
        }
    }

    void close() {
        context.removeBundleListener(outsideChanges);
        extender.close(directory.all());
        early.close();
    }

    /** Starts what waited for this engine. */
    void engineArrived(String name) {
        for (MimHandle handle : directory.all()) {
            MimRecord record = handle.record();
            Bundle bundle = bundles.of(record);
            if (!record.engine().equals(name) || record.stopped() || handle.isUp()) {
                continue;
            }
            if (bundle == null) {
                extender.sleepsIfChecked(handle);
            } else if (bundle.getState() == Bundle.ACTIVE) {
                extender.reload(handle, bundle);
            } else if (bundle.getState() == Bundle.INSTALLED || bundle.getState() == Bundle.RESOLVED) {
                startOrExplain(handle, bundle);
            }
        }
    }

    // Deploy and redeploy

    MimHandle deploy(
            String clientId, String name, String id, Candidate image, Deployment deployment, Runnable keepImage) {
        MimHandle handle = directory.byId(id);
        if (handle != null) {
            checkSource(handle, deployment.source());
        }
        MimEnv env = MimEnv.of(
                id,
                clientId,
                image.name(),
                image.content().engine(),
                image.content().env(),
                deployment.env(),
                deployment.id());
        directory.claim(id, clientId, name, env);
        pins.pin(image.digest());
        try {
            quotas.limits(env.variables());
            long generation = handle == null ? 1 : handle.record().generation() + 1;
            MimRecord record = new MimRecord(
                    id,
                    clientId,
                    name,
                    image.name(),
                    image.version(),
                    image.digest(),
                    image.content().engine(),
                    env.path(),
                    env.alias(),
                    env.variables(),
                    false,
                    false,
                    false,
                    deployment.source(),
                    deployment.origin(),
                    handle == null ? Instant.now() : handle.record().created(),
                    generation,
                    null);
            return deploy(handle, record, MimBundles.program(image.content()), keepImage);
        } finally {
            pins.unpin(image.digest());
            directory.settle(id);
        }
    }

    private static void checkSource(MimHandle handle, Source source) {
        MimRecord record = handle.record();
        if (record.source() != source) {
            throw new MimosaException(
                    MimosaException.Kind.CONFLICT,
                    "mim '" + record.id() + "' is managed by " + record.source().label()
                            + (record.origin() == null
                                    ? ""
                                    : " (" + record.origin().split("/", 2)[0] + ")"));
        }
    }

    private MimHandle deploy(MimHandle before, MimRecord unchecked, ProgramFile file, Runnable keepImage) {
        long begin = System.nanoTime();
        Engine engine = extender.engine(unchecked.engine());
        Program program = engine == null ? null : engine.load(MimExtender.payload(unchecked, file, false));
        MimRecord record = program == null ? unchecked : unchecked.withCheckedBy(version);
        boolean done = false;
        try {
            keepImage.run();
            MimHandle handle = before == null ? create(record, file, program) : replace(before, record, file, program);
            done = true;
            LOG.info(
                    "{} mim '{}' {}:{} at {} in {} ms",
                    before == null ? "deployed" : "redeployed",
                    record.id(),
                    record.imageName(),
                    record.imageVersion(),
                    record.path(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
            return handle;
        } finally {
            if (!done && program != null) {
                program.close();
            }
        }
    }

    private MimHandle create(MimRecord record, ProgramFile file, Program program) {
        MimHandle handle = new MimHandle(record);
        try {
            extender.manage(record.id());
            directory.put(handle);
            records.put(record);
            Bundle bundle = bundles.install(record, file);
            handle.routeVia(context);
            start(handle, bundle, program);
            return handle;
        } catch (RuntimeException e) {
            handle.removed();
            MimBundles.uninstall(bundles.of(record));
            records.remove(record.id());
            directory.remove(record.id());
            throw e;
        } finally {
            extender.unmanage(record.id());
            extender.unprepare(handle);
        }
    }

    private MimHandle replace(MimHandle handle, MimRecord record, ProgramFile file, Program program) {
        MimRecord before = handle.record();
        Bundle bundle = bundles.of(before);
        if (bundle == null) {
            restore(handle);
            bundle = bundles.of(before);
        }
        if (bundle == null) {
            bundle = bundles.install(before, file);
        }
        checkEncryption(handle, bundle, record);
        pins.pin(before.digest());
        records.put(record);
        try {
            extender.manage(record.id());
            handle.hold();
            handle.record(record);
            MimBundles.update(bundle, record, file);
            start(handle, bundle, program);
            early.leave(handle);
            return handle;
        } catch (BundleException | RuntimeException e) {
            goBack(handle, before, bundle);
            throw e instanceof MimosaException known ? known : MimBundles.broken(record, e);
        } finally {
            pins.unpin(before.digest());
            extender.unmanage(record.id());
            extender.unprepare(handle);
        }
    }

    private static void checkEncryption(MimHandle handle, Bundle bundle, MimRecord record) {
        Serving serving = handle.current();
        if (serving != null) {
            MimExtender.configure(serving.store(), record);
        } else if (bundle.getState() == Bundle.ACTIVE) {
            try (MimServices used = new MimServices(bundle.getBundleContext())) {
                MimExtender.configure(used.get(KeyValueStore.class), record);
            }
        }
    }

    private void goBack(MimHandle handle, MimRecord before, Bundle bundle) {
        try {
            handle.record(before);
            records.put(before);
            MimBundles.update(bundle, before, bundles.program(before));
            extender.unprepare(handle);
            bundle.start();
        } catch (BundleException | RuntimeException e) {
            LOG.error("mim '{}' could not be brought back after a failed redeploy", before.id(), e);
            handle.failed("a failed redeploy could not be undone: " + e.getMessage());
        }
    }

    /** Starts a bundle whose program is loaded already, or lets its missing engine be the reason why it does not run. */
    private void start(MimHandle handle, Bundle bundle, Program program) {
        if (program == null) {
            handle.failed(MimExtender.missing(handle.record().engine()));
            startOrExplain(handle, bundle);
            return;
        }
        extender.prepare(handle, program);
        try {
            bundle.start();
        } catch (BundleException e) {
            throw MimBundles.broken(handle.record(), e);
        }
        if (handle.current() == null || handle.current().record() != handle.record()) {
            throw MimosaException.invalid(
                    handle.reason() == null ? "mim '" + handle.record().id() + "' did not start" : handle.reason());
        }
    }

    private void startOrExplain(MimHandle handle, Bundle bundle) {
        try {
            bundle.start();
        } catch (BundleException e) {
            String engine = handle.record().engine();
            handle.failed(
                    e.getType() == BundleException.RESOLVE_ERROR && extender.engine(engine) == null
                            ? MimExtender.missing(engine)
                            : e.getMessage());
        }
    }

    // Remove

    void undeploy(MimHandle handle, boolean keepData, Source source) {
        checkSource(handle, source);
        MimRecord record = handle.record();
        records.put(record.withRemoving(keepData));
        handle.record(record.withRemoving(keepData));
        remove(handle, bundles.of(record), keepData);
        LOG.info("undeployed mim '{}', data {}", record.id(), keepData ? "kept" : "removed");
    }

    private void remove(MimHandle handle, Bundle bundle, boolean keepData) {
        String id = handle.record().id();
        extender.manage(id);
        try {
            Serving last = handle.removed();
            early.leave(handle);
            if (last != null) {
                extender.drain(last, "the mim was removed");
            }
            // One that could not be restored has no bundle, but it has data.
            Bundle owner = bundle == null ? bundles.install(handle.record(), NO_PROGRAM) : bundle;
            boolean done = keepData || destroyData(handle, owner);
            MimBundles.uninstall(owner);
            if (done) {
                records.remove(id);
            }
            directory.remove(id);
        } finally {
            extender.unmanage(id);
        }
    }

    /** The store is only reachable through the mim's own context, so the mim's bundle has to be active for that. */
    private static boolean destroyData(MimHandle handle, Bundle bundle) {
        try {
            if (bundle.getState() != Bundle.ACTIVE) {
                bundle.start(Bundle.START_TRANSIENT);
            }
            try (MimServices used = new MimServices(bundle.getBundleContext())) {
                used.get(KeyValueStore.class).destroy();
            }
            return true;
        } catch (BundleException e) {
            LOG.warn(
                    "the data of mim '{}' stay until the node starts with its engine: {}",
                    handle.record().id(),
                    e.getMessage());
            return false;
        }
    }

    // Stop and start

    void stop(MimHandle handle) {
        MimRecord record = handle.record();
        records.save(handle, record.withStopped(true));
        Bundle bundle = bundles.of(record);
        try {
            if (bundle != null) {
                bundle.stop();
            }
            handle.stopped();
            LOG.info("stopped mim '{}'", record.id());
        } catch (BundleException e) {
            throw MimBundles.broken(record, e);
        }
    }

    void start(MimHandle handle) {
        MimRecord record = handle.record();
        if (record.stopped()) {
            records.save(handle, record.withStopped(false));
        }
        Bundle bundle = bundles.of(record);
        if (bundle == null || bundle.getState() != Bundle.ACTIVE) {
            handle.starting();
            if (bundle == null) {
                restore(handle);
            } else {
                startOrExplain(handle, bundle);
            }
            LOG.info("started mim '{}'", record.id());
        }
    }

    Mim.State state(MimHandle handle) {
        if (handle.record().stopped()) {
            return Mim.State.STOPPED;
        }
        return handle.isUp() ? Mim.State.STARTED : Mim.State.CREATED;
    }
}
