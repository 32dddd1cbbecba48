package mimosa.rhino;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldNode;

/** The classes of the engine, and which of them can hold state of a script. */
final class RhinoClasses {
    static final String ENGINE = "org/mozilla/javascript/";

    /**
     * Beginnings of names of classes whose objects no script can reach: they live for one compilation, one match or one
     * request, or are for what no script of ours can use.
     */
    private static final List<String> TRANSIENT = List.of(
            "ast/",
            "commonjs/",
            "config/",
            "debug/",
            "dtoa/",
            "lc/",
            "optimizer/",
            "serialize/",
            "tools/",
            "undo/",
            "v8dtoa/",
            "xml",
            "CodeGenerator",
            "CompilerEnvirons",
            "Context",
            "Decompiler",
            "IRFactory",
            "Interpreter$InterpreterState",
            "Node",
            "Parser",
            "Token",
            "TokenStream",
            "regexp/REBackTrackData",
            "regexp/REGlobalData",
            "regexp/RENode",
            "regexp/REProgState",
            "regexp/CompilerState");

    /** As {@link #TRANSIENT}, but made by the compiler, and used by all realms of a program: they must never change. */
    private static final List<String> SHARED =
            List.of("InterpreterData", "JSCode", "JSDescriptor", "regexp/RECharSet", "regexp/RECompiled");

    /** Not {@link #TRANSIENT}, whatever their names begin with. */
    private static final Set<String> KEPT = Set.of("optimizer/OptRuntime$GeneratorState");

    /** Beginnings and ends of names of classes that link compiled code, which is linked otherwise here. */
    private static final List<String> DROPPED = List.of(
            "optimizer/Bootstrapper",
            "optimizer/ParsedOperation",
            "optimizer/RhinoNamespace",
            "optimizer/RhinoOperation");

    private static final String DROPPED_END = "Linker";

    /** Java's classes whose objects cannot change, or are nobody's state. */
    private static final List<String> IMMUTABLE = List.of(
            "java/lang/String",
            "java/lang/CharSequence",
            "java/lang/Object",
            "java/lang/Number",
            "java/lang/Boolean",
            "java/lang/Integer",
            "java/lang/Long",
            "java/lang/Double",
            "java/lang/Class",
            "java/lang/Enum",
            "java/lang/Runnable",
            "java/lang/reflect/",
            "java/lang/invoke/",
            "java/math/",
            "java/util/Locale",
            "java/util/Comparator",
            "java/util/function/");

    private static final Set<String> COLLECTIONS = Set.of(
            "java/util/Collection",
            "java/util/List",
            "java/util/Set",
            "java/util/Map",
            "java/util/Deque",
            "java/util/Queue",
            "java/util/ArrayList",
            "java/util/ArrayDeque",
            "java/util/LinkedList",
            "java/util/HashMap",
            "java/util/HashSet",
            "java/util/LinkedHashMap",
            "java/util/LinkedHashSet",
            "java/util/TreeMap",
            "java/util/EnumMap",
            "java/util/IdentityHashMap",
            "java/util/WeakHashMap",
            "java/util/concurrent/ConcurrentHashMap");

    private final Map<String, ClassNode> classes = new TreeMap<>();
    private final Map<String, byte[]> resources = new TreeMap<>();

    /** Once found: weaving changes what a class extends. */
    private final Map<String, Boolean> tracked = new HashMap<>();

