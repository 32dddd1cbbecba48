package mimosa.runtime;

import java.time.Duration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The part of the configuration {@code mimosa.deploy} that concerns every mim, wherever it came from. */
@Component(service = DeploySettings.class, configurationPid = DeploySettings.PID)
@Designate(ocd = DeploySettings.Config.class)
public final class DeploySettings {
    static final String PID = "mimosa.deploy";
    private static final int MAX_DRAIN_MS = 3_600_000;

    private final Duration drain;

    /** See the descriptions. */
    @ObjectClassDefinition(name = "Mimosa deployment", description = "How mims are withdrawn.")
    public @interface Config {
        @AttributeDefinition(
                name = "Drain time",
                description =
                        "How long, in milliseconds, running requests may go on when their mim is stopped or removed")
        int drainMs() default 5000;
    }

    @Activate
    public DeploySettings(Config config) {
        int drainMs = config.drainMs();
        if (drainMs < 0 || drainMs > MAX_DRAIN_MS) {
            throw new IllegalArgumentException(
                    PID + ": drainMs=" + drainMs + ", expected milliseconds from 0 to " + MAX_DRAIN_MS);
        }
        drain = Duration.ofMillis(drainMs);
    }

    Duration drain() {
        return drain;
    }
}
