package mimosa.engine.wasm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import mimosa.api.storage.Item;
import mimosa.api.storage.JsonQuery;
import mimosa.api.storage.Session;

/** The mim's store. */
final class StorageFunctions {
    private static final int MAX_TAG_BYTES = 256;
    private static final int MAX_PAGE = 1000;
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_CLAUSES = 100;

    /** For member names and brackets of one item. */
    private static final int ITEM_BYTES = 32;

    private StorageFunctions() {}

    static void addTo(HostFunctions env) {
        env.yielding("storage_get", "p:i", StorageFunctions::get);
        env.add("storage_set", "pp:i", (e, a) -> set(e, key(a), a.text(1, "value"), ""));
        env.add("storage_set_tagged", "ppp:i", StorageFunctions::setTagged);
        env.add("storage_remove", "p:i", StorageFunctions::remove);
        env.add("storage_remove_tagged", "p:i", StorageFunctions::removeTagged);
        env.yielding("storage_list", "ppi:i", StorageFunctions::list);
        env.yielding("storage_query", "p:i", StorageFunctions::query);
        env.add("storage_lock_begin", ":i", (e, a) -> e.conversation().lock(e));
        env.add("storage_lock_commit", ":i", (e, a) -> e.conversation().commit());
        env.add("storage_lock_rollback", ":i", (e, a) -> e.conversation().rollback());
    }

    private static Session session(Execution e) {
        return e.conversation().storage();
    }

    private static String key(Args a) throws Code {
        String key = a.text(0, "key");
        if (key.isEmpty()) {
            throw Code.invalid("the key is empty");
        }
        return key;
    }

    private static String checkedTag(String tag) throws Code {
        int bytes = Utf8.bytes(tag).length;
        if (bytes > MAX_TAG_BYTES) {
            throw Code.limit("the tag has " + bytes + " bytes, limit is " + MAX_TAG_BYTES);
        }
        return tag;
    }

    private static long get(Execution e, Args a) throws Code {
        String key = key(a);
        String value = session(e).get(key);
        if (value == null) {
            throw Code.absent("there is no item " + key);
        }
        return e.result().set(value);
    }

    private static long setTagged(Execution e, Args a) throws Code {
        String key = key(a);
        String value = a.text(1, "value");
        String tag = a.text(2, "tag");
        return set(e, key, value, checkedTag(tag));
    }

    private static long set(Execution e, String key, String value, String tag) {
        session(e).put(key, value, tag);
        return 0;
    }

    private static long remove(Execution e, Args a) throws Code {
        String key = key(a);
        if (!session(e).remove(key)) {
            throw Code.absent("there is no item " + key);
        }
        return 0;
    }

    private static long removeTagged(Execution e, Args a) throws Code {
        String tag = a.text(0, "tag");
        if (tag.isEmpty()) {
            throw Code.invalid("the tag is empty");
        }
        return session(e).removeTagged(checkedTag(tag));
    }

    // Pages.

    private static long list(Execution e, Args a) throws Code {
        String tag = a.text(0, "tag");
        String cursor = a.text(1, "cursor");
        int limit = a.number(2);
        if (limit < 1 || limit > MAX_PAGE) {
            throw Code.invalid("limit " + limit + " is not possible, expected 1 to " + MAX_PAGE);
        }
        Page page = new Page(limit, e.blueprint().settings().resultBytes());
        String next = cursor.isEmpty() ? first(e, checkedTag(tag), page) : next(e, cursor, page);
        ObjectNode answer = Json.object();
        answer.set("items", page.items);
        answer.put("cursor", next);
        return e.result().set(answer.toString());
    }

    /** A page of items that ends when it is full, in number or in size. */
    private static final class Page {
        private final ArrayNode items = Json.array();
        private final int limit;
        private long bytesLeft;

        Page(int limit, int bytes) {
            this.limit = limit;
            this.bytesLeft = bytes - ITEM_BYTES;
        }

        /** False when the item is for the next page. The first one is always taken. */
        boolean take(Item item) {
            ObjectNode node = Json.object();
            node.put("key", item.key());
            node.put("value", item.value());
            node.put("tag", item.tag());
            long bytes = Utf8.bytes(node.toString()).length + 1L;
            if (items.size() == limit || bytes > bytesLeft && !items.isEmpty()) {
                return false;
            }
            bytesLeft -= bytes;
            items.add(node);
            return true;
        }
    }

