package mimosa.engine.wasm;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;

/** JSON from programs, with limits, and for them. */
final class Json {
    private static final int MAX_BYTES = 1024 * 1024;
    private static final int MAX_DEPTH = 64;

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array() {
        return JsonNodeFactory.instance.arrayNode();
    }

    /** An object of texts. */
    static String text(Map<String, String> members) {
        ObjectNode object = object();
        members.forEach(object::put);
        return object.toString();
    }

    /** The object that a program has sent. */
    static ObjectNode parse(Args args, int index) throws Code {
        if (Integer.compareUnsigned(args.length(index), MAX_BYTES) > 0) {
            throw Code.invalid("the JSON has more than " + MAX_BYTES + " bytes");
        }
        String text = args.text(index, "JSON");
        try {
            if (MAPPER.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw Code.invalid("the JSON is malformed: " + e.getOriginalMessage());
        }
        throw Code.invalid("the JSON is not an object");
    }

    /** Any stored value; {@code null} when it is not JSON. */
    static JsonNode value(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            return null;
        }
    }

    /** A member that is a text; otherwise, also where it is null, what is given. */
    static String text(JsonNode object, String member, String otherwise) throws Code {
        JsonNode value = object.get(member);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        if (!value.isTextual()) {
            throw Code.invalid("the member " + member + " must be a string");
        }
        return value.textValue();
    }

    /** A member that is a whole number from 0 up. */
    static long whole(JsonNode object, String member, long otherwise) throws Code {
        JsonNode value = object.get(member);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        if (!value.isNumber() || !(value.doubleValue() >= 0)) {
            throw Code.invalid("the member " + member + " must be a number from 0 up");
        }
        return (long) Math.floor(value.doubleValue());
    }
}
