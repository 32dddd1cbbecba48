package mimosa.admin;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.http.Exchange;
import mimosa.api.http.HttpHandler;
import mimosa.api.mim.HealthCheck;
import mimosa.api.mim.Mims;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /health/live} answers while the process can answer at all; {@code /health/ready} says whether the node has
 * started, is not shutting down, and whether all {@link HealthCheck} services are content. No credentials are needed, so
 * neither tells of mims or keys.
 */
@Component(service = HttpHandler.class, property = HttpHandler.PATH + "=/health")
public final class HealthHandler implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(HealthHandler.class);

    private final BooleanSupplier frameworkIsActive;

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<HealthCheck> checks = List.of();

    /** Readiness is asked for while this is missing, too; that is the point of it. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile Mims mims;

    @Activate
    public HealthHandler(BundleContext context) {
        this(() -> context.getBundle(0).getState() == Bundle.ACTIVE);
    }

    HealthHandler(BooleanSupplier frameworkIsActive) {
        this.frameworkIsActive = frameworkIsActive;
    }

    /** One line of the answer; {@code problem} is {@code null} when all is well. */
    private record Line(String name, String problem) {
        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("name", name);
            json.put("status", problem == null ? "UP" : "DOWN");
            json.put("message", problem == null ? "" : problem);
            return json;
        }
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        List<Line> lines =
                switch (exchange.remainingPath()) {
                    case "/live" -> List.of();
                    case "/ready" -> readiness();
                    default ->
                        throw new MimosaException(
                                Kind.NOT_FOUND, "'" + exchange.path() + "': expected /health/live or /health/ready");
                };
        if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
            throw Resource.methodNotAllowed(exchange, List.of("GET"));
        }
        boolean isUp = lines.stream().allMatch(line -> line.problem() == null);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("status", isUp ? "UP" : "DOWN");
        json.put("checks", lines.stream().map(Line::json).toList());
        exchange.setHeader("Cache-Control", "no-store");
        Json.answer(exchange, isUp ? 200 : 503, json);
    }

    private List<Line> readiness() {
        List<Line> lines = new ArrayList<>();
        lines.add(new Line("framework", frameworkIsActive.getAsBoolean() ? null : "is starting or shutting down"));
        if (mims == null) { // Otherwise it has a check of its own.
            lines.add(new Line("mims", "the service that runs mims is not there"));
        }
        checks.stream()
                .map(HealthHandler::ask)
                .sorted(Comparator.comparing(Line::name))
                .forEach(lines::add);
        return lines;
    }

    private static Line ask(HealthCheck check) {
        try {
            return new Line(check.name(), check.problem());
        } catch (RuntimeException e) { // the boundary to whoever offers the check
            LOG.warn("The health check {} failed", check.getClass().getName(), e);
            return new Line(check.getClass().getSimpleName(), "the check itself failed");
        }
    }
}
