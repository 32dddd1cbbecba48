package mimosa.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigurationCheckTest {
    private static final String METATYPE =
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.4.0">
              <OCD id="a.Config" name="A" description="">
                <AD id="port" type="Integer" default="8083" name="" required="false"/>
                <AD id="bytes" type="Long" default="1" name="" required="false"/>
                <AD id="open" type="Boolean" default="false" name="" required="false"/>
                <AD id="hosts" type="String" cardinality="100" name="" required="false"/>
                <AD id="mode" type="String" default="fast" name="" required="false">
                  <Option label="fast" value="fast"/>
                  <Option label="safe" value="safe"/>
                </AD>
              </OCD>
              <Designate pid="mimosa.a"><Object ocdref="a.Config"/></Designate>
              <Designate factoryPid="mimosa.f"><Object ocdref="a.Config"/></Designate>
            </metatype:MetaData>
            """;

    @TempDir
    private Path folder;

    private Path config;
    private Path bundle;

    @BeforeEach
    void makeBundle() throws IOException {
        config = Files.createDirectory(folder.resolve("config"));
        bundle = folder.resolve("a-1.jar");
        try (OutputStream file = Files.newOutputStream(bundle);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("OSGI-INF/metatype/a.Config.xml"));
            zip.write(METATYPE.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void acceptsWhatIsDescribed() throws IOException {
        write("mimosa.a.cfg", "# a comment\nport = 0\nbytes = 9999999999\nopen = TRUE\nhosts = a, b\nmode = safe\n");
        write("mimosa.f-one.cfg", "port = 1\n");
        write("mimosa.f~two.cfg", "port = 2\n");
        write("logging.xml", "<configuration/>");

        assertEquals(List.of(), check());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prt = 1 | unknown property 'prt', expected one of port, bytes, open, hosts, mode",
                "port = x | port is 'x', expected a whole number",
                "port = 3000000000 | port is '3000000000', expected a whole number",
                "open = yes | open is 'yes', expected true or false",
                "mode = slow | mode is 'slow', expected one of fast, safe",
            })
    void refusesWhatIsNot(String line, String expected) throws IOException {
        write("mimosa.a.cfg", line + "\n");

        StartFailure failure = assertThrows(StartFailure.class, this::check);

        assertEquals("config/mimosa.a.cfg: " + expected, failure.getMessage());
    }

    @Test
    void warnsOfAFileThatConfiguresNothing() throws IOException {
        write("mimosa.b.cfg", "x = 1\n");
        write("org.apache.felix.fileinstall-more.cfg", "x = 1\n");
        write("mimosa.c.cfg", "# only comments\n");

        assertEquals(
                List.of("config/mimosa.b.cfg: nothing is configured by 'mimosa.b'; known are mimosa.a, mimosa.f"),
                check());
    }

    private List<String> check() {
        return new ConfigurationCheck(config, List.of(bundle)).check();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(config.resolve(name), text);
    }
}
