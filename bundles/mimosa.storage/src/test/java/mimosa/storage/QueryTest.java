package mimosa.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import mimosa.api.MimosaException;
import mimosa.api.MimosaException.Kind;
import mimosa.api.storage.Item;
import mimosa.api.storage.JsonQuery;
import mimosa.api.storage.JsonQuery.Filter;
import mimosa.api.storage.JsonQuery.Order;
import mimosa.api.storage.JsonQuery.Page;
import mimosa.api.storage.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueryTest {
    @TempDir
    Path data;

    private Stores stores;
    private Session session;

    @BeforeEach
    void open() throws IOException {
        stores = TestStores.open(data);
        session = TestStores.session(stores);
    }

    @AfterEach
    void close() {
        session.close();
        stores.close();
    }

    private Page page(long offset, int limit, String tag, Filter... filters) {
        return session.query(new JsonQuery(offset, limit, tag, List.of(filters), List.of()));
    }

    private List<String> ordered(Order... orderBy) {
        Page page = session.query(new JsonQuery(0, 1000, null, List.of(), List.of(orderBy)));
        return page.items().stream().map(Item::key).toList();
    }

    private boolean matches(String json, String path, String operator, String value) {
        session.put("only", json, "only");
        return page(0, 1, "only", new Filter(path, operator, value)).total() == 1;
    }

    private static String failure(String path, String operator) {
        JsonQuery query = new JsonQuery(0, 10, null, List.of(new Filter(path, operator, "1")), List.of());
        MimosaException failure = assertThrows(MimosaException.class, () -> new Query(query));
        assertEquals(Kind.INVALID, failure.kind());
        return failure.getMessage();
    }

    private void putUsers() {
        session.lock();
        for (int age = 1; age <= 30; age++) {
            session.put("u" + age, "{\"name\": \"n" + age + "\", \"age\": " + age + "}", "users");
            session.put("x" + age, "{\"age\": 99}", "");
        }
        session.put("bad", "not json", "users");
        session.commit();
    }

    @Test
    @Tag("J7.11")
    void numbersAreComparedAsNumbersAndWhatIsNotJsonIsNotCounted() {
        putUsers();
        Page page = page(0, 10, "users", new Filter("$.age", ">", "18"));
        assertEquals(12, page.total());
        assertEquals(10, page.items().size());
        assertEquals("{\"name\": \"n19\", \"age\": 19}", page.items().get(0).value());
        assertEquals(30, page(0, 0, "users").total());
        assertEquals(60, page(0, 1000, null).items().size());
    }

    @Test
    @Tag("J7.12")
    void theLastPageHasTheRest() {
        putUsers();
        Page page = page(10, 10, "users", new Filter("$.age", ">", "18"));
        assertEquals(List.of("u29", "u30"), page.items().stream().map(Item::key).toList());
        assertEquals(12, page.total());
        assertEquals(List.of(), page(Long.MAX_VALUE, 10, "users").items());
    }

    @Test
    @Tag("J7.13")
    void ordersByTypeThenValueWithWhatIsMissingLastInBothDirections() {
        session.put("9", "{\"ts\": 9}", "");
        session.put("none", "{}", "");
        session.put("10", "{\"ts\": 10}", "");
        session.put("100", "{\"ts\": 100}", "");
        assertEquals(List.of("100", "10", "9", "none"), ordered(new Order("$.ts", true)));
        session.put("object", "{\"ts\": {}}", "");
        session.put("null", "{\"ts\": null}", "");
        session.put("true", "{\"ts\": true}", "");
        session.put("false", "{\"ts\": false}", "");
        session.put("text", "{\"ts\": \"10\"}", "");
        session.put("text9", "{\"ts\": \"9\"}", "");
        session.put("also9", "{\"ts\": 9.0}", "");
        List<String> upwards =
                List.of("9", "also9", "10", "100", "text", "text9", "false", "true", "null", "none", "object");
        assertEquals(upwards, ordered(new Order("$.ts", false)));
        assertEquals(
                List.of("null", "true", "false", "text9", "text", "100", "10", "9", "also9", "none", "object"),
                ordered(new Order("$.ts", true)));
        for (int offset = 0; offset < 12; offset++) {
            Page page = session.query(new JsonQuery(offset, 3, null, List.of(), List.of(new Order("$.ts", false))));
            assertEquals(11, page.total());
            assertEquals(
                    upwards.subList(Math.min(offset, 11), Math.min(offset + 3, 11)),
                    page.items().stream().map(Item::key).toList());
        }
    }

    @Test
    void earlierOrdersComeFirstAndAHugeOffsetIsNoPage() {
        session.put("a", "{\"x\": 1, \"y\": 1}", "");
        session.put("b", "{\"x\": 0, \"y\": 1}", "");
        session.put("c", "{\"x\": 1, \"y\": 2}", "");
        assertEquals(List.of("b", "c", "a"), ordered(new Order("$.x", false), new Order("$.y", true)));
        Page page = session.query(new JsonQuery(Long.MAX_VALUE, 9, null, List.of(), List.of(new Order("$.x", false))));
        assertEquals(new Page(List.of(), 3), page);
    }

    @Test
    @Tag("J7.14")
    void eachOperatorComparesNumbersWithDecimalTexts() {
        String matching = "";
        for (String operator : List.of("=", "==", "!=", ">", ">=", "<", "<=")) {
            matching += matches("{\"age\": 18}", "$.age", operator, "18") ? "yes " : "no ";
        }
        assertEquals("yes yes no no yes no yes ", matching);
        assertTrue(matches("{\"age\": \"9\"}", "$.age", "<", "18"));
        assertTrue(matches("{\"age\": \"9a\"}", "$.age", ">", "18"));
        assertTrue(matches("{\"age\": 1e1}", "$.age", "=", "10.0"));
        assertTrue(matches("{\"age\": -0}", "$.age", "=", "0"));
        assertTrue(matches("{\"age\": 18}", "$.age", "!=", " 18"));
        assertTrue(matches("{\"age\": 18}", "$.age", "!=", "0x12"));
        assertTrue(matches("{\"age\": true}", "$.age", "=", "true"));
        assertTrue(matches("{\"age\": null}", "$.age", "=", "null"));
        assertTrue(matches("{\"age\": \"\\ud800\\udc00\"}", "$.age", "<", "\uffff"));
        assertTrue(matches("{\"id\": \"12345678901234567890\"}", "$.id", "!=", "12345678901234567891"));
    }

    @Test
    @Tag("J7.15")
    void whereThePathIsMissingOrLeadsToMoreThanAScalarNothingMatches() {
        for (String json : List.of("{\"a\": 5}", "{}", "{\"a\": {\"b\": {}}}", "{\"a\": {\"b\": [1]}}", "[1]", "1")) {
            for (String operator : List.of("=", "!=", "<", ">")) {
                assertEquals(false, matches(json, "$.a.b", operator, "1"), json);
            }
        }
        assertTrue(matches("1", "$", "=", "1"));
    }

    @Test
    @Tag("J7.16")
    void whatIsNotSupportedIsNamed() {
        List<String> wrong = List.of(
                "$..a",
                "$.*",
                "$[?(@.a)]",
                "$[-1]",
                "$." + "a".repeat(255),
                "$" + ".a".repeat(33),
                "",
                "a",
                ".a",
                "$.",
                "$a",
                "$[]",
                "$[1",
                "$[01]",
                "$[1:2]",
                "$[*]",
                "$[\"a\"]",
                "$['a",
                "$['a'",
                "$['a'b']",
                "$['a\\b']",
                "$['a\\",
                "$.a b",
                "$.a.",
                "$ .a",
                "$.a\u00a0b",
                "$['a','b']",
                "$.length()",
                "$.a[99x]");
        for (String path : wrong) {
            assertEquals(
                    "jsonPath \"" + path + "\": only $, .name, ['name'] and [n] are supported", failure(path, "="));
        }
        assertTrue(failure("$.a", "~").contains("\"~\""));
        assertTrue(failure("$.a", null).contains("null"));
        new Query(new JsonQuery(
                0,
                1000,
                null,
                List.of(new Filter("$." + "a".repeat(254), "=", "")),
                List.of(new Order("$" + ".a".repeat(32), true))));
        for (JsonQuery outside : List.of(
                new JsonQuery(-1, 1, null, List.of(), List.of()),
                new JsonQuery(0, -1, null, List.of(), List.of()),
                new JsonQuery(0, 1001, null, List.of(), List.of()))) {
            assertThrows(MimosaException.class, () -> session.query(outside));
        }
    }

    @Test
    @Tag("J7.17")
    void pathsLeadThroughQuotedNamesAndIndexes() {
        assertTrue(matches("{\"a b\": [7]}", "$['a b'][0]", "=", "7"));
        assertTrue(matches("{\"it's \\\\\": [0, [1, 8]]}", "$['it\\'s \\\\'][1][1]", "=", "8"));
        assertTrue(matches("{\"\": {\"]['\": 1}}", "$['']['][\\'']", "=", "1"));
        assertTrue(matches("{\"\u00e4-_$\": 1}", "$.\u00e4-_$", "=", "1"));
        assertEquals(false, matches("{\"0\": 1}", "$[0]", "=", "1"));
        assertEquals(false, matches("[1]", "$[4294967296]", "=", "1"));
        assertTrue(matches("{\"0\": 1}", "$.0", "=", "1"));
    }

    @Test
    void jsonIsReadAsJavaScriptReadsIt() {
        JsonProbe probe = new JsonProbe();
        int slot = probe.add(JsonPath.of("$.a"));
        int below = probe.add(JsonPath.of("$.a.b"));
        assertEquals("2", probe.read("{\"a\": {\"b\": 1}, \"a\": 2}")[slot].text());
        assertNull(probe.read("{\"a\": {\"b\": 1}, \"a\": 2}")[below]);
        assertEquals("\ud800", probe.read(" {\"a\":\"\\ud800\"}\r\n\t")[slot].text());
        assertEquals("1" + "0".repeat(5000), probe.read("{\"a\":1" + "0".repeat(5000) + "}")[slot].text());
        for (String text : List.of(
                "",
                " ",
                "NaN",
                "{\"a\": NaN}",
                "{\"a\": Infinity}",
                "{a: 1}",
                "{'a': 1}",
                "{\"a\": 1,}",
                "[1,]",
                "01",
                "+1",
                "1.",
                ".5",
                "1 2",
                "{} x",
                "\"a",
                "\"\n\"",
                "\"\\x\"",
                "tru",
                "truefalse",
                "/**/1",
                "[1",
                "{\"a\"",
                "\ufeff1",
                "\u00a01",
                "undefined")) {
            assertNull(probe.read(text), text);
        }
    }

    @Test
    void whatIsNestedVeryDeeplyIsPassedOver() {
        JsonProbe probe = new JsonProbe();
        int deepest = JsonProbe.DEEPEST;
        assertEquals(0, probe.read("[".repeat(deepest) + "]".repeat(deepest)).length);
        assertNull(probe.read("[".repeat(1_000_000) + "]".repeat(1_000_000)));
        assertNull(probe.read("{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000)));
    }

    @Test
    void aLockSeesItsOwnChangesAndOthersDoNot() {
        putUsers();
        session.lock();
        session.remove("u30");
        session.put("u29", "{\"age\": 1}", "users");
        session.put("u31", "{\"age\": 31}", "users");
        Filter over28 = new Filter("$.age", ">", "28");
        JsonQuery query = new JsonQuery(0, 10, "users", List.of(over28), List.of(new Order("$.age", true)));
        assertEquals(
                List.of("u31"),
                session.query(query).items().stream().map(Item::key).toList());
        try (Session other = TestStores.session(stores)) {
            assertEquals(2, other.query(query).total());
        }
        session.rollback();
        assertEquals(2, session.query(query).total());
    }
}
