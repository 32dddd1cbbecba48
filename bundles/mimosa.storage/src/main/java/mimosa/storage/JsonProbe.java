package mimosa.storage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds the scalars at some paths of JSON texts, in one pass over each and without building anything of the rest.
 * Of members with the same name the last one counts, as in JavaScript.
 */
final class JsonProbe {
    /** What is nested deeper does not count as JSON. */
    static final int DEEPEST = 1000;

    /** Names are not remembered: they come from programs, and no two queries need have one in common. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** A place in the JSON that paths lead to or through. */
    private static final class Node {
        final Map<Object, Node> next = new HashMap<>();
        int slot = -1;
    }

    private final Node root = new Node();
    private int slots;

    /** Adds a path; the slot of what will be found there. */
    int add(JsonPath path) {
        Node node = root;
        for (Object step : path.steps()) {
            node = node.next.computeIfAbsent(step, name -> new Node());
        }
        if (node.slot < 0) {
            node.slot = slots++;
        }
        return node.slot;
    }

    /** Whether a text is JSON in the sense of {@link #read}. */
    static boolean isJson(String text) {
        return new JsonProbe().read(text) != null;
    }

    /** What was found, by slot; {@code null} in a slot where the path is missing; {@code null} if it is not JSON. */
    Scalar[] read(String text) {
        if (beginsAsAWord(text)) {
            return null;
        }
        Scalar[] found = new Scalar[slots];
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() == null) {
                return null;
            }
            visit(parser, root, found);
            return parser.nextToken() == null ? found : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Cheaper than the exception that tells of it; true, false and null are left to the parser. */
    private static boolean beginsAsAWord(String text) {
        char first = text.isEmpty() ? 0 : text.charAt(0);
        return first >= 'A' && first <= 'Z' || first >= 'a' && first <= 'z' && "tfn".indexOf(first) < 0;
    }

    /** Passes over the value that begins here. No deeper than the paths, since the rest is skipped in a loop. */
    private static void visit(JsonParser parser, Node node, Scalar[] found) throws IOException {
        if (node == null) {
            parser.skipChildren();
        } else if (parser.isExpectedStartObjectToken()) {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                Node member = node.next.get(parser.currentName());
                parser.nextToken();
                if (member != null) {
                    forget(member, found);
                }
                visit(parser, member, found);
            }
        } else if (parser.isExpectedStartArrayToken()) {
            for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
                visit(parser, node.next.isEmpty() ? null : node.next.get(index), found);
            }
        } else if (node.slot >= 0) {
            found[node.slot] = scalar(parser);
        }
    }

    /** What an earlier member of the same name has left. */
    private static void forget(Node node, Scalar[] found) {
        if (node.slot >= 0) {
            found[node.slot] = null;
        }
        node.next.values().forEach(next -> forget(next, found));
    }

    private static Scalar scalar(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        Scalar.Type type = token.isNumeric()
                ? Scalar.Type.NUMBER
                : token.isBoolean()
                        ? Scalar.Type.BOOLEAN
                        : token == JsonToken.VALUE_NULL ? Scalar.Type.NULL : Scalar.Type.STRING;
        return Scalar.of(type, parser.getText());
    }
}
