package mimosa.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import mimosa.api.MimosaException;
import mimosa.api.mim.Image;

/** The form in which a {@link StoredImage} is on disk: one small JSON object that a person can read. */
final class ImageRecord {
    private ImageRecord() {}

    static byte[] write(StoredImage stored) throws IOException {
        Image image = stored.image();
        ObjectNode json = ImageJson.MAPPER.createObjectNode();
        json.put("id", image.id());
        json.put("clientId", image.clientId());
        json.put("name", image.name());
        json.put("version", image.version());
        json.put("engine", image.engine());
        json.put("digest", image.digest());
        json.put("size", image.size());
        json.put("gzip", image.gzip());
        json.put("created", image.created().toString());
        json.set("env", ImageJson.MAPPER.valueToTree(stored.env()));
        return ImageJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
    }

    /**
     * Reads a record back.
     *
     * @param file name of the file, for messages
     * @throws MimosaException of kind {@code INVALID}, naming the file and the member at fault
     */
    static StoredImage read(String file, byte[] bytes) {
        JsonNode json = ImageJson.object(file, bytes);
        String clientId = Names.clientId(text(file, json, "clientId"));
        String name = Names.imageName(text(file, json, "name"));
        String id = text(file, json, "id");
        if (!id.equals(Names.id(clientId, name)) || !file.equals(id + ".json")) {
            throw ImageJson.wrong(file, "id, clientId, name and the file's name do not belong together");
        }
        String digest = text(file, json, "digest");
        if (!Sha256.isName(digest)) {
            throw ImageJson.wrong(file, "digest is not sha256:<64 hex digits>");
        }
        Map<String, Object> env = new LinkedHashMap<>();
        ImageJson.env(file, json, env);
        Image image = new Image(
                id,
                clientId,
                name,
                text(file, json, "version"),
                text(file, json, "engine"),
                digest,
                json.path("size").asLong(),
                json.path("gzip").asBoolean(),
                time(file, json));
        return new StoredImage(image, Collections.unmodifiableMap(env));
    }

    private static String text(String file, JsonNode json, String member) {
        String text = ImageJson.text(file, json, member);
        if (text == null) {
            throw ImageJson.wrong(file, "no member " + member);
        }
        return text;
    }

    private static Instant time(String file, JsonNode json) {
        try {
            return Instant.parse(text(file, json, "created"));
        } catch (DateTimeException e) {
            throw ImageJson.wrong(file, "created is not a time such as 2026-01-31T12:00:00Z");
        }
    }
}
