package mimosa.launcher;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InlinedClassesTest {
    @TempDir
    private Path folder;

    @Test
    void sameCopiesAreFine() throws IOException {
        List<Path> jars = List.of(jar("mimosa.a-1.jar", "code"), jar("mimosa.b-1.jar", "code"));

        assertDoesNotThrow(() -> InlinedClasses.check(jars));
    }

    @Test
    void saysWhichBundlesDoNotBelongTogether() throws IOException {
        List<Path> jars = List.of(jar("mimosa.a-1.jar", "code"), jar("mimosa.b-1.jar", "newer code"));

        StartFailure failure = assertThrows(StartFailure.class, () -> InlinedClasses.check(jars));

        assertEquals(
                "bundles/mimosa.a-1.jar and bundles/mimosa.b-1.jar have different copies of mimosa/work/A.class, which"
                        + " happens when one of them was replaced; give the new one a version of its own, in its name"
                        + " and in the file in features",
                failure.getMessage());
    }

    private Path jar(String name, String code) throws IOException {
        Path jar = folder.resolve(name);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.putNextEntry(new ZipEntry("mimosa/work/A.class"));
            zip.write(code.getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
            zip.write(name.getBytes(StandardCharsets.UTF_8));
        }
        return jar;
    }
}
