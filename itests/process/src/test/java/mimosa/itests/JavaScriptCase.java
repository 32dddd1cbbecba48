package mimosa.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One acceptance case: a handler, the requests to it, and what the last one must answer.
 *
 * @param ids of the cases it covers, for the report
 * @param name the behaviour
 */
record JavaScriptCase(
        String ids, String name, String program, Map<String, String> env, List<Call> calls, Expected expected) {
    /** A request below the mim's path. */
    record Call(String method, String path, Map<String, String> headers, byte[] body) {}

    /**
     * @param deployed whether the program must be accepted
     * @param status of the last answer, or of the refused deployment
     * @param body equal, or {@code null}
     * @param parts contained in the body
     * @param fields of the header, each with its one value, or {@code null} for one that must not be there
     */
    record Expected(boolean deployed, int status, String body, List<String> parts, Map<String, String> fields) {}

    static Builder handler(String ids, String name, String body) {
        return new Builder(ids, name, Node.handler(body));
    }

    static Builder file(String ids, String name, String program) {
        return new Builder(ids, name, program);
    }

    /** Runs the case on a node, as mim {@code t}; the last answer. */
    HttpResponse<String> run(Node node) {
        HttpResponse<String> deployed = node.deployProgram("t", program, env);
        if (deployed.statusCode() != 200) {
            return deployed;
        }
        HttpResponse<String> last = null;
        for (Call call : calls) {
            HttpRequest.Builder request = HttpRequest.newBuilder(node.uri("/api/t/v1" + call.path()))
                    .method(
                            call.method(),
                            call.body() == null
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofByteArray(call.body()));
            call.headers().forEach(request::header);
            last = node.send(request);
        }
        return last;
    }

    /** Runs the case on a node and compares. */
    void check(Node node) {
        HttpResponse<String> answer = run(node);
        assertEquals(expected.status(), answer.statusCode(), answer::body);
        if (expected.body() != null) {
            assertEquals(expected.body(), answer.body());
        }
        for (String part : expected.parts()) {
            assertTrue(answer.body().contains(part), () -> "'" + part + "' is not in: " + answer.body());
        }
        expected.fields()
                .forEach((name, value) ->
                        assertEquals(value, answer.headers().firstValue(name).orElse(null), name));
    }

    @Override
    public String toString() {
        return ids + " " + name;
    }

    /** Collects what a case is made of. */
    static final class Builder {
        private final String ids;
        private final String name;
        private final String program;
        private final Map<String, String> env = new TreeMap<>();
        private final List<Call> calls = new ArrayList<>();
        private final Map<String, String> fields = new TreeMap<>();

        private Builder(String ids, String name, String program) {
            this.ids = ids;
            this.name = name;
            this.program = program;
        }

        Builder env(String key, String value) {
            env.put(key, value);
            return this;
        }

        Builder call(String method, String path) {
            calls.add(new Call(method, path, Map.of(), null));
            return this;
        }

        Builder call(String method, String path, Map<String, String> headers, String body) {
            calls.add(new Call(
                    method,
                    path,
                    headers,
                    body == null ? null : body.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            return this;
        }

        Builder call(String method, String path, Map<String, String> headers, byte[] body) {
            calls.add(new Call(method, path, headers, body));
            return this;
        }

        /** The last answer has this field, or not, when the value is {@code null}. */
        Builder field(String name, String value) {
            fields.put(name, value);
            return this;
        }

        JavaScriptCase answers(String body) {
            return expect(new Expected(true, 200, body, List.of(), fields));
        }

        JavaScriptCase answers(int status, String... parts) {
            return expect(new Expected(true, status, null, List.of(parts), fields));
        }

        JavaScriptCase isRefused(String... parts) {
            return expect(new Expected(false, 400, null, List.of(parts), fields));
        }

        private JavaScriptCase expect(Expected expected) {
            if (calls.isEmpty()) {
                call("GET", "");
            }
            return new JavaScriptCase(ids, name, program, env, calls, expected);
        }
    }
}
