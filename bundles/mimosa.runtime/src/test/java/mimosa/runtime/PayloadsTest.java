package mimosa.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import mimosa.api.MimosaException;
import mimosa.api.mim.Deployment;
import mimosa.api.mim.Source;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayloadsTest {
    private static Deployment read(String json) {
        return Payloads.read(json.getBytes(StandardCharsets.UTF_8), Source.MANAGEMENT);
    }

    @Test
    void unknownMembersAreIgnoredAndScalarsBecomeStrings() {
        Deployment d =
                read("{\"name\":\"n\",\"image\":\"i\",\"env\":{\"A\":1,\"B\":true,\"C\":null},\"state\":[1],\"id\":7}");
        assertEquals("n", d.name());
        assertEquals("i", d.image());
        assertEquals("1", d.env().get("A"));
        assertEquals("true", d.env().get("B"));
        assertTrue(d.env().containsKey("C"));
    }

    @ParameterizedTest
    @Tag("M5.19")
    @CsvSource(
            delimiter = '|',
            value = {
                "{ | line 1",
                "[] | JSON object",
                "7 | JSON object",
                "'' | JSON object",
                "{} {} | not JSON",
                "{\"name\":1} | 'name'",
                "{\"image\":[]} | 'image'",
                "{\"env\":[]} | 'env'",
                "{\"env\":{\"A\":{}}} | 'A'",
                "{\"env\":{\"A\":[1]}} | 'A'"
            })
    void whatIsWrongIsNamed(String json, String named) {
        var e = assertThrows(MimosaException.class, () -> read(json));
        assertEquals(MimosaException.Kind.INVALID, e.kind());
        assertTrue(e.getMessage().contains(named), e.getMessage());
    }

    @Test
    void depthAndSizeAreLimited() {
        assertThrows(MimosaException.class, () -> read("{\"x\":" + "[".repeat(70) + "]".repeat(70) + "}"));
        var e = assertThrows(MimosaException.class, () -> read("{\"x\":\"" + "y".repeat(1 << 20) + "\"}"));
        assertEquals(MimosaException.Kind.TOO_LARGE, e.kind());
    }
}
