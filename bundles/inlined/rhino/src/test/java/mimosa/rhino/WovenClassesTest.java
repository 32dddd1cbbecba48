package mimosa.rhino;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.mozilla.javascript.undo.Tracked;

class WovenClassesTest {
    private static final Path CLASSES = Path.of("target", "classes");

    /** Asks for the position of its own class file; never used, as scripts have no security domains. */
    private static final String NEEDS_CODE_SOURCE = "org.mozilla.javascript.SecureCaller";

    @Test
    void everyWovenClassIsAcceptedByTheVirtualMachine() throws IOException {
        List<String> refused = new ArrayList<>();
        for (String name : names()) {
            try {
                Class.forName(name);
            } catch (ExceptionInInitializerError e) { // verified before that
                if (!name.equals(NEEDS_CODE_SOURCE)) {
                    refused.add(name + ": " + e.getCause());
                }
            } catch (ClassNotFoundException | LinkageError e) {
                refused.add(name + ": " + e);
            }
        }
        assertEquals(List.of(), refused);
    }

    @Test
    void objectsOfAScriptAreWatched() throws ClassNotFoundException {
        for (String name : List.of("ScriptableObject", "Slot", "EmbeddedSlotMap", "Hashtable", "Hashtable$Entry")) {
            assertTrue(Tracked.class.isAssignableFrom(Class.forName("org.mozilla.javascript." + name)), name);
        }
    }

    /** The virtual machine does not keep the classes of lambdas that can be written to a stream in its class cache. */
    @Test
    void noFunctionOfTheEngineCanBeWrittenToAStream() throws IOException {
        List<String> found = new ArrayList<>();
        for (String name : names()) {
            String file = name.replace('.', '/') + ".class";
            String content = Files.readString(CLASSES.resolve(file), StandardCharsets.ISO_8859_1);
            if (content.contains("altMetafactory") || content.contains("$deserializeLambda$")) {
                found.add(name);
            }
        }
        assertEquals(List.of(), found);
    }

    private static List<String> names() throws IOException {
        try (Stream<Path> files = Files.walk(CLASSES.resolve("org"))) {
            return files.map(file -> CLASSES.relativize(file).toString())
                    .filter(file -> file.endsWith(".class"))
                    .map(file -> file.substring(0, file.length() - ".class".length())
                            .replace(java.io.File.separatorChar, '.'))
                    .sorted()
                    .toList();
        }
    }
}
