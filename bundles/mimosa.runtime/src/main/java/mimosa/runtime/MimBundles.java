package mimosa.runtime;

import mimosa.api.MimosaException;
import mimosa.runtime.image.ImageContent;
import mimosa.runtime.image.ImageReader;
import mimosa.runtime.image.ImageStore;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mims' bundles: how they are made of images, and where the framework has them. */
final class MimBundles {
    private static final Logger LOG = LoggerFactory.getLogger(MimBundles.class);

    private final BundleContext context;
    private final ImageStore images;
    private final ImageReader reader;

    MimBundles(BundleContext context, ImageStore images, ImageReader reader) {
        this.context = context;
        this.images = images;
        this.reader = reader;
    }

    /** {@code null} when it is not installed. */
    Bundle of(MimRecord record) {
        return context.getBundle(record.location());
    }

    /** The program in the image that a mim was deployed from. */
    ProgramFile program(MimRecord record) {
        return program(reader.content(images.blob(record.digest()), record.digest()));
    }

    static ProgramFile program(ImageContent content) {
        return new ProgramFile(content.fileName(), content.program(), content.sourceMap());
    }

    Bundle install(MimRecord record, ProgramFile file) {
        try {
            return context.installBundle(record.location(), MimBundle.of(record, file));
        } catch (BundleException e) {
            throw broken(record, e);
        }
    }

    static void uninstall(Bundle bundle) {
        if (bundle != null && bundle.getState() != Bundle.UNINSTALLED) {
            try {
                bundle.uninstall();
            } catch (BundleException e) {
                LOG.error("bundle {} could not be uninstalled", bundle.getSymbolicName(), e);
            }
        }
    }

    /** Replaces the program of a bundle, which is stopped by that. */
    static void update(Bundle bundle, MimRecord record, ProgramFile file) throws BundleException {
        if (bundle.getState() == Bundle.ACTIVE) {
            bundle.stop(Bundle.STOP_TRANSIENT);
        }
        bundle.update(MimBundle.of(record, file));
    }

    static MimosaException broken(MimRecord record, Exception cause) {
        return new MimosaException(
                MimosaException.Kind.INTERNAL,
                "the bundle of mim '" + record.id() + "' could not be started: " + cause.getMessage(),
                cause);
    }
}
