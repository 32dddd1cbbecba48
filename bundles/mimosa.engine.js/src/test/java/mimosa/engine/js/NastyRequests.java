package mimosa.engine.js;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A program with a rich state and the requests that spoil it, from the resources in {@code nasty}: request {@code /n} runs
 * the n-th of them, {@code /probe} answers with what a script can see of the program's own state, {@code /digest} with what it
 * can see of everything.
 */
final class NastyRequests {
    /** What every request that comes to its end logs there. */
    static final String DONE = "done";

    private NastyRequests() {}

    /** @param failure what the request fails with; {@code null} when it does not */
    record Request(String name, String failure, String body) {
        @Override
        public String toString() {
            return name;
        }

        boolean isKilled() {
            return failure != null && failure.startsWith("wall time");
        }
    }

    static List<Request> all() {
        List<Request> requests = new ArrayList<>();
        for (String part : resource("requests.txt").split("(?m)^=== ")) {
            if (!part.isBlank()) {
                String[] lines = part.split("\n", 2);
                String[] head = lines[0].split(" \\| ");
                requests.add(new Request(head[0].strip(), head.length > 1 ? head[1].strip() : null, lines[1]));
            }
        }
        return requests;
    }

    static String program() {
        StringBuilder source = new StringBuilder(resource("program.js"));
        source.append("\n(function (log) {\nvar requests = [\n");
        for (Request request : all()) {
            source.append("// ").append(request.name());
            source.append("\nfunction (context, request, response) {\n").append(request.body());
            if (request.failure() == null) {
                source.append("log('").append(DONE).append("'); response.end('ok');\n");
            }
            source.append("},\n");
        }
        source.append("];\nmimikModule.exports = function (context, request, response) {\n")
                .append("    var what = request.url.slice(1);\n")
                .append("    if (what === 'probe') { response.end(probe()); }\n")
                .append(
                        "    else if (what === 'digest') { response.end(probe() + digest([globalThis, tag``], 1e5)); }\n")
                .append("    else { requests[what](context, request, response); }\n")
                .append("};\n})(console.log);\n");
        return source.toString();
    }

    private static String resource(String name) {
        try (InputStream in = NastyRequests.class.getResourceAsStream("nasty/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(name, e);
        }
    }
}
