package mimosa.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import mimosa.api.http.Exchange;
import mimosa.api.mim.Image;
import mimosa.api.mim.Mim;

/** JSON as the management API speaks it. Members keep the order they are written in. */
final class Json {
    private static final int MAX_DEPTH = 64;
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /** @throws JsonProcessingException when the bytes are not one JSON value; nothing at all is a missing node */
    static JsonNode parse(byte[] bytes) throws IOException {
        return MAPPER.readTree(bytes);
    }

    /** Answers with a JSON body. */
    static void answer(Exchange exchange, int status, Object value) throws JsonProcessingException {
        exchange.status(status);
        exchange.setHeader("Content-Type", "application/json");
        exchange.end(ByteBuffer.wrap(MAPPER.writeValueAsBytes(value)));
    }

    static Map<String, Object> list(List<Map<String, Object>> items) {
        return Map.of("data", items);
    }

    /** An image; {@code created} is in seconds. */
    static Map<String, Object> image(Image image) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", image.id());
        json.put("name", image.name());
        json.put("created", image.created().getEpochSecond());
        json.put("digest", image.digest());
        json.put("repoTags", List.of(image.name() + ":" + image.version(), "runtime:" + image.engine()));
        json.put("size", image.size());
        json.put("clientId", image.clientId());
        json.put("version", image.version());
        return json;
    }

    /** A mim; {@code created} is in milliseconds. */
    static Map<String, Object> mim(Mim mim) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", mim.id());
        json.put("clientId", mim.clientId());
        json.put("name", mim.name());
        json.put("image", mim.image());
        json.put("imageId", mim.imageId());
        json.put("created", mim.created().toEpochMilli());
        json.put("env", mim.env());
        json.put("state", mim.state().name().toLowerCase(Locale.ROOT));
        json.put("status", mim.isUp() ? "up" : "down");
        if (mim.reason() != null) {
            json.put("reason", mim.reason());
        }
        return json;
    }

    /** What is answered for something that has been removed. */
    static Map<String, Object> removed(String id, String name) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", id);
        json.put("name", name);
        return json;
    }
}
