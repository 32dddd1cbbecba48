package mimosa.runtime;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import mimosa.api.mim.Source;

/**
 * Reads a mim's record off the JSON parser itself: a start reads all of them before it takes requests, and data binding
 * would take three times as long and bring classes along that nothing else in a start needs.
 */
final class MimRecordReader {
    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Boolean> flags = new HashMap<>();
    private Map<String, String> env;
    private long generation;

    private MimRecordReader() {}

    /**
     * Reads one record; members that it does not know are passed over, those that are missing are {@code null}.
     *
     * @throws IOException when it is not a JSON object or a member is not of its type
     */
    static MimRecord read(byte[] bytes) throws IOException {
        MimRecordReader reader = new MimRecordReader();
        try (JsonParser json = JSON.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("it is not a JSON object");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                reader.member(json.currentName(), json.nextToken(), json);
            }
        }
        return reader.record();
    }

    private void member(String name, JsonToken value, JsonParser json) throws IOException {
        switch (value) {
            case VALUE_STRING -> texts.put(name, json.getText());
            case VALUE_TRUE, VALUE_FALSE -> flags.put(name, json.getBooleanValue());
            case START_OBJECT -> object(name, json);
            case VALUE_NUMBER_INT -> {
                if (name.equals("generation")) {
                    generation = json.getLongValue();
                }
            }
            default -> json.skipChildren();
        }
    }

    private void object(String name, JsonParser json) throws IOException {
        if (!name.equals("env")) {
            json.skipChildren();
            return;
        }
        Map<String, String> variables = new TreeMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw new IOException("the variable " + key + " is not a text");
            }
            variables.put(key, json.getText());
        }
        env = Collections.unmodifiableMap(variables);
    }

    private MimRecord record() throws IOException {
        try {
            String source = texts.get("source");
            String created = texts.get("created");
            return new MimRecord(
                    texts.get("id"),
                    texts.get("clientId"),
                    texts.get("name"),
                    texts.get("imageName"),
                    texts.get("imageVersion"),
                    texts.get("digest"),
                    texts.get("engine"),
                    texts.get("path"),
                    texts.get("alias"),
                    env,
                    flag("stopped"),
                    flag("removing"),
                    flag("keepData"),
                    source == null ? null : Source.valueOf(source),
                    texts.get("origin"),
                    created == null ? null : Instant.parse(created),
                    generation,
                    texts.get("checkedBy"));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private boolean flag(String name) {
        return flags.getOrDefault(name, false);
    }
}
