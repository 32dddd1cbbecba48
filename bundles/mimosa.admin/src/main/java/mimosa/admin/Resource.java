package mimosa.admin;

import java.util.Map;
import java.util.TreeSet;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.http.Exchange;

/** What one path offers, by method; {@code GET} answers {@code HEAD}, too. */
final class Resource {
    /** Does the work of a call and answers it. May block. */
    interface Action {
        /** @param id the path segment that names an image or mim; {@code null} when there is none */
        void run(Exchange exchange, Caller caller, String id) throws Exception;
    }

    /**
     * One method of a path.
     *
     * @param maxBodyBytes how much of a body is received before the action; 0 for none at all
     */
    record Operation(long maxBodyBytes, Action action) {}

    /** The longest JSON body. */
    static final long JSON_BYTES = 1 << 20;

    private final Map<String, Operation> byMethod;

    Resource(Map<String, Operation> byMethod) {
        this.byMethod = byMethod;
    }

    /** @throws MimosaException of kind {@code METHOD_NOT_ALLOWED}, with the header {@code Allow} set */
    Operation operation(Exchange exchange) {
        String method = exchange.method();
        Operation found = byMethod.get(method.equals("HEAD") ? "GET" : method);
        if (found == null) {
            throw methodNotAllowed(exchange, byMethod.keySet());
        }
        return found;
    }

    /** The failure for a method that a path does not have; sets {@code Allow}. */
    static MimosaException methodNotAllowed(Exchange exchange, Iterable<String> allowed) {
        TreeSet<String> names = new TreeSet<>();
        allowed.forEach(names::add);
        if (names.contains("GET")) {
            names.add("HEAD");
        }
        String allow = String.join(", ", names);
        exchange.setHeader("Allow", allow);
        return new MimosaException(
                Kind.METHOD_NOT_ALLOWED,
                "'" + exchange.path() + "' has no method " + exchange.method() + ", only " + allow);
    }
}
