package mimosa.engine.wasm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Messages as JSON text. Bytes that are not UTF-8 do not survive it. */
final class JsonWire implements Wire {
    @Override
    public byte[] encode(Map<String, Object> message) {
        return Utf8.bytes(json(message).toString());
    }

    /** A value as JSON, whichever way it came. */
    static JsonNode json(Object value) {
        if (value instanceof Map<?, ?> map) {
            ObjectNode object = Json.object();
            map.forEach((name, member) -> object.set((String) name, json(member)));
            return object;
        }
        if (value instanceof List<?> list) {
            ArrayNode array = Json.array();
            list.forEach(element -> array.add(json(element)));
            return array;
        }
        return plain(value);
    }

    private static JsonNode plain(Object value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (value instanceof byte[] text) {
            return nodes.textNode(Utf8.lenient(text));
        }
        if (value instanceof String text) {
            return nodes.textNode(text);
        }
        if (value instanceof Boolean truth) {
            return nodes.booleanNode(truth);
        }
        if (value instanceof Double number) {
            return nodes.numberNode(number);
        }
        return value instanceof Number number ? nodes.numberNode(number.longValue()) : nodes.nullNode();
    }

    @Override
    public Map<String, Object> decode(byte[] bytes) {
        String text = Utf8.strict(bytes);
        JsonNode node = text == null ? null : Json.value(text);
        if (node == null || !node.isObject()) {
            throw Wire.broken();
        }
        return members(node);
    }

    private static Map<String, Object> members(JsonNode object) {
        Map<String, Object> members = new LinkedHashMap<>();
        object.properties().forEach(entry -> members.put(entry.getKey(), value(entry.getValue())));
        return members;
    }

    private static Object value(JsonNode node) {
        if (node.isObject()) {
            return members(node);
        }
        if (node.isArray()) {
            List<Object> elements = new ArrayList<>();
            node.forEach(element -> elements.add(value(element)));
            return elements;
        }
        if (node.isTextual()) {
            return Utf8.bytes(node.textValue());
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isNumber()) {
            return node.canConvertToLong() && node.isIntegralNumber() ? (Object) node.longValue() : node.doubleValue();
        }
        return null;
    }
}
