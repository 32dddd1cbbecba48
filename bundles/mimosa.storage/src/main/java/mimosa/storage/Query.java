package mimosa.storage;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntPredicate;
import mimosa.api.MimosaException;
import mimosa.api.storage.Item;
import mimosa.api.storage.JsonQuery;

/** A query, checked and ready to run; holds the items of one page at most, and of those before it what they are ordered by. */
final class Query {
    private static final int LARGEST_PAGE = 1000;

    /** Each costs time for each item, which no quota of a mim counts. */
    private static final int MOST_CONDITIONS = 100;

    private static final Map<String, IntPredicate> OPERATORS = Map.of(
            "=", order -> order == 0,
            "==", order -> order == 0,
            "!=", order -> order != 0,
            ">", order -> order > 0,
            ">=", order -> order >= 0,
            "<", order -> order < 0,
            "<=", order -> order <= 0);

    private record Condition(int slot, IntPredicate operator, Scalar value) {
        boolean holds(Scalar[] found) {
            return found[slot] != null && operator.test(found[slot].compareLoosely(value));
        }
    }

    private record Order(int slot, boolean descending) {}

    /** A match, by its order; without its value, which may be large. */
    private record Ranked(Scalar[] ranks, long number, String key) {}

    private final JsonQuery query;
    private final JsonProbe probe = new JsonProbe();
    private final List<Condition> conditions = new ArrayList<>();
    private final List<Order> orders = new ArrayList<>();

    /** @throws MimosaException of kind {@code INVALID}, naming the path or operator that is not supported */
    Query(JsonQuery query) {
        this.query = query;
        if (query.offset() < 0 || query.limit() < 0 || query.limit() > LARGEST_PAGE) {
            throw MimosaException.invalid("a query with offset " + query.offset() + " and limit " + query.limit()
                    + " is out of range, expected an offset from 0 and a limit of 0 to " + LARGEST_PAGE);
        }
        if (query.filters().size() + query.orderBy().size() > MOST_CONDITIONS) {
            throw MimosaException.invalid(
                    "a query has at most " + MOST_CONDITIONS + " filters and orders in all, found "
                            + (query.filters().size() + query.orderBy().size()));
        }
        query.filters().forEach(this::add);
        query.orderBy().forEach(order -> orders.add(new Order(slot(order.jsonPath()), order.descending())));
    }

    private void add(JsonQuery.Filter filter) {
        int slot = slot(filter.jsonPath());
        IntPredicate operator = filter.operator() == null ? null : OPERATORS.get(filter.operator());
        if (operator == null) {
            throw MimosaException.invalid(
                    "comparisonOperator \"" + filter.operator() + "\": only =, ==, !=, >, >=, < and <= are supported");
        }
        conditions.add(new Condition(slot, operator, Scalar.of(Scalar.Type.STRING, String.valueOf(filter.value()))));
    }

    private int slot(String path) {
        return probe.add(JsonPath.of(path));
    }

    /** The answer from a state and the changes to it. */
    JsonQuery.Page run(Snapshot base, Overlay changes) {
        if (orders.isEmpty() && conditions.isEmpty() && changes.hasNoItems() && base.knowsJson()) {
            return pageByPosition(base);
        }
        return orders.isEmpty() ? new Listing().of(base, changes) : new Ranking().of(base, changes);
    }

    /** Without looking at any values but those of the page. */
    private JsonQuery.Page pageByPosition(Snapshot base) {
        long[] total = new long[1];
        List<Item> page = new ArrayList<>();
        base.eachJson(query.tag(), position -> {
            if (total[0]++ >= query.offset() && page.size() < query.limit()) {
                page.add(base.at(position));
            }
        });
        return new JsonQuery.Page(page, total[0]);
    }

    /** One run; counts the matches. */
    private abstract class Run {
        private long total;

        JsonQuery.Page of(Snapshot base, Overlay changes) {
            changes.each(base, query.tag(), item -> {
                Scalar[] found = probe.read(item.value());
                if (found != null && conditions.stream().allMatch(condition -> condition.holds(found))) {
                    match(total++, item, found);
                }
                return true;
            });
            return new JsonQuery.Page(page(base, changes), total);
        }

        /** @param number of matches before this one */
        abstract void match(long number, Item item, Scalar[] found);

        abstract List<Item> page(Snapshot base, Overlay changes);
    }

    /** In the order of insertion. */
    private final class Listing extends Run {
        private final List<Item> page = new ArrayList<>();

        @Override
        void match(long number, Item item, Scalar[] found) {
            if (number >= query.offset() && page.size() < query.limit()) {
                page.add(item);
            }
        }

        @Override
        List<Item> page(Snapshot base, Overlay changes) {
            return page;
        }
    }

    /** In the order asked for: keeps the first ones up to the end of the page, the last of them on top. */
    private final class Ranking extends Run {
        /** Negative when all are. */
        private final long kept = query.limit() == 0 ? 0 : query.offset() + query.limit();

        private final PriorityQueue<Ranked> first = new PriorityQueue<>(Collections.reverseOrder(Query.this::compare));

        @Override
        void match(long number, Item item, Scalar[] found) {
            Scalar[] ranks = new Scalar[orders.size()];
            for (int i = 0; i < ranks.length; i++) {
                ranks[i] = found[orders.get(i).slot()];
            }
            Ranked ranked = new Ranked(ranks, number, item.key());
            if (first.size() < kept || kept < 0) {
                first.add(ranked);
            } else if (kept > 0 && compare(ranked, first.peek()) < 0) {
                first.poll();
                first.add(ranked);
            }
        }

        @Override
        List<Item> page(Snapshot base, Overlay changes) {
            List<Item> page = new ArrayList<>();
            while (first.size() > query.offset()) {
                page.add(changes.find(base, first.poll().key()));
            }
            Collections.reverse(page);
            return page;
        }
    }

    private int compare(Ranked a, Ranked b) {
        for (int i = 0; i < orders.size(); i++) {
            int order = compare(a.ranks[i], b.ranks[i], orders.get(i).descending());
            if (order != 0) {
                return order;
            }
        }
        return Long.compare(a.number, b.number);
    }

    /** What is missing comes last, whatever the direction. */
    private static int compare(Scalar a, Scalar b, boolean descending) {
        if (a == null || b == null) {
            return Boolean.compare(a == null, b == null);
        }
        return descending ? b.compareStrictly(a) : a.compareStrictly(b);
    }
}
