package mimosa.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import mimosa.api.MimosaException;
import mimosa.api.client.HttpClient;
import mimosa.api.engine.Engine;
import mimosa.api.engine.Host;
import mimosa.api.http.Gateway;
import mimosa.api.mim.Deployment;
import mimosa.api.mim.HealthCheck;
import mimosa.api.mim.Image;
import mimosa.api.mim.LogRecord;
import mimosa.api.mim.Mim;
import mimosa.api.mim.Mims;
import mimosa.api.mim.Node;
import mimosa.api.mim.Source;
import mimosa.api.quota.Limits;
import mimosa.api.quota.Quotas;
import mimosa.api.storage.KeyValueStore;
import mimosa.runtime.image.ImageReader;
import mimosa.runtime.image.ImageStore;
import mimosa.runtime.image.Names;
import mimosa.runtime.image.ReadImage;
import mimosa.runtime.image.StoredImage;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.annotations.ReferenceScope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deployment service: every mim is a bundle.
 *
 * <pre>
 *   image -> env and paths checked -> program checked -> desired state on disk -> bundle installed or updated -> served
 * </pre>
 */
@Component(
        service = {Mims.class, HealthCheck.class},
        immediate = true)
public final class BundleMims implements Mims, HealthCheck {
    private static final Logger LOG = LoggerFactory.getLogger(BundleMims.class);

    private static final Duration LOAD_PATIENCE = Duration.ofSeconds(10);

    private final Node node;
    private final ImageReader reader;
    private final ImageStore images;
    private final MimDirectory directory = new MimDirectory();
    private final MimLocks locks = new MimLocks();
    private final MimExtender extender;
    private final OutsideChanges outsideChanges;
    private final ImagePins pins;
    private final Deployer deployer;
    private final Quotas quotas;
    private final BundleContext context;
    private Restoring restoring;

    @Activate
    public BundleMims(
            BundleContext context,
            @Reference ImageSettings imageSettings,
            @Reference DeploySettings deploySettings,
            @Reference Gateway gateway,
            @Reference(scope = ReferenceScope.BUNDLE) Quotas quotas,
            @Reference(scope = ReferenceScope.BUNDLE) KeyValueStore store,
            @Reference(scope = ReferenceScope.BUNDLE) HttpClient client)
            throws IOException {
        this.context = context;
        // Store and client are used through each mim's own context; here they only have to exist.
        this.quotas = quotas;
        Path data = Path.of(property(context, "mimosa.data", property(context, "mimosa.home", ".") + "/data"));
        String version = property(context, "mimosa.version", "0");
        node = NodeIdentity.of(data, version);
        images = ImageStore.open(data.resolve("images"));
        reader = new ImageReader(images.incoming(), imageSettings.limits());
        extender = new MimExtender(
                context,
                bundle -> this.outsideChanges().mimOf(bundle),
                record -> new Host.Info(record.id(), record.path(), gateway.port(), "", node.id()),
                deploySettings.drain(),
                version,
                waking(),
                this::checked);
        MimRecords records = new MimRecords(data.resolve("mims"));
        pins = new ImagePins(images, records, directory);
        outsideChanges = new OutsideChanges(records, directory, extender);
        deployer = new Deployer(
                context,
                new MimBundles(context, images, reader),
                outsideChanges,
                records,
                pins,
                directory,
                extender,
                quotas,
                version);
    }

    /** After the engines that are here already have been bound. */
    @Activate
    void restore() throws IOException {
        restoring = new Restoring(
                context, deployer.restore(), mim -> alone(mim, () -> deployer.restore(mim)), this::restored);
        restoring.open();
    }

    private void restored() {
        deployer.restored();
        pins.collect();
    }

    private void alone(MimHandle mim, Runnable work) {
        locks.alone("mim " + mim.record().id(), () -> {
            work.run();
            return null;
        });
    }

    private Waking waking() {
        return new Waking() {
            @Override
            public Limits limits(MimRecord record) {
                return quotas.limits(record.env());
            }

            @Override
            public void wake(MimHandle mim) {
                inBackground(mim, () -> deployer.wake(mim));
            }
        };
    }

    /** On a thread of its own, as it may have to wait for a deployment of that mim. */
    private void inBackground(MimHandle mim, Runnable work) {
        Thread.ofVirtual().name("mimosa-wake-" + mim.record().id()).start(() -> alone(mim, work));
    }

    private void checked(MimHandle mim) {
        inBackground(mim, () -> deployer.checked(mim));
    }

    private OutsideChanges outsideChanges() {
        return outsideChanges;
    }

    private static String property(BundleContext context, String name, String otherwise) {
        String value = context.getProperty(name);
        return value == null || value.isBlank() ? otherwise : value;
    }

