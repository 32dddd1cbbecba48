package mimosa.engine.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import mimosa.api.engine.Program;
import mimosa.api.storage.Item;
import mimosa.api.storage.JsonQuery;
import mimosa.api.storage.Session;
import mimosa.testing.TestExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class StorageTest {
    private final Bench bench = new Bench();
    private final Guest guest = new Guest();
    private final String key = guest.text("k");
    private final String old = guest.text("old");
    private final String fresh = guest.text("new");

    @AfterEach
    void close() {
        bench.close();
    }

    private Session session() {
        return bench.store.session(turn -> turn.toCompletableFuture().join());
    }

    private static String print(String call) {
        return "(call $print (call $" + call + "))";
    }

    private static String result(String call) {
        return "(call $result (call $" + call + "))";
    }

    private String run(String body) throws Exception {
        return bench.run(guest.handler(body + "(call $done)")).outcome();
    }

    @Test
    @Tag("W7.1")
    void itemsAreSetReadAndRemoved() throws Exception {
        String empty = "(i32.const 0) (i32.const 0)";
        assertEquals(
                "0,old,0,-1,-1,0,-3,-4,-3,-3",
                run(print("storage_set " + key + old) + result("storage_get " + key) + print("storage_remove " + key)
                        + print("storage_remove " + key) + print("storage_get " + key)
                        + print("storage_set (i32.const 0) (i32.const 1024)" + old)
                        + print("storage_set (i32.const 0) (i32.const 1025)" + old)
                        + print("storage_set " + empty + old)
                        + "(drop (memory.grow (i32.const 90)))"
                        + print("storage_set " + key + "(i32.const 0) (i32.const 5242881)")
                        + print("storage_set_tagged " + key + old + "(i32.const 0) (i32.const 257)")));
        assertNull(bench.store.committed().get("k"));
    }

    @Test
    @Tag("W7.2")
    void tagsAreSetClearedAndRemoved() throws Exception {
        String tag = guest.text("t");
        String other = guest.text("o");
        String empty = "(i32.const 0) (i32.const 0)";
        assertEquals(
                "0,0,{\"items\":[],\"cursor\":null},0,0,2,-4",
                run(print("storage_set_tagged " + key + old + tag)
                        + print("storage_set " + key + old)
                        + result("storage_list " + tag + empty + "(i32.const 10)")
                        + print("storage_set_tagged " + key + old + tag)
                        + print("storage_set_tagged " + other + old + tag)
                        + print("storage_remove_tagged " + tag)
                        + print("storage_remove_tagged " + empty)));
    }

    @Test
    @Tag("W7.3")
    void listIsReadPageByPage() throws Exception {
        Session session = session();
        for (int i = 0; i < 25; i++) {
            session.put("k" + i, "v" + i, "");
        }
        String none = "(i32.const 0) (i32.const 0)";
        String cursor = "(i32.const 30000) (i32.sub (global.get $cend) (i32.const 30000))";
        // The cursor is what follows the last "cursor":" of a page, up to the closing quotation mark.
        guest.field("(global $cend (mut i32) (i32.const 30000))")
                .field(
                        """
                        (func $take (param $n i32) (local $from i32)
                          (drop (call $result_read (i32.const 20000) (i32.const 0) (local.get $n)))
                          (local.set $from (i32.add (i32.const 20000) (i32.sub (local.get $n) (i32.const 2))))
                          (loop $l
                            (local.set $from (i32.sub (local.get $from) (i32.const 1)))
                            (br_if $l (i32.ne (i32.load8_u (local.get $from)) (i32.const 34))))
                          (global.set $cend (i32.const 30000))
                          (loop $c
                            (local.set $from (i32.add (local.get $from) (i32.const 1)))
                            (if (i32.ne (i32.load8_u (local.get $from)) (i32.const 34))
                              (then
                                (i32.store8 (global.get $cend) (i32.load8_u (local.get $from)))
                                (global.set $cend (i32.add (global.get $cend) (i32.const 1)))
                                (br $c)))))
                        """);
        String outcome = run("(call $put (i32.const 91))"
                + "(call $take (call $storage_list " + none + none + "(i32.const 10)))"
                + result("storage_list " + none + none + "(i32.const 10)")
                + "(drop (call $storage_set " + guest.text("late") + old + "))"
                + "(drop (call $storage_remove " + guest.text("k12") + "))"
                + "(call $take (call $storage_list " + none + cursor + "(i32.const 10)))"
                + "(memory.copy (i32.const 31000) (i32.const 20000) (i32.const 1000))"
                + result("storage_list " + none + cursor + "(i32.const 10)")
                + "(call $put (i32.const 93))");
        JsonNode pages = Json.value(outcome.replaceFirst("\\[,", "["));
        assertEquals(10, pages.get(0).get("items").size());
        assertEquals("k0", pages.get(0).at("/items/0/key").asText());
        assertTrue(pages.get(0).get("cursor").isTextual());
        JsonNode last = pages.get(1);
        assertEquals(4, last.get("items").size(), outcome);
        assertEquals("k24", last.at("/items/3/key").asText());
        assertTrue(last.get("cursor").isNull());
    }

    @Test
    @Tag("W7.3")
    void wrongPageIsRefused() throws Exception {
        String none = "(i32.const 0) (i32.const 0)";
        assertEquals(
                "-4,-4,-4",
                run(print("storage_list " + none + none + "(i32.const 0)")
                        + print("storage_list " + none + none + "(i32.const 1001)")
                        + print("storage_list " + none + guest.text("x") + "(i32.const 10)")));
    }

    @Test
    @Tag("W7.4")
    void queryIsPassedOn() throws Exception {
        bench.store.page = new JsonQuery.Page(List.of(new Item("a", "{\"age\":19}", "users")), 12);
        String query = "{\"offset\":5,\"tag\":\"users\",\"limit\":10,\"filters\":[{\"jsonPath\":\"$.age\","
                + "\"comparisonOperator\":\">\",\"value\":\"18\"}],\"orderBy\":{\"jsonPath\":\"$.age\",\"order\":-1}}";
        assertEquals("{\"items\":[{\"age\":19}],\"total\":12}", run(result("storage_query " + guest.text(query))));
        assertEquals(
                new JsonQuery(
                        5,
                        10,
                        "users",
                        List.of(new JsonQuery.Filter("$.age", ">", "18")),
                        List.of(new JsonQuery.Order("$.age", true))),
                bench.store.asked);
        assertEquals(
                "-4,-4,-4",
                run(print("storage_query " + guest.text("{\"filters\":[{\"jsonPath\":\"$..a\",\"value\":1}]}"))
                        + print("storage_query " + guest.text("{\"limit\":\"x\"}"))
                        + print("storage_query " + guest.text("[1]"))));
    }

    @Test
    @Tag("W7.5")
    void lockIsAllOrNothing() throws Exception {
        session().put("k", "old", "");
        assertEquals(
                "1,0,new,0,old",
                run(print("storage_lock_begin")
                        + print("storage_set " + key + fresh)
                        + result("storage_get " + key)
                        + print("storage_lock_rollback")
                        + result("storage_get " + key)));
        assertEquals(
                "1,2,0,1,0,-2",
                run(print("storage_lock_begin")
                        + print("storage_lock_begin")
                        + print("storage_set " + key + fresh)
                        + print("storage_lock_rollback")
                        + print("storage_lock_commit")
                        + print("storage_lock_commit")));
        assertEquals("new", bench.store.committed().get("k").value());
        assertTrue(run("(drop (call $storage_lock_begin))".repeat(31)
                        + print("storage_lock_begin")
                        + print("storage_lock_begin")
                        + "(drop (call $storage_lock_commit))".repeat(32))
                .equals("32,-3"));
    }

    @Test
    @Tag("W7.6")
    void incrementsUnderLockAreNotLost() throws Exception {
        Program program = bench.load(guest.handler("(local $n i32) (drop (call $storage_lock_begin))"
                + "(local.set $n (call $storage_get " + key + "))"
                + "(drop (call $storage_set " + key
                + "(i32.const 16) (i32.add (i32.const 1) (select (local.get $n) (i32.const 0)"
                + " (i32.ge_s (local.get $n) (i32.const 0))))))"
                + "(drop (call $storage_lock_commit)) (call $done)"));
        List<Bench.Run> runs = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            runs.add(bench.start(program, TestExchange.get()));
        }
        for (Bench.Run run : runs) {
            assertEquals("", run.closed().outcome());
        }
        assertEquals(200, bench.store.committed().get("k").value().length());
    }

    @Test
    @Tag("W7.7")
    void lockIsUndoneHoweverTheInstanceEnds() throws Exception {
        session().put("k", "old", "");
        bench.wallMs = 500;
        for (String end : List.of(
                "unreachable|! trap: unreachable",
                "(loop $l (br $l))|! wall time limit exceeded (500 ms)",
                "(drop (call $response_end " + key + "))|! storage lock left open")) {
            String[] parts = end.split("\\|");
            Bench.Run run = bench.run(guest.handler("(drop (call $storage_lock_begin)) (drop (call $storage_set " + key
                            + fresh + ")) " + parts[0]))
                    .closed();
            assertEquals(parts[1], run.outcome());
            assertEquals("old", bench.store.committed().get("k").value());
            assertFalse(bench.store.isLocked());
        }
    }

    @Test
    @Tag("W7.7")
    void outputInsideTheLockIsHeldBack() throws Exception {
        assertEquals(
                "yes",
                bench.run(guest.handler("(drop (call $storage_lock_begin))"
                                + "(if (i32.ne (call $http_get " + key + ") (i32.const -2)) (then unreachable))"
                                + "(drop (call $response_status (i32.const 404)))"
                                + "(drop (call $response_end " + guest.text("no") + "))"
                                + "(drop (call $storage_lock_rollback))"
                                + "(drop (call $response_end " + guest.text("yes") + "))"))
                        .outcome());
        Bench.Run large = bench.run(guest.handler("(drop (call $storage_lock_begin))"
                + "(drop (memory.grow (i32.const 20)))"
                + "(call $print (call $response_write (i32.const 0) (i32.const 1048577)))"
                + "(drop (call $storage_lock_commit)) (call $done)"));
        assertEquals("-3", large.outcome());
        assertEquals(200, large.exchange().status);
    }
}
