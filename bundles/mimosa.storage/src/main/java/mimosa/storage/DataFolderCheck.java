package mimosa.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import mimosa.api.mim.HealthCheck;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells whether the data folder can be written; looks at it once in two seconds at most. */
@Component(service = HealthCheck.class)
public final class DataFolderCheck implements HealthCheck {
    private static final Logger LOG = LoggerFactory.getLogger(DataFolderCheck.class);
    private static final long FRESH = TimeUnit.SECONDS.toNanos(2);

    private final Path data;
    private boolean looked;
    private long lookedAt;
    private String problem;

    /** @param context tells where the data folder is */
    @Activate
    public DataFolderCheck(BundleContext context) {
        this(Stores.dataFolder(context));
    }

    DataFolderCheck(Path data) {
        this.data = data;
    }

    @Override
    public String name() {
        return "storage";
    }

    @Override
    public synchronized String problem() {
        if (!looked || System.nanoTime() - lookedAt > FRESH) {
            look();
            looked = true;
            lookedAt = System.nanoTime();
        }
        return problem;
    }

    private void look() {
        try {
            Folders.create(data);
            Folders.probe(data);
            problem = null;
        } catch (IOException e) {
            if (problem == null) {
                LOG.warn("data folder {} cannot be written", data, e);
            }
            problem = "the data folder cannot be written (check the space and the permissions of mimosa.data)";
        }
    }
}
