package mimosa.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import mimosa.api.mim.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is desired of each mim, through a restart of the node. */
class MimRecordsTest {
    @TempDir
    private Path folder;

    private static MimRecord record(String name, Map<String, String> env, boolean stopped, Source source) {
        return new MimRecord(
                "api-" + name,
                "api",
                name,
                name + "-image",
                "1.2.3-\u00e4",
                "sha256:0",
                "js",
                "/api/" + name,
                stopped ? "/alias/" + name : null,
                env,
                stopped,
                stopped,
                stopped,
                source,
                stopped ? "file.tar/1" : null,
                Instant.parse("2026-01-31T12:00:00.123456789Z"),
                stopped ? Long.MAX_VALUE : 1,
                stopped ? "0.1.0" : null);
    }

    @Test
    void whatWasWrittenIsReadBack() throws IOException {
        MimRecord plain = record("a", Map.of(), false, Source.MANAGEMENT);
        MimRecord full = record("b", Map.of("K", "v \"\n\ud83e\udd5a", "E", ""), true, Source.FOLDER);
        MimRecords records = new MimRecords(folder);
        records.put(full);
        records.put(plain);
        assertEquals(List.of(plain, full), new MimRecords(folder).all());
    }

    @Test
    void membersOfALaterVersionArePassedOver() throws IOException {
        MimRecords records = new MimRecords(folder);
        MimRecord record = record("a", Map.of("K", "v"), false, Source.MANAGEMENT);
        records.put(record);
        Path file = folder.resolve("api-a.json");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst(
                                "\\{", "{\"new\":{\"id\":\"x\",\"env\":{\"a\":1}},\"list\":[{\"id\":1}],\"n\":1.5,"));
        assertEquals(List.of(record), records.all());
        assertFalse(records.hasUnreadable());
    }

    @Test
    void aDamagedRecordIsLeftAloneAndToldOf() throws IOException {
        MimRecords records = new MimRecords(folder);
        MimRecord good = record("good", Map.of(), false, Source.MANAGEMENT);
        records.put(good);
        String text = Files.readString(folder.resolve("api-good.json"));
        Map<String, String> damaged = Map.of(
                "half", text.substring(0, text.length() / 2),
                "empty", "",
                "list", "[]",
                "other", text,
                "number", text.replace("\"api-good\"", "5"),
                "env", text.replace("\"env\":{", "\"env\":{\"a\":1,"),
                "time", text.replace("2026-01-31T", "yesterday "),
                "source", text.replace("MANAGEMENT", "NOBODY"));
        for (Map.Entry<String, String> one : damaged.entrySet()) {
            Files.writeString(folder.resolve("api-" + one.getKey() + ".json"), one.getValue());
        }
        assertEquals(List.of(good), records.all());
        assertTrue(records.hasUnreadable());
        assertEquals(damaged.size() + 1, folder.toFile().list().length);
    }

    @Test
    void whatIsMissingIsNotThere() throws IOException {
        assertNull(MimRecordReader.read("{\"id\":null}".getBytes()).id());
        assertFalse(MimRecordReader.read("{}".getBytes()).isComplete());
    }
}