    private static String first(Execution e, String tag, Page page) {
        List<String> rest = new ArrayList<>();
        session(e).each(tag.isEmpty() ? null : tag, item -> {
            if (!rest.isEmpty() || !page.take(item)) {
                rest.add(item.key());
            }
            return !e.gate().isKilled();
        });
        return keep(e, tag, rest);
    }

    private static String next(Execution e, String cursor, Page page) throws Code {
        Cursors.Rest before = e.conversation().cursors().get(cursor);
        if (before == null) {
            throw Code.invalid("the cursor is not one of this instance's");
        }
        for (int i = 0; i < before.keys().size(); i++) {
            Item item = session(e).item(before.keys().get(i));
            boolean listed =
                    item != null && (before.tag().isEmpty() || before.tag().equals(item.tag()));
            if (listed && !page.take(item)) {
                return keep(
                        e, before.tag(), before.keys().subList(i, before.keys().size()));
            }
        }
        return null;
    }

    private static String keep(Execution e, String tag, List<String> rest) {
        return rest.isEmpty() ? null : e.conversation().cursors().keep(new Cursors.Rest(tag, rest));
    }

    // Queries.

    private static long query(Execution e, Args a) throws Code {
        ObjectNode json = Json.parse(a, 0);
        long limit = Math.min(Json.whole(json, "limit", DEFAULT_LIMIT), MAX_PAGE);
        String tag = Json.text(json, "tag", null);
        JsonQuery.Page page = session(e)
                .query(new JsonQuery(
                        Json.whole(json, "offset", 0),
                        (int) limit,
                        tag == null ? null : checkedTag(tag),
                        filters(json),
                        orders(json)));
        ArrayNode items = Json.array();
        for (Item item : page.items()) {
            JsonNode value = Json.value(item.value());
            if (value == null) {
                throw Code.io("the value of " + item.key() + " is not JSON, or nested too deeply");
            }
            items.add(value);
        }
        ObjectNode answer = Json.object();
        answer.set("items", items);
        answer.put("total", page.total());
        return e.result().set(answer.toString());
    }

    private static List<JsonQuery.Filter> filters(ObjectNode json) throws Code {
        List<JsonQuery.Filter> filters = new ArrayList<>();
        for (ObjectNode filter : objects(json, "filters", false)) {
            JsonNode value = filter.get("value");
            if (value == null || value.isContainerNode()) {
                throw Code.invalid("the value of a filter must be a string, number, boolean or null");
            }
            filters.add(new JsonQuery.Filter(
                    Json.text(filter, "jsonPath", ""), Json.text(filter, "comparisonOperator", ""), value.asText()));
        }
        return filters;
    }

    private static List<JsonQuery.Order> orders(ObjectNode json) throws Code {
        List<JsonQuery.Order> orders = new ArrayList<>();
        for (ObjectNode order : objects(json, "orderBy", true)) {
            JsonNode direction = order.get("order");
            boolean up = direction == null || direction.isNumber() && direction.doubleValue() == 1;
            boolean down = direction != null && direction.isNumber() && direction.doubleValue() == -1;
            if (!up && !down) {
                throw Code.invalid("order must be 1 or -1");
            }
            orders.add(new JsonQuery.Order(Json.text(order, "jsonPath", ""), down));
        }
        return orders;
    }

    /** @param single whether one object may stand for an array of one */
    private static List<ObjectNode> objects(ObjectNode json, String member, boolean single) throws Code {
        JsonNode value = json.get(member);
        if (value == null || value.isNull()) {
            return List.of();
        }
        if (single && value instanceof ObjectNode object) {
            return List.of(object);
        }
        if (!value.isArray() || value.size() > MAX_CLAUSES) {
            throw Code.invalid("the member " + member + " must be an array of at most " + MAX_CLAUSES + " objects");
        }
        List<ObjectNode> objects = new ArrayList<>();
        for (JsonNode element : value) {
            if (!(element instanceof ObjectNode object)) {
                throw Code.invalid("the member " + member + " must be an array of objects");
            }
            objects.add(object);
        }
        return objects;
    }
}
