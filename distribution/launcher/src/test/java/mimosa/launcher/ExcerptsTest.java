package mimosa.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExcerptsTest {
    private static final String LINES = "one\ntwo\n\tthree()\nfour\nfive\nsix\n";

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.createDirectories(folder.resolve("src"));
        Files.createDirectories(folder.resolve("target"));
        Files.createDirectories(folder.resolve("node_modules/x"));
        Files.writeString(folder.resolve("src/a.js"), LINES);
        Files.writeString(folder.resolve("node_modules/x/index.js"), LINES);
        Files.writeString(folder.resolve("target/index.js"), "bundle\nbundle\nbundle\n");
        // Line 2: column 0 is src/a.js 1:1, column 9 is src/a.js 5:3.
        Files.writeString(
                folder.resolve("target/index.js.map"),
                "{\"version\":3,\"sources\":[\"webpack://x/./src/a.js\"],\"mappings\":\";AAAA,SAIE\"}");
    }

    private String excerpt(boolean plain, String message, boolean ofProgram) {
        return new Excerpts(new Project(folder, plain)).of(message, ofProgram);
    }

    @Test
    void showsTheLinesAroundThePositionWithACaretUnderTheColumn() {
        assertEquals(
                "  src/a.js:3:4\n    1 | one\n    2 | two\n  > 3 | \tthree()\n      | \t  ^\n    4 | four\n    5 | five\n",
                excerpt(false, "Error: x\n    at f (src/a.js:3:4)", false));
    }

    @Test
    void withoutAColumnTheCaretIsUnderTheFirstCharacter() {
        assertEquals(
                "  src/a.js:3\n    1 | one\n    2 | two\n  > 3 | \tthree()\n      | \t^\n    4 | four\n    5 | five\n",
                excerpt(false, "TypeError: x\n    at webpack://notes/./src/a.js:3", false));
    }

    @Test
    void aPositionInTheBundleIsMapped() {
        String mapped = "  src/a.js:5:3\n    3 | \tthree()\n    4 | four\n  > 5 | five\n      |   ^\n    6 | six\n";
        assertEquals(mapped, excerpt(false, "index.js:2:12: missing ); transpile to ES5", true));
        assertEquals(mapped, excerpt(false, "target/index.js is not an ES5 script: Unexpected token (2:11)", false));
        assertEquals(mapped, excerpt(false, "ERROR in ./src/a.js 5:2-4\nModule not found", false));
    }

    @Test
    void whereNothingIsMappedTheBundleItselfIsShown() {
        assertEquals(
                "  target/index.js:3:1\n    1 | bundle\n    2 | bundle\n  > 3 | bundle\n      | ^\n",
                excerpt(false, "index.js:3:1: what", true));
    }

    @Test
    void aProgramThatEndsTooEarlyIsShownAtItsEnd() throws IOException {
        Files.writeString(folder.resolve("index.js"), "a\nb\n");
        assertEquals(
                "  index.js:3:1\n    1 | a\n  > 2 | b\n      | ^\n",
                excerpt(true, "index.js:3:1: missing }; transpile to ES5", true));
    }

    @Test
    void packagesOtherFoldersAndShownLinesAreLeftOut() {
        assertEquals("", excerpt(false, "at node_modules/x/index.js:1 and ../a.js:1 and src/none.js:1", false));
        assertEquals("", excerpt(false, "/none/src/index.js: Unexpected token (3:4)\n\n> 3 | x", false));
        assertEquals("", excerpt(false, "no place at all", true));
    }

    /** Nothing is built here. */
    private record Project(Path folder, boolean isPlain) implements MimProject {
        @Override
        public Image build(Consumer<String> progress) {
            throw new AssertionError("not expected");
        }
    }
}
