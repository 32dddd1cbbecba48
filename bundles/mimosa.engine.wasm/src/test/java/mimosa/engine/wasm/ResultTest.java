package mimosa.engine.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mimosa.testing.TestClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResultTest {
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    @Tag("W5.1")
    void resultIsReadInParts() throws Exception {
        Guest guest = new Guest();
        String key = guest.text("k");
        String value = guest.text("0123456789");
        assertEquals(
                "10,10,4,6,0,-4",
                bench.run(guest.handler("(drop (call $storage_set " + key + value + "))"
                                + "(call $print (call $storage_get " + key + "))(call $print (call $result_len))"
                                + read(4, 0) + read(10, 4) + read(1, 10) + read(1, 11) + "(call $done)"))
                        .outcome());
    }

    private static String read(int length, int offset) {
        return "(call $print (call $result_read (i32.const 38000) (i32.const " + offset + ") (i32.const " + length
                + ")))";
    }

    @Test
    @Tag("W5.2")
    void onlyYieldingFunctionsTouchTheResult() throws Exception {
        Guest guest = new Guest();
        String key = guest.text("k");
        String other = guest.text("o");
        String body = "(drop (call $storage_set " + key + guest.text("abc") + "))"
                + "(call $print (call $storage_get " + key + "))"
                + "(drop (call $storage_set " + other + other + ")) (call $print (call $result_len))"
                + "(call $print (call $storage_get " + guest.text("absent") + ")) (call $print (call $result_len))"
                + "(call $print (call $storage_get (i32.const 0) (i32.const 0)))"
                + "(call $result (call $last_error)) (call $done)";
        assertEquals(
                "3,3,-1,0,-4,storage_get: the key is empty",
                bench.run(guest.handler(body)).outcome());
    }

    /** A call of each function with pointers; %s stands for each pointer with its length. */
    static Stream<String> pointers() {
        return Stream.of(
                "request_header %s",
                "form_store %s",
                "response_header %s %s",
                "response_write %s",
                "response_end %s",
                "response_file %s %s",
                "storage_get %s",
                "storage_set %s %s",
                "storage_set_tagged %s %s %s",
                "storage_remove %s",
                "storage_remove_tagged %s",
                "storage_list %s %s (i32.const 10)",
                "storage_query %s",
                "http_get %s",
                "http_request %s %s",
                "http_header %s",
                "file_save %s %s",
                "file_remove %s",
                "event_publish %s",
                "env_get %s",
                "info_get %s",
                "log_write (i32.const 1) %s");
    }

    @ParameterizedTest
    @MethodSource("pointers")
    @Tag("W5.3")
    void pointerOutsideTheMemoryIsATrapWithoutEffect(String call) throws Exception {
        int count = call.split("%s", -1).length - 1;
        for (int bad = 0; bad < count; bad++) {
            Guest guest = new Guest();
            String good = guest.text("k");
            List<Object> places = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                places.add(i == bad ? "(i32.const 0xFFFFFFF0) (i32.const 0x20)" : good);
            }
            TestClient client = new TestClient();
            bench.client = client;
            Bench.Run run = bench.run(
                            guest.handler("(drop (call $" + String.format(call, places.toArray()) + "))(call $done)"))
                    .closed();
            assertEquals("! trap: memory out of bounds", run.outcome());
            assertTrue(bench.store.committed().isEmpty()
                    && client.sent.isEmpty()
                    && run.text().isEmpty());
        }
    }

    @Test
    @Tag("W5.3")
    void emptyRangeMayBeAnywhere() throws Exception {
        assertEquals(
                "! trap: memory out of bounds",
                bench.run(new Guest()
                                .handler("(drop (call $env_get (i32.const 0) (i32.const 0)))"
                                        + "(drop (call $result_read (i32.const 65535) (i32.const 0) (i32.const 2)))"))
                        .outcome());
        assertEquals(
                "0",
                bench.run(new Guest()
                                .handler("(call $print (call $result_read (i32.const 0xFFFFFFFF) (i32.const 0)"
                                        + " (i32.const 0))) (call $done)"))
                        .outcome());
    }

    @ParameterizedTest
    @MethodSource("pointers")
    @Tag("W5.2")
    void textMustBeUtf8(String call) throws Exception {
        boolean bytes = call.startsWith("response_write") || call.startsWith("response_end");
        if (bytes) {
            return; // passed unchanged
        }
        Guest guest = new Guest();
        String bad = guest.bytes((byte) 0xff, (byte) 0xfe);
        List<Object> places = new ArrayList<>();
        places.add(bad);
        for (int i = 1; i < call.split("%s", -1).length - 1; i++) {
            places.add(guest.text("x/y"));
        }
        bench.env = Map.of("MCM.WEBSOCKET_SUPPORT", "true");
        Bench.Run run = bench.run(guest.handler(
                        "(call $print (call $" + String.format(call, places.toArray()) + "))(call $done)"))
                .closed();
        String expected = call.startsWith("log_write") ? "0" : "-4";
        assertEquals(expected, run.outcome());
        if (call.startsWith("log_write")) {
            assertEquals("INFO \ufffd\ufffd\n", run.host().logText());
        }
    }
}