    @Deactivate
    void deactivate() {
        restoring.close();
        deployer.close();
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindEngine(Engine engine, Map<String, Object> properties) {
        String name = String.valueOf(properties.get(Engine.NAME));
        extender.engineArrived(name, engine);
        deployer.engineArrived(name);
    }

    void unbindEngine(Engine engine, Map<String, Object> properties) {
        extender.engineGone(String.valueOf(properties.get(Engine.NAME)), engine, directory.all());
    }

    // Health

    @Override
    public String name() {
        return "mims";
    }

    @Override
    public String problem() {
        long starting = directory.all().stream().filter(MimHandle::isStarting).count();
        return starting == 0 ? null : starting + " still starting";
    }

    // Images

    @Override
    public Image upload(Upload upload) {
        String clientId = client(upload.clientId());
        try (ReadImage image = read(upload)) {
            Image kept = locks.alone("image " + Names.id(clientId, image.name()), () -> images.put(clientId, image)
                    .image());
            LOG.info("kept image '{}' {}:{}, {} bytes", kept.id(), kept.name(), kept.version(), kept.size());
            return kept;
        } catch (IOException e) {
            throw untidy(e);
        } finally {
            pins.collect();
        }
    }

    private static MimosaException untidy(IOException cause) {
        return new MimosaException(
                MimosaException.Kind.STORAGE, "an uploaded file could not be removed: " + cause.getMessage(), cause);
    }

    @Override
    public List<Image> images(String clientId) {
        return images.list(clientId).stream().map(StoredImage::image).toList();
    }

    @Override
    public Image image(String clientId, String idOrName) {
        return stored(clientId, idOrName)
                .orElseThrow(() -> new MimosaException(
                        MimosaException.Kind.NOT_FOUND, "no image '" + Names.shown(idOrName) + "'"));
    }

    /** By id, by a name that only one image has, or by {@code name:version} when that is the version kept. */
    private Optional<Image> stored(String clientId, String wanted) {
        List<Image> kept = images(clientId);
        Optional<Image> byId =
                kept.stream().filter(image -> image.id().equals(wanted)).findFirst();
        if (byId.isPresent()) {
            return byId;
        }
        List<Image> named = kept.stream()
                .filter(image -> image.name().equals(wanted) || (image.name() + ":" + image.version()).equals(wanted))
                .toList();
        return named.size() == 1 ? Optional.of(named.get(0)) : Optional.empty();
    }

    @Override
    public Path tarball(String clientId, String idOrName) {
        return images.blob(image(clientId, idOrName).digest());
    }

    @Override
    public Image deleteImage(String clientId, String idOrName) {
        Image image = image(clientId, idOrName);
        locks.alone("image " + image.id(), () -> images.delete(image.id()));
        pins.collect();
        LOG.info("deleted image '{}'", image.id());
        return image;
    }

    private ReadImage read(Upload upload) {
        return reader.receive(upload.bytes(), upload.name(), upload.fileName());
    }

    private static String client(String given) {
        return given == null ? Names.DEFAULT_CLIENT : Names.clientId(given);
    }

    // Deployments

    @Override
    public Deployment payload(byte[] json, Source source) {
        return Payloads.read(json, source);
    }

    @Override
    public Mim deploy(Deployment deployment) {
        String clientId = client(deployment.clientId());
        if (deployment.image() == null || deployment.image().isEmpty()) {
            throw MimosaException.invalid("the payload's 'image' is missing: expected the name of an uploaded image");
        }
        Image image = stored(clientId, deployment.image())
                .orElseThrow(() -> new MimosaException(
                        MimosaException.Kind.NOT_FOUND,
                        "cannot find image with name " + Names.shown(deployment.image())));
        pins.pin(image.digest());
        try {
            if (!Files.exists(images.blob(image.digest()))) {
                throw new MimosaException(
                        MimosaException.Kind.CONFLICT, "image '" + image.id() + "' was removed meanwhile");
            }
            Candidate candidate = new Candidate(
                    image.name(),
                    image.version(),
                    image.digest(),
                    reader.content(images.blob(image.digest()), image.digest()));
            return deploy(clientId, candidate, deployment, () -> {});
        } finally {
            pins.unpin(image.digest());
        }
    }

    @Override
    public Mim deploy(Upload upload, Deployment deployment) {
        String given = deployment.clientId() == null ? upload.clientId() : deployment.clientId();
        String clientId = client(given);
        try (ReadImage read = read(upload)) {
            String named = deployment.image();
            if (named != null
                    && !named.equals(read.name())
                    && !named.equals(read.name() + ":" + read.version())
                    && !named.equals(clientId + "-" + read.name())) {
                throw MimosaException.invalid("the payload's 'image' is '" + Names.shown(named)
                        + "', but the uploaded image is named '" + read.name() + "'");
            }
            Candidate candidate = new Candidate(read.name(), read.version(), read.digest(), read.content());
            return deploy(clientId, candidate, deployment, () -> images.put(clientId, read));
        } catch (IOException e) {
            throw untidy(e);
        }
    }

    private Mim deploy(String clientId, Candidate image, Deployment deployment, Runnable keepImage) {
        String name = deployment.name() == null ? image.name() : Names.mimName(deployment.name());
        String id = Names.id(clientId, name);
        try {
            return locks.alone(
                    "mim " + id, () -> shown(deployer.deploy(clientId, name, id, image, deployment, keepImage)));
        } finally {
            pins.collect();
        }
    }

    @Override
    public Mim undeploy(String clientId, String id, boolean keepData, Source source) {
        MimHandle handle = find(clientId, id);
        String known = handle.record().id();
        try {
            return locks.alone("mim " + known, () -> {
                MimHandle still = find(clientId, known);
                Mim last = shown(still);
                deployer.undeploy(still, keepData, source);
                return last;
            });
        } finally {
            pins.collect();
        }
    }

    @Override
    public Mim start(String clientId, String id) {
        String known = find(clientId, id).record().id();
        MimHandle started = locks.alone("mim " + known, () -> {
            // Whoever held the lock before may have removed or replaced it.
            MimHandle handle = find(clientId, known);
            deployer.start(handle);
            return handle;
        });
        // An operator who starts a mim wants to hear that it runs, or why not. Not alone, because loading it is.
        started.awaitStarted(LOAD_PATIENCE);
        return shown(find(clientId, known));
    }

    @Override
    public Mim stop(String clientId, String id) {
        String known = find(clientId, id).record().id();
        return locks.alone("mim " + known, () -> {
            // Whoever held the lock before may have removed or replaced it.
            MimHandle handle = find(clientId, known);
            deployer.stop(handle);
            return shown(handle);
        });
    }

    @Override
    public List<Mim> list(String clientId) {
        List<Mim> mims = new ArrayList<>();
        for (MimHandle handle : directory.all()) {
            if (clientId == null || clientId.equals(handle.record().clientId())) {
                mims.add(shown(handle));
            }
        }
        return mims;
    }

    @Override
    public Mim get(String clientId, String idOrName) {
        return shown(find(clientId, idOrName));
    }

    private MimHandle find(String clientId, String idOrName) {
        MimHandle byId = directory.byId(idOrName);
        if (byId != null && (clientId == null || clientId.equals(byId.record().clientId()))) {
            return byId;
        }
        List<MimHandle> named = directory.all().stream()
                .filter(handle -> handle.record().name().equals(idOrName))
                .filter(handle ->
                        clientId == null || clientId.equals(handle.record().clientId()))
                .toList();
        if (named.size() > 1) {
            throw MimosaException.invalid("several mims are named '" + Names.shown(idOrName) + "', use an id: "
                    + String.join(
                            ", ",
                            named.stream().map(handle -> handle.record().id()).toList()));
        }
        if (named.isEmpty()) {
            throw new MimosaException(MimosaException.Kind.NOT_FOUND, "no mim '" + Names.shown(idOrName) + "'");
        }
        return named.get(0);
    }

    private Mim shown(MimHandle handle) {
        return handle.shown(deployer.state(handle));
    }

    // For people

    @Override
    public Map<String, String> facts(String clientId, String idOrName) {
        MimHandle handle = find(clientId, idOrName);
        Map<String, String> facts = new LinkedHashMap<>();
        // Who wants to know what it is like also wants to know whether it can be loaded.
        handle.awaitStarted(LOAD_PATIENCE);
        Serving serving = handle.current();
        if (serving != null) {
            facts.putAll(serving.program().facts());
            facts.put("wall limit", serving.limits().wall().toMillis() + " ms");
            facts.put("CPU limit", serving.limits().cpu().toMillis() + " ms");
            facts.put("concurrency", serving.limits().concurrency() + " instances");
            facts.put("storage used", serving.store().usedBytes() + " bytes");
        } else if (handle.reason() != null) {
            facts.put("not served", handle.reason());
        }
        return facts;
    }

    @Override
    public List<LogRecord> log(String clientId, String idOrName, int limit) {
        return find(clientId, idOrName).log().last(limit);
    }

    @Override
    public AutoCloseable follow(String clientId, String idOrName, Consumer<LogRecord> listener) {
        return find(clientId, idOrName).log().follow(listener);
    }

    @Override
    public Reply invoke(String clientId, String idOrName, Invocation invocation) {
        MimHandle handle = find(clientId, idOrName);
        LocalExchange exchange = new LocalExchange(handle.record().path(), invocation);
        handle.handle(exchange);
        Duration patience = quotas.limits(handle.record().env()).wall().plusSeconds(10);
        try {
            exchange.done().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new MimosaException(MimosaException.Kind.QUOTA, "no answer within " + patience.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MimosaException(MimosaException.Kind.UNAVAILABLE, "interrupted while waiting for the answer", e);
        }
        return exchange.reply();
    }

    @Override
    public Node node() {
        return node;
    }
}
