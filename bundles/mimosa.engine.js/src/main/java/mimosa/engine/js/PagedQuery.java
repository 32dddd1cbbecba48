package mimosa.engine.js;

import java.util.ArrayList;
import java.util.List;
import mimosa.api.storage.Item;
import mimosa.api.storage.JsonQuery;
import mimosa.api.storage.Session;
import org.mozilla.javascript.Callable;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.NativeArray;
import org.mozilla.javascript.ScriptRuntime;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.ScriptableObject;
import org.mozilla.javascript.Undefined;
import org.mozilla.javascript.json.JsonParser;

/** {@code context.storage.getJsonItemsPaginated(offset, limit, callback, options)}. */
final class PagedQuery {
    private static final String NAME = "getJsonItemsPaginated";
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;
    private static final int MAX_CLAUSES = 100;

    /** The largest whole number that is exact in the script, and far from an overflow. */
    private static final double MAX_OFFSET = 9007199254740991d;

    private PagedQuery() {}

    static Object run(Guest guest, Args args, Session session) {
        long offset = (long) Math.min(whole(args.get(0), "offset"), MAX_OFFSET);
        int limit = args.has(1) ? (int) Math.min(whole(args.get(1), "limit"), MAX_LIMIT) : DEFAULT_LIMIT;
        Callable callback = args.function(2, NAME);
        JsonQuery query = query(guest, args.scope(), offset, limit, args.get(3));
        JsonQuery.Page page = JsError.plain(guest, args.scope(), () -> session.query(query));
        List<Object> values = new ArrayList<>(page.items().size());
        for (Item item : page.items()) {
            guest.tenant().check();
            values.add(parsed(guest, args.scope(), item));
        }
        Scriptable items = guest.newArray(args.scope(), values.toArray());
        callback.call(guest, args.scope(), args.scope(), new Object[] {items, (double) page.total()});
        return Undefined.instance;
    }

    private static double whole(Object value, String what) {
        boolean numeric = value instanceof Number
                || value instanceof CharSequence text && !text.toString().isBlank();
        double number = numeric ? Math.floor(Context.toNumber(value)) : Double.NaN;
        if (number >= 0) {
            return number;
        }
        throw ScriptRuntime.rangeError(NAME + ": " + what + " must be a number from 0 up");
    }

    private static Object parsed(Guest guest, Scriptable scope, Item item) {
        try {
            return new JsonParser(guest, scope).parseValue(item.value());
        } catch (JsonParser.ParseException e) {
            throw JsError.named(guest, scope, "SyntaxError", NAME + ": the value of " + item.key() + " is not JSON");
        }
    }

    private static JsonQuery query(Guest guest, Scriptable scope, long offset, int limit, Object options) {
        if (!Args.given(options)) {
            return new JsonQuery(offset, limit, null, List.of(), List.of());
        }
        Scriptable object = object(options, "options");
        Object tag = property(object, "tag");
        List<JsonQuery.Filter> filters = new ArrayList<>();
        for (Object filter : elements(property(object, "filters"), "filters", false)) {
            filters.add(filter(object(filter, "a filter")));
        }
        List<JsonQuery.Order> orders = new ArrayList<>();
        for (Object order : elements(property(object, "orderBy"), "orderBy", true)) {
            orders.add(order(guest, scope, object(order, "orderBy")));
        }
        return new JsonQuery(offset, limit, Args.given(tag) ? StorageObject.tag(tag) : null, filters, orders);
    }

    private static JsonQuery.Filter filter(Scriptable filter) {
        return new JsonQuery.Filter(
                Context.toString(property(filter, "jsonPath")),
                Context.toString(property(filter, "comparisonOperator")),
                Context.toString(property(filter, "value")));
    }

    private static JsonQuery.Order order(Guest guest, Scriptable scope, Scriptable order) {
        Object direction = property(order, "order");
        double number = Args.given(direction) ? Context.toNumber(direction) : 1;
        if (number != 1 && number != -1) {
            throw JsError.named(
                    guest, scope, "Error", NAME + ": order must be 1 or -1, found " + Context.toString(direction));
        }
        return new JsonQuery.Order(Context.toString(property(order, "jsonPath")), number < 0);
    }

    /** @param single whether one object may stand for an array of one */
    private static List<Object> elements(Object value, String what, boolean single) {
        if (!Args.given(value)) {
            return List.of();
        }
        if (!(value instanceof NativeArray array)) {
            if (single) {
                return List.of(value);
            }
            throw ScriptRuntime.typeError(
                    NAME + ": " + what + " must be an array, found " + ScriptRuntime.typeof(value));
        }
        if (array.getLength() > MAX_CLAUSES) {
            throw ScriptRuntime.rangeError(NAME + ": " + what + " has at most " + MAX_CLAUSES + " entries");
        }
        List<Object> elements = new ArrayList<>();
        for (int i = 0; i < array.getLength(); i++) {
            Object element = ScriptableObject.getProperty(array, i);
            elements.add(element == Scriptable.NOT_FOUND ? Undefined.instance : element);
        }
        return elements;
    }

    private static Scriptable object(Object value, String what) {
        if (value instanceof Scriptable object && !Args.isSymbol(value)) {
            return object;
        }
        throw ScriptRuntime.typeError(NAME + ": " + what + " must be an object, found " + ScriptRuntime.typeof(value));
    }

    private static Object property(Scriptable object, String name) {
        Object value = ScriptableObject.getProperty(object, name);
        return value == Scriptable.NOT_FOUND ? Undefined.instance : value;
    }
}
