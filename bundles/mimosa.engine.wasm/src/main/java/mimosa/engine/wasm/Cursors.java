package mimosa.engine.wasm;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is left of the lists that a program reads page by page. Of too many, the oldest are given up. */
final class Cursors {
    private static final int MAX_OPEN = 16;

    private final Map<String, Rest> open = new LinkedHashMap<>();
    private long last;

    /**
     * @param tag of the items; empty for all
     * @param keys of the items that are still to come
     */
    record Rest(String tag, List<String> keys) {}

    String keep(Rest rest) {
        if (open.size() == MAX_OPEN) {
            open.remove(open.keySet().iterator().next());
        }
        String cursor = "c" + ++last;
        open.put(cursor, rest);
        return cursor;
    }

    /** {@code null} for a text that is no cursor. */
    Rest get(String cursor) {
        return open.get(cursor);
    }
}
