package mimosa.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class JointTest {
    private final ByteBuffer header =
            ByteBuffer.allocateDirect(8).put(ascii("..head")).flip().position(2);
    private final ByteBuffer empty = ByteBuffer.allocate(0);
    private final ByteBuffer body = ascii("body").asReadOnlyBuffer();

    @Test
    void holdsWhatTheBuffersHoldAndLeavesThemAsTheyAre() {
        ByteBuffer joint = Joint.of(header, empty, body);
        assertEquals("headbody", text(joint));
        assertEquals(List.of(4, 0, 4), rest());
    }

    @Test
    void theNextOneDoesNotHoldAnythingOfTheLast() {
        Joint.of(header, body);
        assertEquals("body", text(Joint.of(empty, body)));
    }

    @Test
    void whatHasBeenSentIsTakenFromTheFrontOn() {
        Joint.taken(0, header, empty, body);
        assertEquals(List.of(4, 0, 4), rest());
        Joint.taken(3, header, empty, body);
        assertEquals(List.of(1, 0, 4), rest());
        Joint.taken(2, header, empty, body);
        assertEquals(List.of(0, 0, 3), rest());
        assertEquals("ody", text(Joint.of(header, empty, body)));
        Joint.taken(3, header, empty, body);
        assertEquals(List.of(0, 0, 0), rest());
    }

    @Test
    void whatIsLongerThanItsMemoryDoesNotFit() {
        ByteBuffer rest = ByteBuffer.allocate(Joint.BYTES - 8);
        assertTrue(Joint.fits(header, empty, body, rest));
        assertEquals(Joint.BYTES, Joint.of(header, empty, body, rest).remaining());
        assertFalse(Joint.fits(header, empty, body, rest, ByteBuffer.allocate(1)));
    }

    private List<Integer> rest() {
        return Arrays.asList(header.remaining(), empty.remaining(), body.remaining());
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(ByteBuffer buffer) {
        return StandardCharsets.US_ASCII.decode(buffer.duplicate()).toString();
    }
}
