package mimosa.engine.wasm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mimosa.testing.Wat;

/**
 * A script of the WebAssembly test suite: modules, and what they have to answer. The suite's own translator splits it
 * into commands and turns the modules into bytes; it brings an older engine along, which the tests do not see.
 *
 * @param name of its file
 */
record SpecScript(String name, List<Command> commands) {
    private static final Path FOLDER = Path.of("src/test/resources/spec");
    private static final Path TRANSLATED = Path.of("target/spec");

    /**
     * One command of a script.
     *
     * @param type as the translator calls it
     * @param module the bytes that it is about; {@code null} when there are none
     */
    record Command(String script, String type, int line, JsonNode json, byte[] module) {
        String place() {
            return script + ":" + line;
        }

        String text(String member) {
            return json.path(member).asText(null);
        }
    }

    /** Translates all of them. */
    static List<SpecScript> all() throws IOException {
        Files.createDirectories(TRANSLATED);
        List<SpecScript> scripts = new ArrayList<>();
        try (var files = Files.list(FOLDER)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".wast"))
                    .sorted()
                    .toList()) {
                scripts.add(read(file.getFileName().toString(), translate(file)));
            }
        }
        return scripts;
    }

    /** The translator writes one file of commands, and its modules beside it. */
    private static Path translate(Path file) throws IOException {
        Path commands = TRANSLATED.resolve(file.getFileName().toString().replace(".wast", ""));
        if (Files.exists(commands)
                && Files.getLastModifiedTime(commands).compareTo(Files.getLastModifiedTime(file)) > 0) {
            return commands; // by an earlier build
        }
        try {
            Class<?> translator = Wat.tool("Wast2Json");
            Object builder = translator.getMethod("builder").invoke(null);
            builder.getClass().getMethod("withFile", File.class).invoke(builder, file.toFile());
            builder.getClass().getMethod("withOutput", File.class).invoke(builder, commands.toFile());
            Object process = builder.getClass().getMethod("build").invoke(builder);
            translator.getMethod("process").invoke(process);
            return commands;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("could not translate " + file, e);
        }
    }

    private static SpecScript read(String name, Path file) throws IOException {
        List<Command> commands = new ArrayList<>();
        for (JsonNode json : new ObjectMapper().readTree(file.toFile()).get("commands")) {
            commands.add(new Command(
                    name, json.get("type").asText(), json.get("line").asInt(), json, module(json)));
        }
        return new SpecScript(name, commands);
    }

    /** Modules that are malformed as text are the translator's business. */
    private static byte[] module(JsonNode json) {
        boolean text = json.path("module_type").asText("").equals("text");
        if (text || !json.has("filename")) {
            return null;
        }
        try {
            return Files.readAllBytes(TRANSLATED.resolve(json.get("filename").asText()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
