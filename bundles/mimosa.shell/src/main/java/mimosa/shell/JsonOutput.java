package mimosa.shell;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import mimosa.api.mim.Image;
import mimosa.api.mim.Mim;

/** What the commands print with {@code -j}. */
final class JsonOutput {
    /** Lines end in the same way everywhere, so that what is escaped afterwards is never one of them. */
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .setDefaultPrettyPrinter(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

    private JsonOutput() {}

    /** Prints a value; what is harmful in its texts is escaped, as JSON allows. */
    static void print(PrintStream out, Object value) {
        try {
            out.println(Printable.lines(MAPPER.writeValueAsString(value)));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value.getClass(), e);
        }
    }

    static Map<String, Object> mim(Mim mim, Map<String, String> env) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", mim.id());
        json.put("clientId", mim.clientId());
        json.put("name", mim.name());
        json.put("image", mim.image());
        json.put("imageId", mim.imageId());
        json.put("digest", mim.digest());
        json.put("engine", mim.engine());
        json.put("version", mim.version());
        json.put("path", mim.path());
        json.put("alias", mim.alias());
        json.put("created", mim.created().toEpochMilli());
        json.put("env", env);
        json.put("state", mim.state().name().toLowerCase(Locale.ROOT));
        json.put("status", mim.isUp() ? "up" : "down");
        json.put("reason", mim.reason());
        json.put("source", mim.source().label());
        json.put("origin", mim.origin());
        json.put("generation", mim.generation());
        json.put("requests", mim.requests());
        json.put("errors", mim.errors());
        json.put("active", mim.active());
        json.values().removeIf(value -> value == null);
        return json;
    }

    static Map<String, Object> image(Image image) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", image.id());
        json.put("clientId", image.clientId());
        json.put("name", image.name());
        json.put("version", image.version());
        json.put("engine", image.engine());
        json.put("digest", image.digest());
        json.put("size", image.size());
        json.put("created", image.created().getEpochSecond());
        return json;
    }
}
