package mimosa.api.storage;

import java.util.List;

/**
 * A page of the items whose values are JSON.
 *
 * <p>A path is {@code $} followed by steps {@code .name}, {@code ['name']} ({@code \'} and {@code \\} escaped) and
 * {@code [n]}; at most 256 characters and 32 steps. Nothing else of JSONPath is understood.
 *
 * @param offset matching items to pass over, 0 and up
 * @param limit most items to return, 0 to 1000
 * @param tag only items with this tag; {@code null} for all
 * @param filters all must match
 * @param orderBy earlier entries first; ties in insertion order
 */
public record JsonQuery(long offset, int limit, String tag, List<Filter> filters, List<Order> orderBy) {
    /**
     * Compares what is at the path with a value: as numbers when both are numeric (a JSON number, or a text that is
     * entirely a decimal number), otherwise as texts by UTF-16 code unit. No match where the path is missing or leads to
     * an object or array.
     *
     * @param operator {@code = == != > >= < <=}
     */
    public record Filter(String jsonPath, String operator, String value) {}

    /**
     * Ascending: numbers, strings, booleans, null; missing, object and array last in both directions.
     *
     * @param descending whether the direction is reversed
     */
    public record Order(String jsonPath, boolean descending) {}

    /**
     * The answer.
     *
     * @param items in the order asked for; their values are JSON
     * @param total matches before paging
     */
    public record Page(List<Item> items, long total) {
        public Page {
            items = List.copyOf(items);
        }
    }
}
