package mimosa.runtime;

import java.time.Instant;
import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.mim.Source;
import mimosa.runtime.image.Names;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the desired state in line with what others do to mims' bundles through the framework. */
final class OutsideChanges implements SynchronousBundleListener {
    private static final Logger LOG = LoggerFactory.getLogger(OutsideChanges.class);

    private final MimRecords records;
    private final MimDirectory directory;
    private final MimExtender extender;

    OutsideChanges(MimRecords records, MimDirectory directory, MimExtender extender) {
        this.records = records;
        this.directory = directory;
        this.extender = extender;
    }

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
            records.save(handle, handle.record().withStopped(false));
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
            records.save(handle, handle.record().withStopped(true));
        }
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
}
