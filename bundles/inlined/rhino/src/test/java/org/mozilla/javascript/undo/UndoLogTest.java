package org.mozilla.javascript.undo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UndoLogTest {
    private final UndoLog log = new UndoLog();

    /** As the weaver would make it. */
    private static class Box extends Tracked {
        Object value;
        long number;
        final Object content;

        Box(Object content) {
            this.content = content;
        }

        void set(Object newValue) {
            touch(this);
            value = newValue;
        }

        @Override
        protected void undo$restore(Tracked saved) {
            value = ((Box) saved).value;
            number = ((Box) saved).number;
        }

        @Override
        protected void undo$own(UndoLog owner) {
            owner.own(content);
        }
    }

    /** An element that is found by what it holds. */
    private static final class Key extends Box {
        Key(Object value) {
            super(null);
            this.value = value;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && key.value.equals(value);
        }

        @Override
        public int hashCode() {
            return 7;
        }
    }

    private Box marked(Object content) {
        Box box = new Box(content);
        log.mark(box);
        return box;
    }

    @Test
    void fieldsAreAsBeforeTheFirstChange() {
        Box box = marked(null);
        box.value = "before";
        box.number = Long.MAX_VALUE;
        box.set("first");
        box.set("second");
        box.number = 1;
        assertEquals(1, log.size());
        assertFalse(log.guards(box));
        log.rollback();
        assertEquals("before", box.value);
        assertEquals(Long.MAX_VALUE, box.number);
        assertEquals(0, log.size());
        assertTrue(log.guards(box));
        box.set("again");
        assertEquals(1, log.size());
    }

    @Test
    void newObjectsCostNothing() {
        Box box = new Box(new int[1]);
        box.set("value");
        assertEquals(0, log.size());
    }

    @Test
    void arraysOfAllKindsAreRefilled() {
        Object[] objects = {"a", null};
        byte[] bytes = {1, 2};
        double[] doubles = {0.5, Double.NaN};
        for (Object array : List.of(objects, bytes, doubles)) {
            marked(array).set("touched");
        }
        objects[1] = "changed";
        bytes[0] = 9;
        doubles[1] = 1;
        log.rollback();
        assertArrayEquals(new Object[] {"a", null}, objects);
        assertArrayEquals(new byte[] {1, 2}, bytes);
        assertArrayEquals(new double[] {0.5, Double.NaN}, doubles);
    }

    @Test
    void collectionsKeepTheirOrder() {
        Map<Object, Object> map = new LinkedHashMap<>(Map.of("z", 1));
        map.put("a", null);
        List<Object> list = new ArrayList<>(List.of(3, 1, 2));
        LinkedHashSet<Object> set = new LinkedHashSet<>(List.of("y", "x"));
        ArrayDeque<Object> deque = new ArrayDeque<>(List.of(1, 2));
        Map<Object, Object> identity = new IdentityHashMap<>();
        identity.put("key", "value");
        Map<TimeUnit, Object> byEnum = new EnumMap<>(Map.of(TimeUnit.DAYS, 1));
        for (Object content : List.of(map, list, set, deque, identity, byEnum)) {
            marked(content).set("touched");
        }
        map.remove("z");
        map.put("z", 2);
        list.sort(null);
        set.remove("y");
        set.add("y");
        deque.addFirst(0);
        identity.clear();
        byEnum.put(TimeUnit.HOURS, 2);
        log.rollback();
        assertEquals("{z=1, a=null}", map.toString());
        assertEquals("[3, 1, 2]", list.toString());
        assertEquals("[y, x]", set.toString());
        assertEquals("[1, 2]", deque.toString());
        assertEquals("{key=value}", identity.toString());
        assertEquals("{DAYS=1}", byEnum.toString());
    }

    @Test
    void arrayOfTwoOwnersIsAsBeforeTheFirstOfThemWasChanged() {
        int[] array = {1};
        Box one = marked(array);
        Box other = marked(array);
        one.set("touched");
        array[0] = 2;
        other.set("touched");
        array[0] = 3;
        log.rollback();
        assertArrayEquals(new int[] {1}, array);
    }

    @Test
    void elementsAreBackBeforeTheCollectionsThatFindThemByWhatTheyHold() {
        Key first = new Key("a");
        Key second = new Key("b");
        Map<Object, Object> map = new HashMap<>();
        map.put(first, first);
        map.put(second, second);
        log.mark(first);
        log.mark(second);
        Box owner = marked(map);
        first.set("a");
        second.set("b");
        owner.set("touched");
        map.clear();
        first.set("same");
        second.set("same");
        log.rollback();
        assertEquals(2, map.size());
        assertSame(second, map.get(new Key("b")));
    }

    @Test
    void objectThatCannotBeSavedIsNotForgotten() {
        boolean[] fails = {true};
        int[] array = {1};
        Box box = new Box(array) {
            @Override
            protected void undo$own(UndoLog owner) {
                super.undo$own(owner);
                if (fails[0]) {
                    throw new StackOverflowError("in the middle");
                }
            }
        };
        log.mark(box);
        assertThrows(StackOverflowError.class, () -> box.set("lost"));
        assertTrue(log.guards(box));
        fails[0] = false;
        box.set("value");
        array[0] = 2;
        log.rollback();
        assertArrayEquals(new int[] {1}, array);
        assertEquals(null, box.value);
    }

    @Test
    void contentThatIsNotUnderstoodIsRefused() {
        Box box = marked(new StringBuilder());
        assertThrows(IllegalStateException.class, () -> box.set("value"));
        assertTrue(log.guards(box));
    }

    @Test
    void objectBelongsToOneSnapshot() {
        Box box = marked(null);
        assertTrue(log.mark(box));
        assertFalse(new UndoLog().mark(box));
        assertTrue(log.guards(box));
    }

    @Test
    void moreChangesThanThereIsRoomForAreAllUndone() {
        List<Box> boxes = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            boxes.add(marked(null));
        }
        boxes.forEach(box -> box.set("changed"));
        assertEquals(10_000, log.size());
        log.rollback();
        assertTrue(boxes.stream().allMatch(box -> box.value == null && log.guards(box)));
    }

    @Test
    void everythingThatHangsTogetherIsReachedOnce() {
        Box inner = new Box(null);
        Box outer = new Box(new Object[] {inner, new ArrayList<>(List.of(inner)), Map.of("key", inner)});
        inner.value = outer;
        List<Object> reached = Heap.reachable(object -> false, outer);
        assertEquals(1, reached.stream().filter(object -> object == inner).count());
        assertEquals(5, reached.size());
        assertTrue(Heap.hasState(outer));
    }
}
