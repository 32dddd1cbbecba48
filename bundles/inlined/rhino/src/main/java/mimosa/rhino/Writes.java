package mimosa.rhino;

import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.MethodInsnNode;

/** What Java's own methods do to the arrays and collections they are given. */
final class Writes {
    private static final Set<String> HARMLESS = Set.of(
            "clone",
            "contains",
            "containsAll",
            "containsKey",
            "containsValue",
            "descendingIterator",
            "entrySet",
            "equals",
            "forEach",
            "get",
            "getClass",
            "getFirst",
            "getLast",
            "getOrDefault",
            "hasNext",
            "hashCode",
            "indexOf",
            "isEmpty",
            "iterator",
            "keySet",
            "lastIndexOf",
            "listIterator",
            "peek",
            "peekFirst",
            "peekLast",
            "size",
            "spliterator",
            "stream",
            "subList",
            "toArray",
            "toString",
            "values");

    /** What these return leads into the collection they were called on. */
    private static final Set<String> VIEWS =
            Set.of("entrySet", "iterator", "keySet", "listIterator", "subList", "values", "next");

    /** Classes, and methods of classes, that only read what they are given. */
    private static final Set<String> READERS = Set.of(
            "Arrays.asList",
            "Arrays.copyOf",
            "Arrays.copyOfRange",
            "Arrays.equals",
            "Arrays.hashCode",
            "Arrays.stream",
            "Arrays.toString",
            "BigInteger",
            "Collections.unmodifiableList",
            "Collections.unmodifiableMap",
            "Collections.unmodifiableSet",
            "MessageFormat",
            "Objects",
            "PrintStream",
            "PrintWriter",
            "String",
            "String.format",
            "StringBuffer",
            "StringBuilder");

    private Writes() {}

    static boolean isStore(int opcode) {
        return opcode >= Opcodes.IASTORE && opcode <= Opcodes.SASTORE;
    }

    static boolean isJava(String owner) {
        return owner.startsWith("java/") || owner.startsWith("[");
    }

    /** Whether the object a method of Java's is called on changes by that; arrays have none that change them. */
    static boolean changesReceiver(MethodInsnNode call) {
        return isContainer(call.owner) && !call.name.equals("<init>") && !HARMLESS.contains(call.name)
                || call.owner.equals("java/util/Iterator") && call.name.equals("remove")
                || call.owner.equals("java/util/Map$Entry") && call.name.equals("setValue");
    }

    private static boolean isContainer(String owner) {
        return RhinoClasses.isContent("L" + owner + ";");
    }

    static boolean isView(MethodInsnNode call) {
        return VIEWS.contains(call.name) && (isContainer(call.owner) || call.owner.equals("java/util/Iterator"));
    }

    /**
     * Whether a method of Java's may change the array or collection that it is given: all may but those that are known,
     * and the collections, which only keep it.
     */
    static boolean changesArgument(MethodInsnNode call, int argument) {
        Type type = Type.getArgumentTypes(call.desc)[argument];
        if (call.owner.equals("java/lang/System") && call.name.equals("arraycopy")) {
            return argument == 2;
        }
        return RhinoClasses.isContent(type.getDescriptor())
                && !call.owner.startsWith("java/lang/reflect/")
                && !call.owner.startsWith("java/lang/invoke/")
                && !READERS.contains(simple(call.owner))
                && !READERS.contains(simple(call.owner) + "." + call.name)
                && !isContainer(call.owner);
    }

    private static String simple(String owner) {
        return owner.substring(owner.lastIndexOf('/') + 1);
    }

    /** Whether a method of Java's returns what a collection holds, which is neither new nor the collection itself. */
    static boolean isContained(MethodInsnNode call) {
        return isContainer(call.owner) && !call.name.equals("toArray") && !call.name.equals("clone");
    }

    /** Whether a method of Java's returns what it is given first, or a view of it. */
    static boolean passes(MethodInsnNode call) {
        String name = simple(call.owner) + "." + call.name;
        return name.equals("Objects.requireNonNull") || name.equals("Arrays.asList");
    }
}
