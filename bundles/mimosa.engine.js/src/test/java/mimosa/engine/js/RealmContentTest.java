package mimosa.engine.js;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import mimosa.api.engine.Program;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.Undefined;
import org.mozilla.javascript.undo.Heap;
import org.mozilla.javascript.undo.Tracked;

/** What a snapshot may hold: nothing of a request, nothing of another snapshot, and no state that is not watched. */
class RealmContentTest {
    /** Classes with state that is not watched, and why nothing of it can change once the top level has run. */
    private static final Map<String, String> UNWATCHED = Map.of(
            "org.mozilla.javascript.EvaluatorException",
                    "where an error was made: filled when it is made, then only read",
            "org.mozilla.javascript.EcmaError", "as EvaluatorException",
            "org.mozilla.javascript.JavaScriptException", "as EvaluatorException");

    /** Classes of Java's, and why their objects hold nothing that changes. */
    private static final Map<String, String> PLAIN = Map.of(
            "java.util.Locale", "cannot change",
            "java.lang.Object", "a mark that has no fields",
            "java.util.Collections$EmptyIterator", "is at its end from the beginning");

    /**
     * What the compiler makes, which all realms of a program share: nothing changes it, as the list of woven sites shows.
     * And what the engine knows of Java's classes, of which it shows none to a script.
     */
    private static final Set<String> COMPILED = Set.of(
            "org.mozilla.javascript.lc.type.impl.factory.ConcurrentFactory",
            "org.mozilla.javascript.InterpreterData",
            "org.mozilla.javascript.regexp.RECompiled",
            "org.mozilla.javascript.regexp.RECharSet");

    private final Bench bench = new Bench();
    private Program program;
    private HeapPicture picture;

    @BeforeEach
    void load() {
        program = bench.load(NastyRequests.program());
        picture = HeapPicture.of(IdleRealms.made(program));
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @Test
    void allStateIsWatched() {
        Set<String> holes = new TreeSet<>();
        for (Object object : picture.objects()) {
            if (!isSafe(object)) {
                holes.add(object.getClass().getName() + " at " + picture.path(object));
            }
        }
        assertEquals(Set.of(), holes);
    }

    /** The objects are found by woven code, what each of them refers to by reflection. */
    @Test
    void theSnapshotKnowsAllThatItsObjectsReferTo() {
        Set<String> missed = new TreeSet<>();
        for (Object object : picture.referred()) {
            boolean changes = object instanceof Tracked
                    || object != null && (object.getClass().isArray() || isCollection(object));
            if (changes && !picture.objects().contains(object)) {
                missed.add(picture.path(object));
            }
        }
        assertEquals(Set.of(), missed);
    }

    private boolean isSafe(Object object) {
        Class<?> type = object.getClass();
        if (isCompiled(picture, object) || object instanceof String[]) {
            return true;
        }
        if (type.isArray() || isCollection(object)) {
            Object holder = picture.holderOf(object);
            return holder == null // arguments of a pending call, of which each instance gets a copy
                    || holder instanceof Tracked
                    || Collection.class.isInstance(holder) && isSafe(holder)
                    || UNWATCHED.containsKey(holder.getClass().getName());
        }
        if (object instanceof Tracked) {
            return type.getName().startsWith("org.mozilla.javascript.") && !isOurs(type) || isFinal(type);
        }
        return UNWATCHED.containsKey(type.getName()) || PLAIN.containsKey(type.getName()) || isFinal(type);
    }

    private static boolean isCompiled(HeapPicture picture, Object object) {
        for (Object at = object; at != null; at = picture.holderOf(at)) {
            if (COMPILED.contains(at.getClass().getName())) {
                return true;
            }
            if (at instanceof Tracked) {
                return false;
            }
        }
        return false;
    }

    private static boolean isCollection(Object object) {
        return HeapPicture.isJava(object) && (object instanceof Collection || object instanceof Map);
    }

    /** Compiled here, not woven: whatever such a class changes it has to say itself, and none does in a field. */
    private static boolean isOurs(Class<?> type) {
        return type.getName().equals("org.mozilla.javascript.ErrorConstructor");
    }

    /** Whether the fields that the class adds to those of the engine never change; arrays and collections are looked at. */
    private static boolean isFinal(Class<?> type) {
        boolean ofJava = type.getName().startsWith("java.");
        for (Field field : HeapPicture.fields(type)) {
            boolean woven = Tracked.class.isAssignableFrom(field.getDeclaringClass())
                    && field.getDeclaringClass().getName().startsWith("org.mozilla.javascript.")
                    && !isOurs(field.getDeclaringClass());
            if (!woven && !Modifier.isFinal(field.getModifiers())) {
                return false;
            }
        }
        return !ofJava;
    }

    @Test
    void nothingBelongsToARequestOrToTheProcess() {
        List<Class<?>> foreign = List.of(
                Context.class, Tenant.class, Instance.class, Thread.class, ClassLoader.class, RhinoProgram.class);
        for (Object object : picture.objects()) {
            assertEquals(
                    List.of(),
                    foreign.stream().filter(type -> type.isInstance(object)).toList(),
                    () -> picture.path(object));
        }
    }

    @Test
    void twoRealmsShareNoState() {
        List<SnapshotRealm> two = IdleRealms.two(program);
        assertNotSame(two.get(0), two.get(1));
        HeapPicture first = HeapPicture.of(two.get(0));
        Set<Object> others = HeapPicture.of(two.get(1)).objects();
        Set<String> shared = new TreeSet<>();
        for (Object object : first.objects()) {
            if (others.contains(object) && !isShareable(object) && !isCompiled(first, object)) {
                shared.add(first.path(object));
            }
        }
        assertEquals(Set.of(), shared);
    }

    /** What has no state, and what the compiler has made: texts and numbers of the program, which nothing changes. */
    private static boolean isShareable(Object object) {
        boolean stateless = object instanceof Tracked tracked && !Heap.hasState(tracked);
        return stateless
                || !(object instanceof Tracked) && !object.getClass().isArray() && !isCollection(object)
                || object instanceof String[]
                || object instanceof Object[] array && array.length == 0
                || object == Undefined.SCRIPTABLE_UNDEFINED;
    }
}
