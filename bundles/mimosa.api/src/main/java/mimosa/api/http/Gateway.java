package mimosa.api.http;

import org.osgi.annotation.versioning.ProviderType;

/** Where this node can be reached. The service is there while the port is open. */
@ProviderType
public interface Gateway {
    /** The address listened on, such as {@code 127.0.0.1} or {@code 0.0.0.0}. */
    String host();

    /** The port listened on; the real one also where the configuration asks for any (0). */
    int port();
}
