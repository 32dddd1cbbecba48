package mimosa.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.jar.JarInputStream;
import mimosa.api.mim.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MimBundleTest {
    @ParameterizedTest
    @CsvSource({
        "1.2.0,1.2.0",
        "1.2.0-rc.1,1.2.0.rc_1",
        "1.2.0-rc.1+7,1.2.0.rc_1_7",
        "01.02.03,1.2.3",
        "latest,0.0.0.latest",
        "1.2,0.0.0.1_2",
        "1.2.3.4,0.0.0.1_2_3_4"
    })
    void versionIsWhatOsgiCanSayOfIt(String image, String bundle) {
        assertEquals(bundle, MimBundle.version(image));
    }

    @Test
    void bundleHoldsTheProgramAndNoSecrets() throws IOException {
        MimRecord record = new MimRecord(
                "api-hello",
                "api",
                "hello",
                "hello-v1",
                "1.2.0",
                "sha256:00",
                "js",
                "/api/hello/v1",
                null,
                Map.of("SECRET", "s3cret-value"),
                false,
                false,
                false,
                Source.MANAGEMENT,
                null,
                Instant.EPOCH,
                1,
                null);
        byte[] program = {1, 2, 3};
        byte[] bundle =
                MimBundle.of(record, new ProgramFile("index.js", program, null)).readAllBytes();
        assertFalse(new String(bundle, java.nio.charset.StandardCharsets.ISO_8859_1).contains("s3cret-value"));
        try (JarInputStream jar = new JarInputStream(new java.io.ByteArrayInputStream(bundle))) {
            var headers = jar.getManifest().getMainAttributes();
            assertEquals("mim.api.hello", headers.getValue("Bundle-SymbolicName"));
            assertEquals("1.2.0", headers.getValue("Bundle-Version"));
            assertEquals("mim/index.js", jar.getNextJarEntry().getName());
            assertArrayEquals(program, jar.readAllBytes());
        }
    }
}
