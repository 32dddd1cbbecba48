package mimosa.admin;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.http.Exchange;
import mimosa.api.http.HttpHandler;
import mimosa.api.mim.Mims;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The management API: images and mims over HTTP.
 *
 * <pre>
 *   who is it? -> what is it for? -> receive the body -> on a thread of its own: ask Mims -> answer
 *   401 403 503   404 405            413                 the kind of its failure decides
 * </pre>
 *
 * The gateway's thread only looks at the header of the request; everything that may take time has a virtual thread.
 */
@Component(
        service = HttpHandler.class,
        immediate = true,
        property = HttpHandler.PATH + "=/mcm",
        configurationPid = ManagementHandler.PID)
@Designate(ocd = ManagementHandler.Config.class)
public final class ManagementHandler implements HttpHandler {
    static final String PID = "mimosa.mcm";

    @ObjectClassDefinition(name = "Mimosa management API", description = "Images and mims over HTTP, below /mcm/v1")
    @interface Config {
        @AttributeDefinition(
                name = "API key file",
                description =
                        "File with the line MCM_API_KEY=<key>, made at the first start with random keys; relative to the distribution folder. Empty for mimosa-api-key.env there.")
        String apiKeyFile() default "";

        @AttributeDefinition(
                name = "Largest upload",
                description =
                        "Longest request body of an upload in bytes: the largest image (mimosa.images: uploadBytes) and 1 MiB for the form around it.")
        long maxUploadBytes() default 68157440;
    }

    private static final String DEFAULT_KEY_FILE = "mimosa-api-key.env";

    private final Gate gate;
    private final ImageCalls images;
    private final MimCalls mims;

    @Activate
    public ManagementHandler(@Reference Mims mims, Config config, BundleContext context) {
        this(
                mims,
                ApiKeyFile.at(keyFile(config.apiKeyFile(), context.getProperty("mimosa.home"))),
                config.maxUploadBytes());
    }

    ManagementHandler(Mims mims, String apiKey, long maxUploadBytes) {
        if (maxUploadBytes < 1) {
            throw new IllegalArgumentException(
                    PID + ": maxUploadBytes=" + maxUploadBytes + ": expected a number of bytes from 1");
        }
        this.gate = new Gate(apiKey);
        this.images = new ImageCalls(mims, maxUploadBytes);
        this.mims = new MimCalls(mims);
    }

    private static Path keyFile(String configured, String home) {
        String name = configured.isBlank() ? DEFAULT_KEY_FILE : configured.trim();
        return Path.of(home == null ? "" : home).toAbsolutePath().resolve(name);
    }

    @Override
    public void handle(Exchange exchange) {
        Caller caller = gate.admit(exchange);
        List<String> path = segments(exchange.remainingPath());
        Resource.Operation operation = resource(exchange, path).operation(exchange);
        if (operation.maxBodyBytes() == 0) {
            start(exchange, caller, path, operation);
            return;
        }
        exchange.receive(operation.maxBodyBytes()).whenComplete((body, failure) -> {
            if (failure == null) {
                start(exchange, caller, path, operation);
            } else {
                exchange.fail(cause(failure));
            }
        });
    }

    private Resource resource(Exchange exchange, List<String> path) {
        if (path.size() >= 2 && path.get(0).equals("v1")) {
            List<String> rest = path.subList(2, path.size());
            Resource found =
                    switch (path.get(1)) {
                        case "images" -> images.resource(rest);
                        case "mims", "containers" -> mims.resource(rest);
                        default -> null;
                    };
            if (found != null) {
                return found;
            }
        }
        throw new MimosaException(Kind.NOT_FOUND, "no management call at '" + exchange.path() + "'");
    }

    private static void start(Exchange exchange, Caller caller, List<String> path, Resource.Operation operation) {
        String id = path.size() > 2 ? path.get(2) : null;
        Thread.ofVirtual().name("mcm-" + exchange.requestId()).start(() -> {
            try {
                operation.action().run(exchange, caller, id);
            } catch (Throwable failure) { // the boundary of a call: whatever it is becomes the answer
                exchange.fail(cause(failure));
            }
        });
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** {@code /v1/images/x/} as {@code [v1, images, x]}. */
    private static List<String> segments(String path) {
        String bare = path.startsWith("/") ? path.substring(1) : path;
        return List.of(bare.split("/"));
    }
}
