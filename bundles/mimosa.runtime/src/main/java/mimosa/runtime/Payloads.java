package mimosa.runtime;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.mim.Deployment;
import mimosa.api.mim.Source;
import mimosa.runtime.image.Names;

/** Reads deploy payloads, the same way for REST, the folder and the shell. */
final class Payloads {
    private static final int MAX_BYTES = 1024 * 1024;
    private static final int MAX_DEPTH = 64;

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Payloads() {}

    static Deployment read(byte[] json, Source source) {
        if (json.length > MAX_BYTES) {
            throw new MimosaException(MimosaException.Kind.TOO_LARGE, "the payload exceeds " + MAX_BYTES + " bytes");
        }
        JsonNode root = parse(json);
        if (root == null || !root.isObject()) {
            throw MimosaException.invalid("the payload must be a JSON object with the member 'image'");
        }
        return new Deployment(
                text(root, "clientId"),
                text(root, "name"),
                text(root, "image"),
                env(root.get("env")),
                id(root),
                source,
                null);
    }

    private static JsonNode parse(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            String where = at == null ? "" : " in line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw MimosaException.invalid(
                    "the payload is not JSON" + where + ": " + Names.shown(e.getOriginalMessage()));
        } catch (IOException e) {
            throw MimosaException.invalid("the payload is not JSON: " + e.getMessage());
        }
    }

    private static String text(JsonNode root, String member) {
        JsonNode value = root.get(member);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw MimosaException.invalid("the payload's '" + member + "' must be a string");
        }
        return value.textValue();
    }

    /** The id only tells an edited answer of a list; one of another type is an unknown member like any other. */
    private static String id(JsonNode root) {
        JsonNode id = root.get("id");
        return id == null ? null : id.textValue();
    }

    private static Map<String, Object> env(JsonNode env) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (env == null || env.isNull()) {
            return values;
        }
        if (!env.isObject()) {
            throw MimosaException.invalid("the payload's 'env' must be an object");
        }
        for (Map.Entry<String, JsonNode> entry : env.properties()) {
            JsonNode value = entry.getValue();
            if (value.isContainerNode()) {
                throw MimosaException.invalid("the payload's env '" + Names.shown(entry.getKey())
                        + "' must be a string, number, boolean or null");
            }
            values.put(entry.getKey(), value.isNull() ? null : value.asText());
        }
        return values;
    }
}
