package mimosa.api.mim;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Deploys and manages mims: the one way in for REST, the deploy folder, the shell and the command line.
 *
 * <p>Every change is durable when the call returns. Calls on one mim or image are serialised, others run side by side.
 * All methods block and may be called by any thread. A {@code clientId} of {@code null} means any client.
 *
 * <p>All methods throw {@link mimosa.api.MimosaException}: {@code INVALID} for input that is wrong in itself,
 * {@code NOT_FOUND} for an unknown id (message {@code no mim '<id>'} or {@code no image '<id>'}), {@code CONFLICT} for
 * an id or path that is taken, or a mim that is managed elsewhere, {@code TOO_LARGE} over an upload limit. After any of
 * them everything is as before.
 */
@ProviderType
public interface Mims {
    /** Reads, checks and keeps an image. An image of the same client and name is replaced. */
    Image upload(Upload upload);

    /** All images of a client, ordered by id. */
    List<Image> images(String clientId);

    /** One image, by id or, with a client, by name. */
    Image image(String clientId, String idOrName);

    /** The uploaded bytes of an image; stays readable while the image is kept. */
    Path tarball(String clientId, String idOrName);

    /** Removes an image; mims made of it keep their own copy. */
    Image deleteImage(String clientId, String idOrName);

    /**
     * Reads a deploy payload, {@code {"name","image","env","clientId","id"}}, as the management API takes it. Unknown
     * members are ignored.
     *
     * @param json at most 1 MiB of JSON, 64 levels deep
     * @param source who deploys
     * @throws mimosa.api.MimosaException of kind {@code INVALID}, naming the member at fault
     */
    Deployment payload(byte[] json, Source source);

    /** Deploys a kept image, or redeploys the mim of that id. */
    Mim deploy(Deployment deployment);

    /**
     * Uploads an image and deploys it in one step: if the program is refused, neither the image nor the mim is changed.
     *
     * @param deployment its {@code image} may be {@code null}; if given it must be the name in the uploaded image
     */
    Mim deploy(Upload upload, Deployment deployment);

    /**
     * Removes a mim.
     *
     * @param keepData whether its storage stays for a mim that is deployed under this id later
     * @param source must be the one that deployed it
     */
    Mim undeploy(String clientId, String id, boolean keepData, Source source);

    /** Starts a stopped mim; no effect on a started one. */
    Mim start(String clientId, String id);

    /** Stops a mim until it is started again, also across restarts of the node. */
    Mim stop(String clientId, String id);

    /** All mims of a client, ordered by id. */
    List<Mim> list(String clientId);

    /** One mim by id, or by name where only one mim has it. */
    Mim get(String clientId, String idOrName);

    /** Facts about a mim's program and its limits, for people: label to text, in order of display. */
    Map<String, String> facts(String clientId, String idOrName);

    /** The last records of a mim's log, oldest first, at most {@code limit}. */
    List<LogRecord> log(String clientId, String idOrName, int limit);

    /**
     * Tells of every further record of a mim's log, on the thread that logs; the listener must be quick.
     *
     * @return closes the subscription
     */
    AutoCloseable follow(String clientId, String idOrName, Consumer<LogRecord> listener);

    /** Runs a request without network, under the same quotas. */
    Reply invoke(String clientId, String idOrName, Invocation invocation);

    /** The node itself. */
    Node node();

    /**
     * An image on its way in.
     *
     * @param clientId {@code null} for the default client
     * @param name used when the image names itself nowhere; may be {@code null}
     * @param fileName used when even that is missing; may be {@code null}
     * @param bytes the tar, plain or gzip; read to its end, closed by the caller
     */
    record Upload(String clientId, String name, String fileName, InputStream bytes) {}

    /**
     * A request without network.
     *
     * @param path with query, below the mim's own path, beginning with a slash
     * @param headers fields {@code Name: value}
     * @param body empty for none
     */
    record Invocation(String method, String path, List<String> headers, byte[] body) {}

    /** The answer to an {@link Invocation}; headers as {@code name: value}. */
    record Reply(int status, List<String> headers, byte[] body) {}
}
