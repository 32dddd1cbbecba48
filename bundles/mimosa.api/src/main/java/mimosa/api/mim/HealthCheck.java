package mimosa.api.mim;

import org.osgi.annotation.versioning.ConsumerType;

/** One thing that has to be well for the node to be ready. Register it as a service; {@code /health/ready} asks all. */
@ConsumerType
public interface HealthCheck {
    /** Short name, such as {@code storage}. */
    String name();

    /** What is wrong, for an operator, without names of mims or secrets; {@code null} when all is well. Quick. */
    String problem();
}
