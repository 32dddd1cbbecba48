package mimosa.runtime.image;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import mimosa.api.MimosaException;

/** The JSON files of images; every failure names the file. */
final class ImageJson {
    /** Most bytes of a JSON file. */
    static final int MAX_BYTES = 1 << 20;

    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(64).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ImageJson() {}

    static MimosaException wrong(String file, String reason) {
        return MimosaException.invalid(file + ": " + reason);
    }

    /** Any JSON value. */
    static JsonNode parse(String file, byte[] json) {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (node.isMissingNode()) {
                throw wrong(file, "empty, expected JSON");
            }
            return node;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw wrong(
                    file, "not JSON" + (at == null ? "" : ", line " + at.getLineNr() + " column " + at.getColumnNr()));
        } catch (IOException e) {
            // Bytes that are no text in the encoding that JSON's first characters announce.
            throw wrong(file, "not JSON, it is not valid UTF-8");
        }
    }

    static ObjectNode object(String file, byte[] json) {
        if (parse(file, json) instanceof ObjectNode object) {
            return object;
        }
        throw wrong(file, "not a JSON object");
    }

    /** A text member; {@code null} when absent, null or empty. */
    static String text(String file, JsonNode object, String member) {
        JsonNode value = object.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrong(file, member + " is not a string");
        }
        return value.textValue().isEmpty() ? null : value.textValue();
    }

    /** Puts the members of {@code env} over what is there; a null takes away. */
    static void env(String file, JsonNode object, Map<String, Object> env) {
        JsonNode values = object.path("env");
        if (values.isMissingNode() || values.isNull()) {
            return;
        }
        if (!values.isObject()) {
            throw wrong(file, "env is not an object");
        }
        for (Map.Entry<String, JsonNode> variable : values.properties()) {
            if (variable.getValue().isNull()) {
                env.remove(variable.getKey());
            } else {
                env.put(variable.getKey(), scalar(file, variable.getKey(), variable.getValue()));
            }
        }
    }

    private static Object scalar(String file, String key, JsonNode value) {
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        if (value.isNumber() && Double.isFinite(value.doubleValue())) {
            return value.numberValue();
        }
        throw wrong(file, "env value '" + Names.shown(key) + "' is not a string, number or boolean");
    }
}
