package mimosa.hotdeploy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.mim.Deployment;
import mimosa.api.mim.Mim;
import mimosa.api.mim.Mims;
import mimosa.api.mim.Mims.Upload;
import mimosa.api.mim.Source;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the mims of the folder what its files say. Told only that something about a file has changed, it compares the
 * file with the mim that came from it; being told twice, or late, does no harm. What is deployed is remembered nowhere
 * but with the mims themselves. Thread-safe; one file is processed at a time.
 */
final class DeployFolder {
    private static final Logger LOG = LoggerFactory.getLogger(DeployFolder.class);

    private final Mims mims;
    private final Path dir;
    private final String clientId;

    /** Images that could not be deployed, with what they were like then: not tried again until something changes. */
    private final Map<String, String> refused = new HashMap<>();

    /** Images whose mim now comes from another file. */
    private final Set<String> replaced = new HashSet<>();

    private final Set<String> ignored = new HashSet<>();

    /** Images that were found at the start but may still be being copied: the watcher will tell of them. */
    private final Set<String> unsettled = ConcurrentHashMap.newKeySet();

    private volatile boolean processed;
    private volatile boolean closed;

    /** @param clientId for images whose sidecar names no client */
    DeployFolder(Mims mims, Path dir, String clientId) {
        this.mims = mims;
        this.dir = dir;
        this.clientId = clientId;
    }

