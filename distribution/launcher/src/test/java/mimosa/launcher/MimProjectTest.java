package mimosa.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MimProjectTest {
    @TempDir
    private Path folder;

    @Test
    void aProgramAloneIsPackedAsItIs() throws Exception {
        Files.writeString(folder.resolve("index.js"), "x;\n");
        MimProject project = MimProject.of(folder);
        assertTrue(project.isPlain());
        byte[] tar = project.build(line -> {}).tar();
        assertEquals(2048, tar.length);
        assertEquals("index.js", new String(tar, 0, 8, StandardCharsets.US_ASCII));
        assertArrayEquals(new byte[] {'x', ';', '\n'}, Arrays.copyOfRange(tar, 512, 515));
    }

    @Test
    void aDescriptionWithoutAPackageScriptOnlyNamesTheProgram() throws Exception {
        Files.writeString(folder.resolve("index.js"), "x;\n");
        Files.writeString(folder.resolve("package.json"), "{\"name\":\"a\",\"version\":\"1.0.0\"}");
        assertInstanceOf(PlainProject.class, MimProject.of(folder));
        assertEquals(3072, MimProject.of(folder).build(line -> {}).tar().length);
    }

    @Test
    void whatIsNoProjectIsSaid() throws Exception {
        StartFailure nothing = assertThrows(StartFailure.class, () -> MimProject.of(folder));
        assertTrue(nothing.getMessage().startsWith("there is neither a package.json"), nothing::getMessage);
        Files.writeString(folder.resolve("package.json"), "{");
        StartFailure broken = assertThrows(StartFailure.class, () -> MimProject.of(folder));
        assertTrue(broken.getMessage().contains("package.json is not a JSON object"), broken::getMessage);
    }

    @Test
    void anImageIsCalledAsItsFolder() {
        assertEquals("my-mim_1.x", PlainProject.imageName(Path.of("/a/.my mim_1..x.")));
        assertEquals("mim", PlainProject.imageName(Path.of("/")));
    }

    @Test
    void aToolIsQuotedWithoutItsColoursAndItsStack() {
        assertEquals(
                "ERROR in ./src/index.js\n> 3 | x = ;\n    at load (/p/src/index.js:3:5)\n\ncompiled with 1 error",
                NpmProject.wordsOf("\u001b[31mERROR\u001b[39m in ./src/index.js\r\n> 3 | x = ;\n"
                        + "    at Parser.raise (/p/node_modules/@babel/parser/lib/index.js:6632:19)\n"
                        + "    at load (/p/src/index.js:3:5)\n"
                        + "    at C:\\p\\node_modules\\webpack\\lib\\x.js:1:2\n"
                        + "    at process.run (node:internal/process/task_queues:95:5)\n\ncompiled with 1 error\n"));
    }
}
