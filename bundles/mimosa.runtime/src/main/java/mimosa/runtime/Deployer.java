package mimosa.runtime;

import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import mimosa.api.MimosaException;
import mimosa.api.engine.Engine;
import mimosa.api.engine.Program;
import mimosa.api.mim.Deployment;
import mimosa.api.mim.Mim;
import mimosa.api.mim.Source;
import mimosa.api.quota.Quotas;
import mimosa.api.storage.KeyValueStore;
import mimosa.runtime.image.ImageContent;
import mimosa.runtime.image.ImageReader;
import mimosa.runtime.image.ImageStore;
import mimosa.runtime.image.Names;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns desired state into bundles and keeps the two in agreement. The caller serialises calls on one mim.
 *
 * <p>The records on disk are the truth. They are written before the framework is touched and taken back when that fails;
 * bundles are rebuilt from them at each start.
 */
final class Deployer implements SynchronousBundleListener {
    private static final Logger LOG = LoggerFactory.getLogger(Deployer.class);

    private static final ProgramFile NO_PROGRAM = new ProgramFile("none", new byte[0], null);

    private final BundleContext context;
    private final MimRecords records;
    private final ImageStore images;
    private final ImageReader reader;
    private final MimDirectory directory;
    private final MimExtender extender;
    private final Quotas quotas;
    private final String version;
    /** Digests of images whose deployment is under way, with how many there are. */
    private final Map<String, Integer> deploying = new ConcurrentHashMap<>();

    Deployer(
            BundleContext context,
            MimRecords records,
            ImageStore images,
            ImageReader reader,
            MimDirectory directory,
            MimExtender extender,
            Quotas quotas,
            String version) {
        this.context = context;
        this.records = records;
        this.images = images;
        this.reader = reader;
        this.directory = directory;
        this.extender = extender;
        this.quotas = quotas;
        this.version = version;
    }

    // Start of the node

    /** Brings back every mim of the records; programs are loaded in the background. */
    void restore() throws IOException {
        for (MimRecord record : records.all()) {
            try {
                // What others install they install again.
                if (record.source() == Source.BUNDLE) {
                    continue;
                }
                directory.claim(record.id(), record.clientId(), record.name(), record.mimEnv());
                directory.put(new MimHandle(record));
            } catch (MimosaException e) {
                LOG.error("mim '{}' is not restored: {}", record.id(), e.getMessage());
            }
        }
        context.addBundleListener(this);
        extender.open();
        for (MimHandle handle : directory.all()) {
            try {
                restore(handle);
            } catch (RuntimeException e) {
                LOG.error("mim '{}' is not restored: {}", handle.record().id(), e.getMessage(), e);
                handle.failed("not restored: " + e.getMessage());
                handle.routeVia(context);
            }
        }
    }

    private void restore(MimHandle handle) {
        MimRecord record = handle.record();
        Bundle bundle = context.getBundle(record.location());
        if (bundle == null) {
            bundle = install(record, program(record));
        }
        if (record.removing()) {
            remove(handle, bundle, record.keepData());
            return;
        }
        handle.routeVia(context);
        if (record.stopped()) {
            handle.stopped();
        } else {
            startOrExplain(handle, bundle);
        }
    }

    private ProgramFile program(MimRecord record) {
        return program(reader.content(images.blob(record.digest()), record.digest()));
    }

    private static ProgramFile program(ImageContent content) {
        return new ProgramFile(content.fileName(), content.program(), content.sourceMap());
    }

    void close() {
        context.removeBundleListener(this);
        extender.close(directory.all());
    }