    /**
     * Brings everything into line with the folder, once, at the start.
     *
     * @param settled files that were changed later are left to the watcher
     */
    synchronized void processAll(Instant settled) {
        try (Stream<Path> files = Files.list(dir)) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).sorted().toList();
            names.forEach(this::removeOldError);
            mims.list(null).stream()
                    .filter(mim -> Origin.fileOf(mim) != null && !isFile(Origin.fileOf(mim)))
                    .forEach(this::undeploy);
            for (String name : names) {
                if (FileNames.isImage(name) && isFile(name)) {
                    if (isSettled(name, settled)) {
                        process(name);
                    } else {
                        unsettled.add(name);
                    }
                }
            }
        } catch (IOException | RuntimeException e) { // the boundary of the thread of the start
            LOG.error("The deploy folder '{}' could not be processed at the start", dir, e);
        } finally {
            processed = true;
        }
    }

    private boolean isSettled(String image, Instant settled) throws IOException {
        Path sidecar = dir.resolve(FileNames.sidecar(image));
        return Files.getLastModifiedTime(dir.resolve(image)).toInstant().isBefore(settled)
                && (!Files.exists(sidecar)
                        || Files.getLastModifiedTime(sidecar).toInstant().isBefore(settled));
    }

    private void removeOldError(String name) {
        String image = FileNames.imageOfError(name);
        if (image != null && !isFile(image)) {
            clearError(image);
        }
    }

    /** A file has appeared, changed or gone; it has not changed for a while. Returns when that has been dealt with. */
    synchronized void changed(String name) {
        if (FileNames.isAddon(name)) {
            if (isFile(name) && ignored.add(name)) {
                LOG.warn("'{}' is ignored: addon bundles are not supported, deploy their images one by one", name);
            }
        } else if (FileNames.isImage(name)) {
            process(name);
        } else {
            FileNames.images(name).stream().filter(this::isFile).forEach(this::process);
        }
    }

    /** Whether everything that was in the folder at the start has been dealt with. */
    boolean isProcessed() {
        unsettled.removeIf(name -> !isFile(name));
        return processed && unsettled.isEmpty();
    }

    /** Waits for the file being processed; nothing is processed any more. */
    void close() {
        closed = true;
        synchronized (this) {
            LOG.debug("The deploy folder '{}' is left alone", dir);
        }
    }

    private void process(String image) {
        if (closed) {
            return;
        }
        if (isFile(image)) {
            deploy(image);
        } else {
            remove(image);
        }
        unsettled.remove(image);
    }

    private void deploy(String image) {
        String stamp = "";
        try {
            Candidate candidate = Candidate.read(dir.resolve(image));
            stamp = candidate.stamp();
            if (stamp.equals(refused.get(image))) {
                return;
            }
            Deployment wanted = wanted(candidate);
            if (!isDeployed(candidate, wanted)) {
                long begin = System.nanoTime();
                Mim mim = deploy(candidate, wanted);
                LOG.info("Deployed '{}' as {} in {} ms", image, mim.id(), (System.nanoTime() - begin) / 1_000_000);
            }
            refused.remove(image);
            replaced.remove(image);
            clearError(image);
        } catch (IOException e) {
            refuse(image, stamp, "cannot read '" + image + "': " + e);
        } catch (MimosaException e) {
            refuse(image, stamp, e.getMessage());
        } catch (RuntimeException e) { // the boundary of a deployment: the watcher goes on with the next file
            LOG.error("Deploying '{}' failed", image, e);
            refuse(image, stamp, e.toString());
        }
    }

    /** What the sidecar says, completed. */
    private Deployment wanted(Candidate candidate) {
        Deployment said = candidate.sidecar() == null
                ? new Deployment(null, null, null, Map.of(), null, Source.FOLDER, null)
                : payload(candidate);
        return new Deployment(
                said.clientId() == null ? clientId : said.clientId(),
                said.name(),
                said.image(),
                said.env(),
                said.id(),
                Source.FOLDER,
                candidate.origin().toString());
    }

    private Deployment payload(Candidate candidate) {
        try {
            return mims.payload(candidate.sidecar(), Source.FOLDER);
        } catch (MimosaException e) {
            throw MimosaException.invalid(FileNames.sidecar(candidate.name()) + ": " + e.getMessage());
        }
    }

    private boolean isDeployed(Candidate candidate, Deployment wanted) {
        List<Mim> found = from(candidate.name());
        return found.size() == 1
                && found.get(0).digest().equals(candidate.digest())
                && found.get(0).clientId().equals(wanted.clientId())
                && wanted.origin().equals(found.get(0).origin());
    }

    private Mim deploy(Candidate candidate, Deployment wanted) throws IOException {
        List<Mim> all = mims.list(null);
        List<Mim> before = from(candidate.name());
        Mim now;
        try {
            now = upload(candidate.file(), wanted);
        } catch (MimosaException e) {
            if (e.kind() != Kind.CONFLICT || before.isEmpty() || keepsItsName(before.get(0), wanted)) {
                throw e;
            }
            now = inPlaceOf(before.get(0), candidate.file(), wanted);
        }
        warnOfAnotherFile(all, now, candidate.name());
        for (Mim old : from(candidate.name())) {
            if (!old.id().equals(now.id())) {
                undeploy(old);
            }
        }
        return now;
    }

    private Mim upload(Path file, Deployment wanted) throws IOException {
        try (InputStream tar = Files.newInputStream(file)) {
            return mims.deploy(
                    new Upload(wanted.clientId(), null, file.getFileName().toString(), tar), wanted);
        }
    }

    private static boolean keepsItsName(Mim old, Deployment wanted) {
        String imageName = old.image().substring(0, old.image().lastIndexOf(':'));
        String name = wanted.name() == null ? imageName : wanted.name();
        return old.clientId().equals(wanted.clientId()) && old.name().equals(name);
    }

    /** The file gives its mim another name: what stands in the way may be the path of the mim under its old name. */
    private Mim inPlaceOf(Mim old, Path file, Deployment wanted) throws IOException {
        mims.undeploy(old.clientId(), old.id(), true, Source.FOLDER);
        try {
            return upload(file, wanted);
        } catch (IOException | RuntimeException e) {
            restore(old);
            throw e;
        }
    }

    private void restore(Mim old) {
        try {
            Map<String, Object> env = new TreeMap<>(old.env());
            mims.deploy(new Deployment(
                    old.clientId(), old.name(), old.image(), env, old.id(), Source.FOLDER, old.origin()));
        } catch (MimosaException e) {
            LOG.error("{} was to be renamed, which failed, and could not be put back: {}", old.id(), e.getMessage());
        }
    }

    private void warnOfAnotherFile(List<Mim> before, Mim now, String image) {
        for (Mim mim : before) {
            String file = Origin.fileOf(mim);
            if (mim.id().equals(now.id()) && file != null && !file.equals(image) && isFile(file)) {
                replaced.add(file);
                LOG.warn(
                        "{} came from '{}' and now comes from '{}': remove one of the two files",
                        mim.id(),
                        file,
                        image);
            }
        }
    }

    /** Undeploys what came from a file that has gone; what had to stand back for it gets its chance. */
    private void remove(String image) {
        refused.remove(image);
        replaced.remove(image);
        clearError(image);
        List<Mim> gone = from(image);
        gone.forEach(this::undeploy);
        if (!gone.isEmpty()) {
            Set<String> waiting = new HashSet<>(refused.keySet());
            waiting.addAll(replaced);
            refused.clear();
            replaced.clear();
            waiting.stream().filter(this::isFile).sorted().forEach(this::deploy);
        }
    }

    private void undeploy(Mim mim) {
        try {
            mims.undeploy(mim.clientId(), mim.id(), true, Source.FOLDER);
            LOG.info(
                    "Undeployed {}: '{}' does not ask for it any more; its data is kept", mim.id(), Origin.fileOf(mim));
        } catch (MimosaException e) {
            LOG.warn("{} could not be undeployed: {}", mim.id(), e.getMessage());
        }
    }

    private List<Mim> from(String image) {
        return mims.list(null).stream()
                .filter(mim -> image.equals(Origin.fileOf(mim)))
                .toList();
    }

    private boolean isFile(String name) {
        return Files.isRegularFile(dir.resolve(name));
    }

    private void refuse(String image, String stamp, String message) {
        refused.put(image, stamp);
        LOG.warn("'{}' could not be deployed: {}", image, message);
        try {
            Files.writeString(dir.resolve(FileNames.error(image)), message + System.lineSeparator());
        } catch (IOException e) {
            LOG.warn("'{}' could not be written: {}", FileNames.error(image), e.toString());
        }
    }

    private void clearError(String image) {
        try {
            Files.deleteIfExists(dir.resolve(FileNames.error(image)));
        } catch (IOException e) {
            LOG.warn("'{}' could not be removed: {}", FileNames.error(image), e.toString());
        }
    }
}