    /** @throws IOException when the jar cannot be read */
    static RhinoClasses of(Path jar) throws IOException {
        RhinoClasses result = new RhinoClasses();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (Enumeration<JarEntry> all = file.entries(); all.hasMoreElements(); ) {
                JarEntry entry = all.nextElement();
                if (entry.isDirectory()) {
                    continue;
                }
                try (InputStream in = file.getInputStream(entry)) {
                    result.add(entry.getName(), in.readAllBytes());
                }
            }
        }
        result.classes.keySet().forEach(result::isTracked);
        return result;
    }

    private void add(String name, byte[] content) {
        if (name.startsWith(ENGINE) && name.endsWith(".class")) {
            if (isDropped(name.substring(ENGINE.length(), name.length() - ".class".length()))) {
                return;
            }
            ClassNode node = new ClassNode();
            new ClassReader(content).accept(node, 0);
            classes.put(node.name, node);
        } else {
            resources.put(name, content);
        }
    }

    private static boolean isDropped(String simple) {
        return DROPPED.contains(simple) || simple.startsWith("optimizer/") && simple.endsWith(DROPPED_END);
    }

    Collection<ClassNode> all() {
        return classes.values();
    }

    /** What else the jar has, by name. */
    Map<String, byte[]> resources() {
        return resources;
    }

    /** {@code null} for a class that is not the engine's. */
    ClassNode find(String name) {
        return classes.get(name);
    }

    /** Whether objects of the class are watched. */
    boolean isTracked(String name) {
        Boolean known = tracked.get(name);
        if (known == null) {
            known = canHoldState(name);
            tracked.put(name, known);
        }
        return known;
    }

    private boolean canHoldState(String name) {
        ClassNode node = classes.get(name);
        if (node == null || (node.access & (Opcodes.ACC_INTERFACE | Opcodes.ACC_ENUM)) != 0) {
            return false;
        }
        if (isOneOf(TRANSIENT, name) || isShared(name)) {
            return false;
        }
        return node.superName.equals("java/lang/Object") || isTracked(node.superName);
    }

    private static boolean isOneOf(List<String> beginnings, String name) {
        String simple = name.substring(ENGINE.length());
        return !KEPT.contains(simple) && beginnings.stream().anyMatch(simple::startsWith);
    }

    /** Whether objects of the class belong to all realms of a program. */
    static boolean isShared(String name) {
        return name.startsWith(ENGINE) && isOneOf(SHARED, name);
    }

    /** Whether the class makes programs, which nobody has before they are complete. */
    static boolean isCompiler(String name) {
        return isOneOf(TRANSIENT, name) || name.endsWith("$Builder") || name.equals(ENGINE + "CodeGenUtils");
    }

    /** The other classes that could have state: they extend one of Java's, and so cannot be watched. */
    Set<String> unwatched() {
        Set<String> names = new TreeSet<>();
        for (ClassNode node : classes.values()) {
            boolean changes = fieldsOf(node).stream().anyMatch(field -> !isFinal(field) || isContent(field.desc));
            boolean known = isTracked(node.name) || isShared(node.name) || isOneOf(TRANSIENT, node.name);
            if (changes && !known) {
                names.add(node.name);
            }
        }
        return names;
    }

    /** Whether a field of this type holds an object of Java's that is no collection, and that may change. */
    static boolean isOpaque(String descriptor) {
        Type type = Type.getType(descriptor);
        return type.getSort() == Type.OBJECT
                && Writes.isJava(type.getInternalName())
                && !isContent(descriptor)
                && IMMUTABLE.stream().noneMatch(type.getInternalName()::startsWith);
    }

    /** Whether it is the first of its line to be watched. */
    boolean isRoot(ClassNode node) {
        return isTracked(node.name) && !isTracked(node.superName);
    }

    /** The class that declares a field as an instruction names it; {@code null} when that is not one of the engine's. */
    ClassNode declaring(String owner, String field) {
        ClassNode node = classes.get(owner);
        while (node != null) {
            for (FieldNode candidate : node.fields) {
                if (candidate.name.equals(field)) {
                    return node;
                }
            }
            node = classes.get(node.superName);
        }
        return null;
    }

    static boolean isStatic(FieldNode field) {
        return (field.access & Opcodes.ACC_STATIC) != 0;
    }

    static boolean isFinal(FieldNode field) {
        return (field.access & Opcodes.ACC_FINAL) != 0;
    }

    /** The fields of an object, in the order of their declaration. */
    static List<FieldNode> fieldsOf(ClassNode node) {
        List<FieldNode> fields = new ArrayList<>();
        for (FieldNode field : node.fields) {
            if (!isStatic(field)) {
                fields.add(field);
            }
        }
        return fields;
    }

    /** Whether a field of this type holds an array or a collection, whose content is the holder's state. */
    static boolean isContent(String descriptor) {
        Type type = Type.getType(descriptor);
        return type.getSort() == Type.ARRAY
                || type.getSort() == Type.OBJECT && COLLECTIONS.contains(type.getInternalName());
    }
}