    /** Starts what waited for this engine. */
    void engineArrived(String name) {
        for (MimHandle handle : directory.all()) {
            MimRecord record = handle.record();
            Bundle bundle = context.getBundle(record.location());
            if (bundle == null || !record.engine().equals(name) || record.stopped() || handle.current() != null) {
                continue;
            }
            if (bundle.getState() == Bundle.ACTIVE) {
                extender.reload(handle);
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
        pin(image.digest());
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
            return deploy(handle, record, program(image.content()), keepImage);
        } finally {
            unpin(image.digest());
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
            Bundle bundle = install(record, file);
            handle.routeVia(context);
            start(handle, bundle, program);
            return handle;
        } catch (RuntimeException e) {
            handle.removed();
            uninstall(context.getBundle(record.location()));
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
        Bundle bundle = context.getBundle(before.location());
        if (bundle == null) {
            bundle = install(before, file);
        }
        checkEncryption(handle, record);
        pin(before.digest());
        records.put(record);
        try {
            extender.manage(record.id());
            handle.hold();
            handle.record(record);
            stopForUpdate(bundle);
            bundle.update(MimBundle.of(record, file));
            start(handle, bundle, program);
            return handle;
        } catch (BundleException | RuntimeException e) {
            goBack(handle, before, bundle);
            throw e instanceof MimosaException known ? known : broken(record, e);
        } finally {
            unpin(before.digest());
            extender.unmanage(record.id());
            extender.unprepare(handle);
        }
    }

    private static void stopForUpdate(Bundle bundle) throws BundleException {
        if (bundle.getState() == Bundle.ACTIVE) {
            bundle.stop(Bundle.STOP_TRANSIENT);
        }
    }

    private static void checkEncryption(MimHandle handle, MimRecord record) {
        Serving serving = handle.current();
        if (serving != null) {
            serving.store().configure(Map.of("encrypted", record.env().getOrDefault(MimEnv.ENCRYPTION, "false")));
        }
    }

    private void goBack(MimHandle handle, MimRecord before, Bundle bundle) {
        try {
            handle.record(before);
            records.put(before);
            ProgramFile old = program(before);
            stopForUpdate(bundle);
            bundle.update(MimBundle.of(before, old));
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
            throw broken(handle.record(), e);
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

    private static MimosaException broken(MimRecord record, Exception cause) {
        return new MimosaException(
                MimosaException.Kind.INTERNAL,
                "the bundle of mim '" + record.id() + "' could not be started: " + cause.getMessage(),
                cause);
    }

    private Bundle install(MimRecord record, ProgramFile file) {
        try {
            return context.installBundle(record.location(), MimBundle.of(record, file));
        } catch (BundleException e) {
            throw broken(record, e);
        }
    }

    private static void uninstall(Bundle bundle) {
        if (bundle != null && bundle.getState() != Bundle.UNINSTALLED) {
            try {
                bundle.uninstall();
            } catch (BundleException e) {
                LOG.error("bundle {} could not be uninstalled", bundle.getSymbolicName(), e);
            }
        }
    }

    // Remove

    void undeploy(MimHandle handle, boolean keepData, Source source) {
        checkSource(handle, source);
        MimRecord record = handle.record();
        records.put(record.withRemoving(keepData));
        handle.record(record.withRemoving(keepData));
        remove(handle, context.getBundle(record.location()), keepData);
        LOG.info("undeployed mim '{}', data {}", record.id(), keepData ? "kept" : "removed");
    }

    private void remove(MimHandle handle, Bundle bundle, boolean keepData) {
        String id = handle.record().id();
        extender.manage(id);
        try {
            Serving last = handle.removed();
            if (last != null) {
                extender.drain(last, "the mim was removed");
            }
            // One that could not be restored has no bundle, but it has data.
            Bundle owner = bundle == null ? install(handle.record(), NO_PROGRAM) : bundle;
            boolean done = keepData || destroyData(handle, owner);
            uninstall(owner);
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
        save(handle, record.withStopped(true));
        Bundle bundle = context.getBundle(record.location());
        try {
            if (bundle != null) {
                bundle.stop();
            }
            handle.stopped();
            LOG.info("stopped mim '{}'", record.id());
        } catch (BundleException e) {
            throw broken(record, e);
        }
    }

    void start(MimHandle handle) {
        MimRecord record = handle.record();
        if (record.stopped()) {
            save(handle, record.withStopped(false));
        }
        Bundle bundle = context.getBundle(record.location());
        if (bundle != null && bundle.getState() != Bundle.ACTIVE) {
            handle.starting();
            startOrExplain(handle, bundle);
            awaitStarted(handle);
            LOG.info("started mim '{}'", record.id());
        }
    }

    /** An operator who starts a mim wants to hear that it runs, or why not. */
    private static void awaitStarted(MimHandle handle) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (handle.isStarting() && System.nanoTime() < deadline) {
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    Mim.State state(MimHandle handle) {
        if (handle.record().stopped()) {
            return Mim.State.STOPPED;
        }
        return handle.current() != null ? Mim.State.STARTED : Mim.State.CREATED;
    }

    // What others do to our bundles

    /** The mim of a bundle that has just become active; one that was installed by other means joins here. */
    MimHandle mimOf(Bundle bundle) {
        MimHandle handle = directory.byLocation(bundle.getLocation());
        if (handle == null) {
            return join(bundle);
        }
        if (handle.record().removing()) {
            return null;
        }
        if (handle.record().stopped()) {
            save(handle, handle.record().withStopped(false));
        }
        return handle;
    }

    private MimHandle join(Bundle bundle) {
        var headers = bundle.getHeaders("");
        String clientId = Names.clientId(header(headers.get(MimBundle.CLIENT), MimBundle.CLIENT, bundle));
        String name = Names.mimName(header(headers.get(MimBundle.NAME), MimBundle.NAME, bundle));
        String entry = header(headers.get(MimBundle.ENTRY), MimBundle.ENTRY, bundle);
        String engine = entry.substring(entry.lastIndexOf('.') + 1);
        String image = headers.get(MimBundle.IMAGE) == null ? name : headers.get(MimBundle.IMAGE);
        int colon = image.lastIndexOf(':');
        String imageName = colon < 0 ? image : image.substring(0, colon);
        String id = Names.id(clientId, name);
        String base = headers.get(MimBundle.BASE_PATH);
        MimEnv env = MimEnv.of(
                id, clientId, imageName, engine, base == null ? Map.of() : Map.of(MimEnv.BASE_PATH, base), null, null);
        if (directory.byId(id) != null) {
            throw new MimosaException(MimosaException.Kind.CONFLICT, "mim '" + id + "' exists already");
        }
        directory.claim(id, clientId, name, env);
        MimHandle handle = new MimHandle(new MimRecord(
                id,
                clientId,
                name,
                imageName,
                colon < 0 ? bundle.getVersion().toString() : image.substring(colon + 1),
                headers.get(MimBundle.DIGEST),
                engine,
                env.path(),
                env.alias(),
                env.variables(),
                false,
                false,
                true,
                Source.BUNDLE,
                bundle.getLocation(),
                Instant.now(),
                1,
                null));
        directory.put(handle);
        return handle;
    }

    private static String header(String value, String name, Bundle bundle) {
        if (value == null) {
            throw MimosaException.invalid("bundle " + bundle.getSymbolicName() + " has no header " + name);
        }
        return value;
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        Bundle bundle = event.getBundle();
        if (event.getType() != BundleEvent.STOPPED && event.getType() != BundleEvent.UNINSTALLED) {
            return;
        }
        MimHandle handle = directory.byLocation(bundle.getLocation());
        if (handle == null || extender.isManaged(handle.record().id())) {
            return;
        }
        if (event.getType() == BundleEvent.UNINSTALLED) {
            forget(handle);
        } else if (!bundle.adapt(BundleStartLevel.class).isPersistentlyStarted()
                && !handle.record().stopped()) {
            save(handle, handle.record().withStopped(true));
        }
    }

    /** On disk first. A bundle that somebody else installed is his to bring back, so it has no record. */
    private void save(MimHandle handle, MimRecord changed) {
        if (changed.source() != Source.BUNDLE) {
            records.put(changed);
        }
        handle.record(changed);
    }

    /** Uninstalled by other means: the mim goes, its data stay, since nobody has said that they may go. */
    private void forget(MimHandle handle) {
        MimRecord record = handle.record();
        handle.removed();
        if (record.source() != Source.BUNDLE) {
            records.remove(record.id());
        }
        directory.remove(record.id());
        LOG.info("mim '{}' was uninstalled through the framework, data kept", record.id());
    }

    // Housekeeping

    /** Keeps image bytes until {@link #unpin}, also when their image is replaced meanwhile. */
    void pin(String digest) {
        deploying.merge(digest, 1, Integer::sum);
    }

    void unpin(String digest) {
        deploying.merge(digest, -1, (now, less) -> now + less == 0 ? null : now + less);
    }

    /** Drops image bytes that neither an image nor a mim needs any more. */
    void collect() {
        if (records.hasUnreadable()) {
            return;
        }
        Set<String> inUse = new HashSet<>(deploying.keySet());
        directory.all().stream()
                .map(handle -> handle.record().digest())
                .filter(Objects::nonNull)
                .forEach(inUse::add);
        try {
            images.collect(inUse);
        } catch (RuntimeException e) {
            // What is left over takes up room, no more; the call that this follows has succeeded.
            LOG.warn("image bytes that nobody needs could not be removed: {}", e.getMessage(), e);
        }
    }
}
